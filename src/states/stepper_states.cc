// From state to state.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/json_tree.h"
#include "base/limits.h"
#include "base/text.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"
#include "states/timestamp.h"

namespace ordo::states {
namespace {

bool is_deeper_than(const Json& value, std::size_t levels) {
  if (!value.is_structured()) return false;
  if (levels == 0) return true;
  if (const auto* array = value.if_array()) {
    return std::ranges::any_of(*array,
                               [&](const Json& one) { return is_deeper_than(one, levels - 1); });
  }
  return std::ranges::any_of(value.get_object(), [&](const auto& member) {
    return is_deeper_than(member.value(), levels - 1);
  });
}

// As at the service: 2^31 - 1 seconds.
constexpr base::Millis kLongestWait{std::int64_t{2'147'483'647} * 1000};

struct WholeSeconds {
  double seconds = 0;
  std::string_view wrong = {};  // empty: nothing is
};
WholeSeconds whole_seconds(const Json& value) {
  const double seconds = value.is_number() ? value.to_number<double>() : 0;
  if (!value.is_number() || seconds != std::floor(seconds)) {
    return {.wrong = "cannot be parsed as a long value"};
  }
  if (seconds < 0) return {.wrong = "references a negative value"};
  if (seconds > kMostSeconds) return {.wrong = "references a value over 99999999"};
  return {.seconds = seconds};
}

}  // namespace

void Stepper::enter(Frame& frame) {
  if (!frame.fault.error.empty()) {  // its input could not be made
    go(frame, Phase::failed);
    return child_failed(parent_of(frame), frame, frame.fault);
  }
  const State& state = state_of(frame);
  frame.entered_at = moment_.now;
  frame.retries = 0;
  frame.attempts.clear();
  if (frame.silent) {
    frame.entered_event = 0;
    leave_unrecorded(frame);
    if (frame.unrecorded > kMaxHistoryEvents) {
      return fail(frame, {kRuntime, "The iteration reached the maximum number of events (25000)."});
    }
  } else {
    const std::string type = fmt::format("{}StateEntered", type_name(state.type));
    frame.entered_event = record(frame, type, [&](EventWriter& event) {
      event.details("stateEnteredEventDetails")
          .text("name", state.name)
          .data("input", base::json_tree_text(frame.input));
    });
  }
  do_state(frame);
}

void Stepper::do_state(Frame& frame) {
  const State& state = state_of(frame);
  if (Outcome<void> begun = begin_state(frame, state); !begun) {
    fail(frame, std::move(begun.error()));
  }
}

Outcome<void> Stepper::begin_state(Frame& frame, const State& state) {
  switch (state.type) {
    case StateType::task:
      return begin_call(frame, state, std::get<TaskState>(state.of));
    case StateType::choice:
      return begin_choice(frame, state, std::get<ChoiceState>(state.of));
    case StateType::wait:
      return begin_wait(frame, state, std::get<WaitState>(state.of));
    case StateType::fail:
      return begin_fail(frame, state, std::get<FailState>(state.of));
    case StateType::parallel:
      return begin_parallel(frame, state, std::get<ParallelState>(state.of));
    case StateType::map:
      return begin_map(frame, state, std::get<MapState>(state.of));
    case StateType::pass:
    case StateType::succeed:
      break;
  }
  Outcome<Held> input = effective_input(frame, state);
  if (!input) return std::unexpected(in_state(frame, std::move(input.error())));
  const auto* pass = std::get_if<PassState>(&state.of);
  frame.result = pass != nullptr && pass->result ? *pass->result : std::move(*input).copy();
  go(frame, Phase::leaving);
  return {};
}

Outcome<void> Stepper::begin_choice(Frame& frame, const State& state, const ChoiceState& choice) {
  Outcome<Held> input = select(frame, state, state.input_path, frame.input);
  if (!input) return std::unexpected(in_state(frame, std::move(input.error())));
  const auto decide = [&](const Scope& scope) -> Outcome<const ChoiceState::Choice*> {
    for (const ChoiceState::Choice& one : choice.choices) {
      const Outcome<bool> held = holds(one.rule, scope);
      if (!held) return std::unexpected(held.error());
      if (*held) return &one;
    }
    return nullptr;
  };
  Outcome<const ChoiceState::Choice*> chosen = with_scope(frame, state, input->get(), decide);
  if (!chosen) return std::unexpected(in_state(frame, std::move(chosen.error())));
  if (*chosen == nullptr && !choice.otherwise) {
    return std::unexpected(
        in_state(frame, {kNoChoiceMatched,
                         "Failed to transition out of the state. No choice rule matched the "
                         "input, and there is no Default."}));
  }
  const auto& assign = *chosen != nullptr ? (*chosen)->assign : state.assign;
  Outcome<Json> variables = assigned(frame, state, assign, input->get());
  if (!variables) return std::unexpected(in_state(frame, std::move(variables.error())));
  Outcome<Held> output = select(frame, state, state.output_path, input->get());
  if (!output) return std::unexpected(in_state(frame, std::move(output.error())));
  Json copy = std::move(*output).copy();
  if (auto fault = unfit(frame, state, copy, *variables)) return std::unexpected(std::move(*fault));
  exit_to(frame, state, *chosen != nullptr ? (*chosen)->next : *choice.otherwise, std::move(copy),
          std::move(*variables));
  return {};
}

Outcome<void> Stepper::begin_wait(Frame& frame, const State& state, const WaitState& wait) {
  Outcome<Held> input = effective_input(frame, state);
  if (!input) return std::unexpected(in_state(frame, std::move(input.error())));
  const bool by_clock = wait.until == WaitState::Until::timestamp;
  const std::string_view field = by_clock ? "Timestamp" : "Seconds";
  Json value;
  std::string source;
  if (const auto* path = std::get_if<JsonPath>(&wait.of)) {
    Outcome<std::optional<Json>> found = with_scope(
        frame, state, input->get(), [&](const Scope& scope) { return path->find(scope); });
    if (!found) return std::unexpected(in_state(frame, std::move(found.error())));
    source = path->text();
    if (!found->has_value()) {
      return std::unexpected(in_state(
          frame,
          {kRuntime, fmt::format("The {}Path parameter does not reference an input value: {}",
                                 field, source)}));
    }
    value = std::move(**found);
  } else if (const auto* text = std::get_if<std::string>(&wait.of)) {
    value = *text;
  } else {
    value = std::get<double>(wait.of);
  }
  base::WallTime until = moment_.now;
  if (by_clock) {
    const auto time = value.is_string() ? parse_timestamp(value.get_string()) : std::nullopt;
    if (!time) {
      const std::string shown =
          value.is_string() ? std::string(value.get_string()) : base::json_tree_text(value);
      return std::unexpected(in_state(
          frame,
          {kRuntime, fmt::format("The TimestampPath parameter does not reference a valid "
                                 "ISO-8601 extended offset date-time format string: {} == {}",
                                 source, shown)}));
    }
    until = *time;
    if (until - moment_.now > kLongestWait) {
      return std::unexpected(in_state(frame, {kRuntime, "Wait state delay is too long."}));
    }
  } else {
    const auto [seconds, wrong] = whole_seconds(value);
    if (!wrong.empty()) {
      return std::unexpected(
          in_state(frame, {kRuntime, fmt::format("The SecondsPath parameter {}: {} == {}", wrong,
                                                 source, base::json_tree_text(value))}));
    }
    until = moment_.now + base::Millis(static_cast<std::int64_t>(seconds) * 1000);
  }
  frame.result = std::move(*input).copy();
  if (until <= moment_.now) {
    go(frame, Phase::leaving);
  } else {
    frame.wake = until;
    go(frame, Phase::waiting);
    set_timer(frame, until);
  }
  return {};
}

Outcome<void> Stepper::begin_fail(Frame& frame, const State& state, const FailState& fail) {
  const auto text = [&](const TextOrPath& source, std::string_view field) -> Outcome<std::string> {
    if (const auto* literal = std::get_if<std::string>(&source)) return *literal;
    const auto* expression = std::get_if<Expression>(&source);
    if (expression == nullptr) return {};
    Outcome<Json> value = with_scope(frame, state, frame.input, [&](const Scope& scope) {
      return expression->evaluate(scope, field);
    });
    if (!value) return std::unexpected(std::move(value.error()));
    if (!value->is_string()) {
      return fault(kRuntime, fmt::format("The {} field '{}' must point to a string", field,
                                         expression->text()));
    }
    return std::string(value->get_string());
  };
  Outcome<std::string> error = text(fail.error, "ErrorPath");
  if (!error) return std::unexpected(in_state(frame, std::move(error.error())));
  Outcome<std::string> cause = text(fail.cause, "CausePath");
  if (!cause) return std::unexpected(in_state(frame, std::move(cause.error())));
  return fault(std::string(base::clip(*error, kMaxErrorBytes)),
               std::string(base::clip(*cause, kMaxCauseBytes)));
}

void Stepper::leave(Frame& frame) {
  const State& state = state_of(frame);
  auto out = [&]() -> Outcome<std::pair<Json, Json>> {
    Json result = std::exchange(frame.result, Json());
    if (state.result_selector) {
      Outcome<Json> selected = with_scope(frame, state, result, [&](const Scope& scope) {
        return state.result_selector->evaluate(scope);
      });
      if (!selected) return std::unexpected(std::move(selected.error()));
      result = std::move(*selected);
    }
    Outcome<Json> variables = assigned(frame, state, state.assign, result);
    if (!variables) return std::unexpected(std::move(variables.error()));
    // Kept while it may still be wanted: by a retry, or by a redrive.
    Outcome<Json> combined = combine(state.result_path, frame.input, std::move(result));
    if (!combined) return std::unexpected(std::move(combined.error()));
    if (state.output_path.kind == Selection::Kind::whole) {
      return std::pair(std::move(*combined), std::move(*variables));
    }
    Outcome<Held> output = select(frame, state, state.output_path, *combined);
    if (!output) return std::unexpected(std::move(output.error()));
    return std::pair(std::move(*output).copy(), std::move(*variables));
  }();
  if (!out) return fail(frame, in_state(frame, std::move(out.error())));
  if (auto fault = unfit(frame, state, out->first, out->second)) {
    return fail(frame, std::move(*fault));
  }
  exit_to(frame, state, state.next, std::move(out->first), std::move(out->second));
}

std::optional<Fault> Stepper::unfit(const Frame& frame, const State& state, const Json& output,
                                    const Json& assigned) const {
  if (base::json_tree_bytes(output, kMaxStateBytes) > kMaxStateBytes)
    return result_too_large(state);
  // What is kept must be readable again, with a level to spare for the names of variables.
  if (is_deeper_than(output, base::kMaxJsonDepth - 1) ||
      is_deeper_than(assigned, base::kMaxJsonDepth - 1)) {
    return in_state(frame, {kRuntime, fmt::format("The output is deeper than {} levels",
                                                  base::kMaxJsonDepth - 1)});
  }
  if (assigned.is_object() &&
      frame.variables.all_bytes() + base::json_tree_bytes(assigned, kMaxStateBytes) >
          kMaxVariableBytes) {
    return in_state(frame, {kDataLimitExceeded, fmt::format("The variables have more than {} bytes",
                                                            kMaxVariableBytes)});
  }
  return std::nullopt;
}

void Stepper::exit_to(Frame& frame, const State& state, const std::string& next, Json output,
                      Json assigned) {
  if (!frame.silent) {
    record(frame, fmt::format("{}StateExited", type_name(state.type)), [&](EventWriter& event) {
      event.details("stateExitedEventDetails")
          .text("name", state.name)
          .data("output", base::json_tree_text(output));
      if (assigned.is_object() && !assigned.get_object().empty()) {
        event.values("assignedVariables", assigned);
      }
    });
  } else {
    leave_unrecorded(frame);
  }
  if (assigned.is_object()) {
    for (auto& member : assigned.get_object()) {
      frame.variables.set(std::string(member.key()), std::move(member.value()));
    }
  }
  frame.input = std::move(output);
  frame.result = Json();
  frame.wake.reset();
  weigh(frame);
  if (next.empty()) return end_flow(frame);
  frame.state = next;
  frame.entered_event = 0;
  frame.entered_at = {};
  go(frame, Phase::entering);
}

void Stepper::end_flow(Frame& frame) {
  if (is_root(frame)) return end(Status::succeeded, base::json_tree_text(frame.input), {});
  go(frame, Phase::done);
  child_done(parent_of(frame), frame);
}

}  // namespace ordo::states
