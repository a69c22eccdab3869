// Tasks: what is called, and what comes of it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/assert.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "states/frames.h"
#include "states/stepper.h"
#include "states/stepper_scope.h"

namespace ordo::states {
namespace {

// A function that is named directly has events of its own.
std::string event_type(const Resource& resource, std::string_view what) {
  return fmt::format("{}{}", resource.is_function() ? "LambdaFunction" : "Task", what);
}
std::string details_of(const Resource& resource, std::string_view what) {
  return fmt::format("{}{}EventDetails", resource.is_function() ? "lambdaFunction" : "task", what);
}

// The service's words for the action and the service, where they are in the details.
void name_resource(EventWriter& event, const Resource& resource) {
  if (resource.is_function()) return;
  std::string action = resource.action;
  if (resource.waiting == Waiting::sync) action += resource.sync_2 ? ".sync:2" : ".sync";
  if (resource.waiting == Waiting::token) action += ".waitForTaskToken";
  event.text("resourceType", resource.service).text("resource", action);
}

const Resource& resource_of(const State& state, const Call& call) {
  switch (call.purpose) {
    case Call::Purpose::read:
      return std::get<MapState>(state.of).reader->resource;
    case Call::Purpose::write:
      return std::get<MapState>(state.of).writer->resource;
    case Call::Purpose::task:
      break;
  }
  return std::get<TaskState>(state.of).resource;
}

}  // namespace

Outcome<void> Stepper::begin_call(Frame& frame, const State& state, const TaskState& task) {
  // The token first: the parameters may name it.
  frame.call = Call{};
  frame.call->token = fmt::format("{}.{}.{:016x}{:016x}", execution_.identity.token_root, frame.id,
                                  moment_.entropy(), moment_.entropy());
  const auto failed = [&](Fault fault) {
    frame.call.reset();
    return std::unexpected(in_state(frame, std::move(fault)));
  };
  Outcome<Held> input = effective_input(frame, state);
  if (!input) return failed(std::move(input.error()));
  const Outcome<double> timeout =
      number(frame, state, task.timeout, frame.input, "TimeoutSeconds", 0);
  if (!timeout) return failed(timeout.error());
  const Outcome<double> heartbeat =
      number(frame, state, task.heartbeat, frame.input, "HeartbeatSeconds", 0);
  if (!heartbeat) return failed(heartbeat.error());
  const bool given = task.timeout.index() != 0;
  const bool beats = task.heartbeat.index() != 0;
  if ((given && (*timeout < 1 || *timeout > kMostSeconds)) ||
      (beats && (*heartbeat < 1 || *heartbeat > kMostSeconds))) {
    return failed({kRuntime, "TimeoutSeconds and HeartbeatSeconds must be from 1 to 99999999"});
  }
  const Outcome<std::optional<std::string>> role = role_of(frame, state, task);
  if (!role) return failed(role.error());
  Call& call = *frame.call;
  call.parameters = base::json_tree_text(input->get());
  if (call.parameters.size() > kMaxStateBytes) {
    return failed({kDataLimitExceeded,
                   "The size of the input exceeds the maximum number of bytes service limit."});
  }
  const auto seconds = [](double count) {
    return base::Millis(static_cast<std::int64_t>(count * 1000));
  };
  if (given) call.deadline = moment_.now + seconds(*timeout);
  if (beats) {
    call.heartbeat = seconds(*heartbeat);
    call.heartbeat_due = moment_.now + *call.heartbeat;
  }
  const Resource& resource = task.resource;
  record(frame, event_type(resource, "Scheduled"), [&](EventWriter& event) {
    event.details(details_of(resource, "Scheduled"));
    name_resource(event, resource);
    if (resource.is_function()) {
      event.text("resource", resource.text).data("input", call.parameters);
    } else {
      event.text("region", kRegion).text("parameters", call.parameters);
    }
    if (given) event.number("timeoutInSeconds", static_cast<std::uint64_t>(*timeout));
    if (beats && !resource.is_function()) {
      event.number("heartbeatInSeconds", static_cast<std::uint64_t>(*heartbeat));
    }
    if (*role) event.object("taskCredentials", "roleArn", **role);
  });
  record(frame, event_type(resource, "Started"), [&](EventWriter& event) {
    if (resource.is_function()) return;
    event.details("taskStartedEventDetails");
    name_resource(event, resource);
  });
  want_call(frame, resource);
  return {};
}

Outcome<std::optional<std::string>> Stepper::role_of(const Frame& frame, const State& state,
                                                     const TaskState& task) {
  if (!task.credentials) return std::nullopt;
  const Outcome<Json> made = with_scope(frame, state, frame.input, [&](const Scope& scope) {
    return task.credentials->evaluate(scope);
  });
  if (!made) return std::unexpected(made.error());
  const Json* role = made->get_object().if_contains("RoleArn");
  if (role == nullptr) return std::nullopt;
  if (!role->is_string()) return fault(kRuntime, "The RoleArn of Credentials must be a string");
  return std::string(role->get_string());
}

void Stepper::want_call(Frame& frame, const Resource& resource) {
  go(frame, Phase::calling);
  set_call_timer(frame);
  weigh(frame);
  effects_.calls.push_back({frame.id, frame.call->token, &resource, frame.call->parameters});
}

std::vector<CallWanted> open_calls(const Machine& machine, const Execution& execution) {
  std::vector<CallWanted> calls;
  for (const auto& [id, frame] : execution.frames) {
    if (frame.phase != Phase::calling || frame.call->submitted) continue;
    const State* const state = flow_of(machine, execution, frame)->find(frame.state);
    calls.push_back(
        {id, frame.call->token, &resource_of(*state, *frame.call), frame.call->parameters});
  }
  return calls;
}

void Stepper::set_call_timer(Frame& frame) {
  set_timer(frame, frame.call->next_limit());
}

Frame* Stepper::waiting_for(FrameId id, const std::string& token) {
  Frame* const frame = execution_.status == Status::running ? find_frame(id) : nullptr;
  if (frame != nullptr && frame->phase == Phase::calling && frame->call->token == token) {
    return frame;
  }
  effects_.taken = false;
  return nullptr;
}

void Stepper::stop_waiting(Frame& frame) {
  set_timer(frame, std::nullopt);
  frame.call.reset();
  touch(frame.id);
}

void Stepper::take(const CallSucceeded& call) {
  Frame* const frame = waiting_for(call.frame, call.token);
  if (frame == nullptr) return;
  const State& state = state_of(*frame);
  if (frame->call->purpose != Call::Purpose::task) {
    take_exchanged(*frame, state, call.output);
    return run();
  }
  const Resource& resource = std::get<TaskState>(state.of).resource;
  base::Result<Json> output = base::parse_json_tree(call.output);
  if (!output) {
    call_failed(*frame, state, {kRuntime, "The output is not JSON: " + output.error().message},
                "Failed");
    return run();
  }
  if (call.output.size() > kMaxStateBytes) {
    call_failed(*frame, state, result_too_large(state), "Failed");
    return run();
  }
  record(*frame, event_type(resource, "Succeeded"), [&](EventWriter& event) {
    event.details(details_of(resource, "Succeeded"));
    name_resource(event, resource);
    event.data("output", call.output);
  });
  stop_waiting(*frame);
  frame->result = std::move(*output);
  weigh(*frame);
  go(*frame, Phase::leaving);
  run();
}

void Stepper::take(const CallFailed& call) {
  Frame* const frame = waiting_for(call.frame, call.token);
  if (frame == nullptr) return;
  if (frame->call->purpose != Call::Purpose::task) {
    exchange_failed(*frame, call.fault);
    return run();
  }
  call_failed(*frame, state_of(*frame), call.fault, call.not_started ? "StartFailed" : "Failed");
  run();
}

void Stepper::take(const CallSubmitted& call) {
  Frame* const frame = waiting_for(call.frame, call.token);
  if (frame == nullptr || frame->call->purpose != Call::Purpose::task) return;
  // A call that is made again after a restart says so again.
  if (std::exchange(frame->call->told, true)) return;
  const Resource& resource = std::get<TaskState>(state_of(*frame).of).resource;
  record(*frame, "TaskSubmitted", [&](EventWriter& event) {
    event.details("taskSubmittedEventDetails");
    name_resource(event, resource);
    event.data("output", call.output);
  });
  // Whoever was given the token tells the end of it; of all else it must be asked again.
  frame->call->submitted = resource.waiting == Waiting::token;
  touch(frame->id);
}

void Stepper::take(const CallIsAlive& call) {
  Frame* const frame = waiting_for(call.frame, call.token);
  if (frame == nullptr || !frame->call->heartbeat) return;
  frame->call->heartbeat_due = moment_.now + *frame->call->heartbeat;
  set_call_timer(*frame);
  touch(frame->id);
}

Fault Stepper::presentable(Fault fault) {
  const auto repair = [](std::string& text, std::size_t most) {
    text = std::string(base::clip(text, most));
    std::size_t from = 0;
    while (const auto bad = base::find_invalid_utf8(std::string_view(text).substr(from))) {
      from += *bad;
      text[from++] = '?';
    }
  };
  repair(fault.error, kMaxErrorBytes);
  repair(fault.cause, kMaxCauseBytes);
  return fault;
}

void Stepper::call_failed(Frame& frame, const State& state, Fault fault, std::string_view type) {
  fault = presentable(std::move(fault));
  record_failed_call(frame, state, fault, type);
  fail(frame, std::move(fault));
}

void Stepper::record_failed_call(Frame& frame, const State& state, const Fault& fault,
                                 std::string_view type) {
  const Resource& resource = std::get<TaskState>(state.of).resource;
  record(frame, event_type(resource, type), [&](EventWriter& event) {
    event.details(details_of(resource, type));
    name_resource(event, resource);
    event.text_if_any("error", fault.error).text_if_any("cause", fault.cause);
  });
  stop_waiting(frame);
}

Fault Stepper::time_out_call(Frame& frame) {
  const bool silent_too_long = frame.call->heartbeat_due &&
                               *frame.call->heartbeat_due <= moment_.now &&
                               (!frame.call->deadline || moment_.now < *frame.call->deadline);
  effects_.given_up.push_back(frame.call->token);
  Fault fault{kTimeout, "", silent_too_long};
  record_failed_call(frame, state_of(frame), fault, "TimedOut");
  return fault;
}

}  // namespace ordo::states
