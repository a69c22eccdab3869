// Retries, catches, and what ends with a failure.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/json_tree.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"

namespace ordo::states {
namespace {

// Nobody's rule stops these.
bool is_terminal(const Fault& fault) {
  return fault.error == kRuntime;
}

bool names(const std::vector<std::string>& errors, const Fault& fault) {
  return std::ranges::any_of(errors, [&](const std::string& name) {
    if (name == fault.error) return true;
    if (name == kStatesAll) return true;
    if (name == kTaskFailed) return fault.error != kTimeout && fault.error != kDataLimitExceeded;
    return name == kHeartbeatTimeout && fault.silence;
  });
}

// How long the retry after so many waits.
base::Millis pause_before(const Retrier& retrier, std::uint32_t retries, const Entropy& entropy) {
  double seconds = retrier.interval_seconds * std::pow(retrier.backoff_rate, retries);
  if (retrier.max_delay_seconds) seconds = std::min(seconds, *retrier.max_delay_seconds);
  constexpr double kLongestPause = 31'622'400;
  seconds = std::min(seconds, kLongestPause);
  if (retrier.full_jitter) {
    constexpr double kWhole = 18'446'744'073'709'551'616.0;
    seconds *= static_cast<double>(entropy()) / kWhole;
  }
  return base::Millis(std::llround(seconds * 1000));
}

}  // namespace

void Stepper::fail(Frame& frame, Fault fault) {
  const State& state = state_of(frame);
  set_timer(frame, std::nullopt);
  frame.call.reset();
  frame.result = Json();
  touch(frame.id);
  abort_children(frame);
  if (!is_terminal(fault)) {
    if (retry(frame, state, fault)) return;
    if (catch_fault(frame, state, fault)) return;
  }
  record_failed_state(frame, state, fault);
  frame.phase = Phase::failed;
  frame.fault = {fault.error, fault.cause};
  if (is_root(frame)) return end(Status::failed, {}, std::move(fault));
  child_failed(parent_of(frame), frame, std::move(fault));
}

void Stepper::record_failed_state(Frame& frame, const State& state, const Fault& fault) {
  // Without children it has failed before it began.
  if (!frame.children) return;
  if (state.type == StateType::parallel) {
    record(frame, "ParallelStateFailed", {});
  } else if (const auto* map = std::get_if<MapState>(&state.of)) {
    const bool of_exchange = fault.error == kItemReaderFailed || fault.error == kResultWriterFailed;
    if (map->distributed) {
      record(frame, "MapRunFailed", [&](EventWriter& event) {
        if (!of_exchange) return;
        event.details("mapRunFailedEventDetails")
            .text("error", fault.error)
            .text("cause", fault.cause);
      });
    }
    record(frame, "MapStateFailed", {});
  }
}

bool Stepper::retry(Frame& frame, const State& state, const Fault& fault) {
  const auto retrier = std::ranges::find_if(
      state.retry, [&](const Retrier& one) { return names(one.errors, fault); });
  if (retrier == state.retry.end()) return false;
  frame.attempts.resize(state.retry.size());
  std::uint32_t& attempts = frame.attempts[static_cast<std::size_t>(retrier - state.retry.begin())];
  if (attempts >= retrier->max_attempts) return false;
  remove_children(frame);
  const base::WallTime at = moment_.now + pause_before(*retrier, attempts, moment_.entropy);
  ++attempts;
  ++frame.retries;
  frame.wake = at;
  go(frame, Phase::pausing);
  set_timer(frame, at);
  return true;
}

bool Stepper::catch_fault(Frame& frame, const State& state, const Fault& fault) {
  const auto catcher = std::ranges::find_if(
      state.catchers, [&](const Catcher& one) { return names(one.errors, fault); });
  if (catcher == state.catchers.end()) return false;
  if (frame.children) record_failed_state(frame, state, fault);
  remove_children(frame);
  boost::json::object told;
  // Who calls back may say nothing at all.
  const bool says = !fault.error.empty() || !fault.cause.empty();
  told["Error"] = says ? Json(fault.error) : Json();
  told["Cause"] = says ? Json(fault.cause) : Json();
  const Json error(std::move(told));
  Outcome<Json> variables = assigned(frame, state, catcher->assign, error);
  Outcome<Json> output = combine(catcher->result_path, frame.input, error);
  std::optional<Fault> unfit_one;
  if (variables && output) unfit_one = unfit(frame, state, *output, *variables);
  if (variables && output && !unfit_one) {
    exit_to(frame, state, catcher->next, std::move(*output), std::move(*variables));
    return true;
  }
  Fault again;
  if (!variables) {
    again = in_state(frame, std::move(variables.error()));
  } else if (!output) {
    again = in_state(frame, std::move(output.error()));
  } else {
    again = std::move(*unfit_one);
  }
  frame.phase = Phase::failed;
  frame.fault = again;
  if (is_root(frame)) {
    end(Status::failed, {}, std::move(again));
  } else {
    child_failed(parent_of(frame), frame, std::move(again));
  }
  return true;
}

void Stepper::abort_children(Frame& frame, Telling telling) {
  if (!frame.children) return;
  for (std::uint32_t i = 0; i < frame.children->begun; ++i) {
    Frame* const child = find_frame(frame.children->first + i);
    if (child != nullptr) abort(*child, telling);
  }
}

void Stepper::abort(Frame& frame, Telling telling) {
  if (frame.phase == Phase::done || frame.phase == Phase::failed || frame.phase == Phase::aborted) {
    return;
  }
  abort_children(frame, telling);
  const State& state = state_of(frame);
  set_timer(frame, std::nullopt);
  if (frame.call) effects_.given_up.push_back(std::move(frame.call->token));
  frame.call.reset();
  // One that has not been entered yet has nothing to be told of.
  const bool entered = frame.phase != Phase::entering;
  frame.phase = Phase::aborted;
  touch(frame.id);
  if (telling == Telling::no) return;
  if (entered && (state.type == StateType::task || state.type == StateType::wait ||
                  state.type == StateType::map || state.type == StateType::parallel)) {
    record(frame, fmt::format("{}StateAborted", type_name(state.type)), {});
  }
  if (is_root(frame)) return;
  const Frame& parent = parent_of(frame);
  const State& around = state_of(parent);
  if (around.type != StateType::map) return;
  record(
      frame, "MapIterationAborted",
      [&](EventWriter& event) {
        event.details("mapIterationAbortedEventDetails")
            .text("name", around.name)
            .number("index", frame.index);
      },
      true);
}

void Stepper::take(const RedriveAsked& /*redrive*/) {
  const bool full = execution_.next_event >= kMaxHistoryEvents;
  if (full || execution_.status == Status::running || execution_.status == Status::succeeded) {
    effects_.taken = false;
    return;
  }
  execution_.status = Status::running;
  ++execution_.identity.redrives;
  execution_.identity.redriven_at = moment_.now;
  if (machine_.timeout_seconds) {
    execution_.deadline =
        moment_.now + base::Millis(static_cast<std::int64_t>(*machine_.timeout_seconds * 1000));
  }
  const std::uint64_t event =
      record_after(execution_.next_event - 1, "ExecutionRedriven", [&](EventWriter& writer) {
        writer.details("executionRedrivenEventDetails")
            .number("redriveCount", execution_.identity.redrives);
      });
  redrive(*find_frame(kRootFrame), event);
  run();
}

void Stepper::redrive(Frame& frame, std::uint64_t event) {
  if (frame.phase != Phase::failed && frame.phase != Phase::aborted) return;
  frame.fault = {};
  frame.attempts.clear();
  frame.retries = 0;
  frame.last_event = event;
  frame.result = Json();
  if (frame.children && frame.children->begun == 0) frame.children.reset();
  if (!frame.children) {
    const bool entered = frame.entered_at != base::WallTime();
    if (!entered && frame.input.is_null()) make_item_input(frame);
    return go(frame, entered ? Phase::resuming : Phase::entering);
  }
  go(frame, Phase::branching);
  Children& children = *frame.children;
  children.running = 0;
  children.failed = 0;
  for (std::uint32_t i = 0; i < children.begun; ++i) {
    Frame* const child = find_frame(children.first + i);
    if (child == nullptr || child->phase == Phase::done) continue;
    ++children.running;
    redrive(*child, event);
  }
}

}  // namespace ordo::states
