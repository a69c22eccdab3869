#include "cli/execution_history.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "base/json.h"
#include "cli/common.h"

namespace ordo::cli {
namespace {

using Members = std::vector<base::JsonMember>;

std::string detail(const ToldEvent& event, std::string_view name) {
  const auto members = base::parse_json_object(event.details);
  return members ? std::string(text_of(*members, name)) : "";
}

std::string failure_of(const ToldEvent& event) {
  std::string error = detail(event, "error");
  const std::string cause = detail(event, "cause");
  if (!error.empty() && !cause.empty()) error += ": ";
  return error + cause;
}

}  // namespace

std::string in_words(std::string_view type) {
  std::string out;
  for (const char c : type) {
    const bool begins = c >= 'A' && c <= 'Z';
    if (begins && !out.empty()) out.push_back(' ');
    out.push_back(begins ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

std::string seconds_text(std::optional<base::Millis> time) {
  if (!time) return "";
  return fmt::format("{:.3f} s", std::chrono::duration<double>(*time).count());
}

bool ends_execution(std::string_view type) {
  return type == "ExecutionSucceeded" || type == "ExecutionFailed" || type == "ExecutionTimedOut" ||
         type == "ExecutionAborted";
}

std::uint64_t HistoryTeller::state_behind(std::uint64_t event) const {
  const auto place = behind_.find(event);
  return place == behind_.end() ? 0 : place->second;
}

// From the state that was entered by `entered` outwards; 0: none is.
template <class Is>
std::uint64_t HistoryTeller::nearest(std::uint64_t entered, Is is) const {
  for (auto place = entered_.find(entered); place != entered_.end();
       place = entered_.find(place->second.around)) {
    if (is(place->second)) return place->first;
  }
  return 0;
}

void HistoryTeller::tell_execution(ToldEvent& event, base::WallTime at) {
  if (ends_execution(event.type)) {
    if (begun_ != base::WallTime()) event.took = at - begun_;
  } else {
    begun_ = at;
  }
}

std::uint64_t HistoryTeller::tell_state(ToldEvent& event, std::uint64_t before, base::WallTime at) {
  event.state = detail(event, "name");
  if (event.type.ends_with("Entered")) {
    entered_[event.id] = {event.state, event.type, at, before, {}, {}};
    return event.id;
  }
  // A state with branches is left behind the last of what was in them.
  const std::uint64_t left =
      nearest(before, [&](const State& state) { return state.name == event.state; });
  if (left == 0) return before;
  event.took = at - entered_.at(left).at;
  return entered_.at(left).around;
}

std::uint64_t HistoryTeller::tell_branches(ToldEvent& event, std::uint64_t before,
                                           base::WallTime at) {
  const std::string_view wanted =
      event.type.starts_with("Map") ? "MapStateEntered" : "ParallelStateEntered";
  const std::uint64_t around =
      nearest(before, [&](const State& state) { return state.type == wanted; });
  if (around == 0) return before;
  State& state = entered_.at(around);
  event.state = state.name;
  if (!event.type.starts_with("MapIteration")) return around;
  const std::string index = detail(event, "index");
  event.state += "[" + index + "]";
  if (event.type == "MapIterationStarted") {
    state.iterations[index] = at;
  } else if (const auto begun = state.iterations.extract(index)) {
    event.took = at - begun.mapped();
  }
  return around;
}

// Of a task or a wait that is under way.
void HistoryTeller::tell_call(ToldEvent& event, std::uint64_t before, base::WallTime at) {
  const auto place = entered_.find(before);
  if (place == entered_.end()) return;
  State& state = place->second;
  // What goes on inside one with branches after a redrive follows the redrive alone: of which of
  // their states a call is, nothing says.
  if (state.type.starts_with("Map") || state.type.starts_with("Parallel")) return;
  event.state = state.name;
  if (event.type.ends_with("Aborted")) {
    event.took = at - state.at;
  } else if (event.type.ends_with("Scheduled")) {
    state.called_at = at;
  } else if (state.called_at &&
             (event.type.ends_with("Succeeded") || event.type.ends_with("Failed") ||
              event.type.ends_with("TimedOut"))) {
    event.took = at - *std::exchange(state.called_at, std::nullopt);
  }
}

base::Result<ToldEvent> HistoryTeller::tell(std::string_view event) {
  const auto members = base::parse_json_object(event);
  if (!members) return base::fail(members.error());
  ToldEvent out;
  out.id = number_at(*members, "id");
  out.at = text_of(*members, "timestamp");
  out.type = text_of(*members, "type");
  const auto at = base::parse_time(out.at);
  if (out.id == 0 || out.type.empty() || !at) {
    return base::fail(base::ErrorCode::invalid, "what the server sent is no event of a history");
  }
  out.what = in_words(out.type);
  for (const base::JsonMember& member : *members) {
    if (member.key.ends_with("EventDetails")) out.details = member.text;
  }
  out.failure = failure_of(out);
  const std::uint64_t before = state_behind(number_at(*members, "previousEventId"));
  std::uint64_t behind = before;
  if (out.type.starts_with("Execution")) {
    tell_execution(out, *at);
  } else if (out.type.ends_with("StateEntered") || out.type.ends_with("StateExited")) {
    behind = tell_state(out, before, *at);
  } else if (out.type.starts_with("Map") || out.type.starts_with("Parallel")) {
    behind = tell_branches(out, before, *at);
  } else {
    tell_call(out, before, *at);
  }
  behind_[out.id] = behind;
  return out;
}

}  // namespace ordo::cli
