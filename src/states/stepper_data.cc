// What flows into a state, and what comes out of it.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/assert.h"
#include "base/iso8601.h"
#include "base/json_tree.h"
#include "states/frames.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"

namespace ordo::states {
namespace {

// A text that is a number may stand for it.
Json numeric(Json value) {
  const auto* text = value.if_string();
  if (text == nullptr) return value;
  base::Result<Json> number = base::parse_json_tree(*text);
  return number && number->is_number() ? std::move(*number) : value;
}

}  // namespace

const Flow& Stepper::flow_of(const Frame& frame) {
  const Flow* const flow = states::flow_of(machine_, execution_, frame);
  ORDO_ASSERT(flow != nullptr);
  return *flow;
}

const State& Stepper::state_of(const Frame& frame) {
  const State* const state = flow_of(frame).find(frame.state);
  ORDO_ASSERT(state != nullptr);
  return *state;
}

Json Stepper::item_context(const Children& children, std::uint32_t index) {
  boost::json::object item;
  item["Index"] = index;
  item["Value"] = children.items.get_array()[index];
  boost::json::object map;
  map["Item"] = std::move(item);
  return map;
}

Json Stepper::context_of(const Frame& frame, const State& state) {
  const Identity& identity = execution_.identity;
  boost::json::object execution;
  execution["Id"] = identity.execution_id;
  execution["Input"] = execution_.input;
  execution["StartTime"] = base::format_time(identity.started_at);
  execution["Name"] = identity.execution_name;
  execution["RoleArn"] = identity.role;
  execution["RedriveCount"] = identity.redrives;
  if (identity.redriven_at) execution["RedriveTime"] = base::format_time(*identity.redriven_at);
  boost::json::object machine;
  machine["Id"] = identity.machine_id;
  machine["Name"] = identity.machine_name;
  boost::json::object current;
  current["Name"] = state.name;
  current["EnteredTime"] = base::format_time(frame.entered_at);
  if (state.type == StateType::task || state.type == StateType::map ||
      state.type == StateType::parallel) {
    current["RetryCount"] = frame.retries;
  }
  boost::json::object context;
  context["Execution"] = std::move(execution);
  context["StateMachine"] = std::move(machine);
  context["State"] = std::move(current);
  if (frame.call && state.uses_token)
    context["Task"] = boost::json::object{{"Token", frame.call->token}};
  // Of the iteration that this frame belongs to, or is within.
  for (const Frame* at = &frame; !is_root(*at); at = &parent_of(*at)) {
    const Children& around = *parent_of(*at).children;
    if (!around.items.is_array()) continue;
    context["Map"] = item_context(around, at->index);
    break;
  }
  return context;
}

Fault Stepper::in_state(const Frame& frame, Fault fault) {
  fault.cause = fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
      frame.state, frame.entered_event, fault.cause);
  return fault;
}

Fault Stepper::result_too_large(const State& state) {
  std::string_view name = state.name;
  if (const auto* task = std::get_if<TaskState>(&state.of)) {
    name = task->resource.is_function() ? task->resource.text : task->resource.service;
  }
  return {kDataLimitExceeded,
          fmt::format("The state/task '{}' returned a result with a size exceeding the maximum "
                      "number of bytes service limit.",
                      name)};
}

Fault Stepper::no_results(const Frame& frame, const State& state, const JsonPath& path,
                          const Json& from) {
  const std::string why =
      with_scope(frame, state, from, [&](const Scope& scope) { return path.why_nothing(scope); });
  return {kRuntime, fmt::format("Invalid path '{}' : {}", path.text(), why)};
}

Outcome<Stepper::Held> Stepper::select(const Frame& frame, const State& state,
                                       const Selection& selection, const Json& from) {
  switch (selection.kind) {
    case Selection::Kind::whole:
      return Held::seen(from);
    case Selection::Kind::nothing:
      return Held::own(boost::json::object());
    case Selection::Kind::path:
      break;
  }
  Outcome<std::optional<Json>> found = with_scope(
      frame, state, from, [&](const Scope& scope) { return selection.path->find(scope); });
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::unexpected(no_results(frame, state, *selection.path, from));
  return Held::own(std::move(**found));
}

Outcome<Stepper::Held> Stepper::effective_input(const Frame& frame, const State& state) {
  Outcome<Held> selected = select(frame, state, state.input_path, frame.input);
  if (!selected || !state.parameters) return selected;
  Outcome<Json> made = with_scope(frame, state, selected->get(), [&](const Scope& scope) {
    return state.parameters->evaluate(scope);
  });
  if (!made) return std::unexpected(std::move(made.error()));
  return Held::own(std::move(*made));
}

Outcome<double> Stepper::number(const Frame& frame, const State& state, const NumberOrPath& source,
                                const Json& input, std::string_view field, double otherwise) {
  if (const auto* literal = std::get_if<double>(&source)) return *literal;
  const auto* path = std::get_if<JsonPath>(&source);
  if (path == nullptr) return otherwise;
  Outcome<std::optional<Json>> found =
      with_scope(frame, state, input, [&](const Scope& scope) { return path->find(scope); });
  if (!found) return std::unexpected(std::move(found.error()));
  const bool of_map = field != "TimeoutSeconds" && field != "HeartbeatSeconds";
  if (!*found && !of_map) return std::unexpected(no_results(frame, state, *path, input));
  if (!*found) {
    return fault(kRuntime, fmt::format("The JSONPath '{}' specified for the field '{}Path' could "
                                       "not be found in the input '{}'",
                                       path->text(), field, base::json_tree_text(input)));
  }
  const Json value = of_map ? numeric(std::move(**found)) : std::move(**found);
  const bool whole = field != "ToleratedFailurePercentage";
  if (!value.is_number() || (whole && value.is_double())) {
    const std::string text =
        value.is_string() ? std::string(value.get_string()) : base::json_tree_text(value);
    return fault(kRuntime,
                 fmt::format("The {}Path field refers to value \"{}\" which is not a valid {}: {}",
                             field, text, whole ? "integer" : "float", path->text()));
  }
  return value.to_number<double>();
}

Outcome<Json> Stepper::combine(const Selection& result_path, Json input, Json result) {
  if (result_path.kind == Selection::Kind::nothing) return input;
  if (result_path.kind == Selection::Kind::whole) return result;
  if (!result_path.path->put(input, std::move(result))) {
    return fault(kResultPathMatchFailure,
                 fmt::format("Unable to apply ReferencePath {} to input {}",
                             result_path.path->text(), base::json_tree_text(input)));
  }
  return input;
}

Outcome<Json> Stepper::assigned(const Frame& frame, const State& state,
                                const std::optional<PayloadTemplate>& assign, const Json& input) {
  if (!assign) return Json();
  return with_scope(frame, state, input,
                    [&](const Scope& scope) { return assign->evaluate(scope); });
}

}  // namespace ordo::states
