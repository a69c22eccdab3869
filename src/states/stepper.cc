#include "states/stepper.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/json_tree.h"

namespace ordo::states {

Step step(const Machine& machine, Execution execution, const Event& event, const Moment& moment) {
  Step step{std::move(execution), {}};
  Stepper stepper(machine, step.execution, moment);
  std::visit([&](const auto& kind) { stepper.take(kind); }, event);
  step.effects = stepper.finish();
  return step;
}

Execution new_execution(const Machine& machine, Identity identity, Json input) {
  Execution execution;
  execution.identity = std::move(identity);
  execution.input = std::move(input);
  if (machine.timeout_seconds) {
    execution.deadline = execution.identity.started_at +
                         base::Millis(static_cast<std::int64_t>(*machine.timeout_seconds * 1000));
  }
  return execution;
}

void Stepper::take(const Begin& /*begin*/) {
  Frame& root = add_frame(kRootFrame);
  root.state = machine_.flow.start_at;
  root.input = execution_.input;
  record_after(0, "ExecutionStarted", [&](EventWriter& event) {
    event.details("executionStartedEventDetails")
        .data("input", base::json_tree_text(execution_.input))
        .text("roleArn", execution_.identity.role);
  });
  // What comes first in a flow of its own follows nothing, as the service has it.
  root.last_event = 0;
  go(root, Phase::entering);
  run();
}

void Stepper::take(const GoOn& /*go_on*/) {
  run();
}

void Stepper::take(const TimePassed& /*passed*/) {
  if (execution_.status != Status::running) return;
  if (execution_.deadline && *execution_.deadline <= moment_.now) {
    Frame& root = *find_frame(kRootFrame);
    abort(root);
    return end(Status::timed_out, {}, {kTimeout, ""});
  }
  // All that are late are told of before the failure of one ends the others.
  std::vector<std::pair<FrameId, Fault>> late;
  while (!execution_.timers.empty() && execution_.timers.begin()->first <= moment_.now) {
    Frame& frame = *find_frame(execution_.timers.begin()->second);
    set_timer(frame, std::nullopt);
    switch (frame.phase) {
      case Phase::waiting:
        go(frame, Phase::leaving);
        break;
      case Phase::pausing:
        go(frame, Phase::resuming);
        break;
      case Phase::calling:
        late.emplace_back(frame.id, time_out_call(frame));
        break;
      default:
        break;
    }
  }
  for (auto& [id, fault] : late) {
    Frame* const frame = find_frame(id);
    if (frame != nullptr && frame->phase == Phase::calling) fail(*frame, std::move(fault));
  }
  run();
}

void Stepper::take(const StopAsked& stop) {
  if (execution_.status != Status::running) {
    effects_.taken = false;
    return;
  }
  abort(*find_frame(kRootFrame), Telling::no);
  end(Status::stopped, {}, presentable(stop.fault));
}

Effects Stepper::finish() {
  std::ranges::sort(touched_);
  const auto again = std::ranges::unique(touched_);
  touched_.erase(again.begin(), again.end());
  for (const FrameId id : touched_) {
    (execution_.frames.contains(id) ? effects_.changed : effects_.removed).push_back(id);
  }
  return std::move(effects_);
}

void Stepper::run() {
  for (std::size_t done = 0; execution_.status == Status::running; ++done) {
    if (history_full_ || execution_.unrecorded > kMaxUnrecordedEvents ||
        execution_.bytes > kMaxExecutionBytes) {
      return end_when_too_much();
    }
    if (execution_.ready.empty()) return;
    if (done == kLongestStep || effects_.history.text.size() > kLongestStepBytes) {
      effects_.more = true;
      return;
    }
    const FrameId id = execution_.ready.front();
    execution_.ready.pop_front();
    Frame* const frame = find_frame(id);
    if (frame == nullptr) continue;
    switch (frame->phase) {
      case Phase::entering:
        enter(*frame);
        break;
      case Phase::resuming:
        do_state(*frame);
        break;
      case Phase::leaving:
        leave(*frame);
        break;
      default:
        break;
    }
  }
}

Frame& Stepper::add_frame(FrameId id) {
  Frame& frame = execution_.frames[id];
  frame.id = id;
  touch(id);
  return frame;
}

void Stepper::go(Frame& frame, Phase phase) {
  frame.phase = phase;
  touch(frame.id);
  if (phase == Phase::entering || phase == Phase::resuming || phase == Phase::leaving) {
    frame.turn = execution_.next_turn++;
    execution_.ready.push_back(frame.id);
  }
}

void Stepper::set_timer(Frame& frame, std::optional<base::WallTime> at) {
  if (frame.timer) execution_.timers.erase({*frame.timer, frame.id});
  frame.timer = at;
  if (at) execution_.timers.emplace(*at, frame.id);
}

void Stepper::remove_frame(FrameId id) {
  const auto place = execution_.frames.find(id);
  if (place == execution_.frames.end()) return;
  Frame& frame = place->second;
  set_timer(frame, std::nullopt);
  if (frame.call) effects_.given_up.push_back(std::move(frame.call->token));
  execution_.bytes -= frame.bytes;
  execution_.unrecorded -= frame.unrecorded;
  execution_.frames.erase(place);
  touch(id);
}

Frame* Stepper::find_frame(FrameId id) {
  const auto place = execution_.frames.find(id);
  return place == execution_.frames.end() ? nullptr : &place->second;
}

Frame& Stepper::parent_of(const Frame& frame) {
  Frame* const parent = find_frame(frame.parent);
  ORDO_ASSERT(parent != nullptr);
  return *parent;
}

void Stepper::end(Status status, std::string output, Fault fault) {
  Frame& root = *find_frame(kRootFrame);
  const auto why = [&](EventWriter& event, std::string_view member) {
    event.details(member).text_if_any("error", fault.error).text_if_any("cause", fault.cause);
  };
  // The last event has its place even when the history is full.
  history_full_ = false;
  switch (status) {
    case Status::running:
      break;
    case Status::succeeded:
      record(root, "ExecutionSucceeded", [&](EventWriter& event) {
        event.details("executionSucceededEventDetails").data("output", output);
      });
      break;
    case Status::failed:
      record(root, "ExecutionFailed",
             [&](EventWriter& event) { why(event, "executionFailedEventDetails"); });
      break;
    case Status::timed_out:
      record(root, "ExecutionTimedOut",
             [&](EventWriter& event) { why(event, "executionTimedOutEventDetails"); });
      break;
    case Status::stopped:
      record_after(0, "ExecutionAborted",
                   [&](EventWriter& event) { why(event, "executionAbortedEventDetails"); });
      break;
  }
  execution_.status = status;
  execution_.ready.clear();
  touch(kRootFrame);
  if (status == Status::succeeded) remove_frame(kRootFrame);
  effects_.ending = Ending{status, std::move(output), std::move(fault)};
}

void Stepper::end_when_too_much() {
  Fault why{kRuntime, "The execution reached the maximum number of history events (25000)."};
  if (!history_full_ && execution_.bytes > kMaxExecutionBytes) {
    why = {kDataLimitExceeded,
           fmt::format("The execution holds more than {} bytes.", kMaxExecutionBytes)};
  } else if (!history_full_) {
    why.cause = fmt::format(
        "The iterations of the execution's distributed Maps reached the "
        "maximum number of events together ({}).",
        kMaxUnrecordedEvents);
  }
  abort(*find_frame(kRootFrame));
  end(Status::failed, {}, std::move(why));
}

void Stepper::leave_unrecorded(Frame& frame) {
  ++frame.unrecorded;
  ++execution_.unrecorded;
}

void Stepper::weigh(Frame& frame) {
  execution_.bytes -= frame.bytes;
  frame.bytes = frame.weight();
  execution_.bytes += frame.bytes;
}

std::uint64_t Stepper::record_after(std::uint64_t previous, std::string_view type,
                                    const Details& write) {
  // The last place is kept for the event that ends the execution.
  const bool ends = type.starts_with("Execution") && type != "ExecutionStarted";
  if (!ends && execution_.next_event >= kMaxHistoryEvents) history_full_ = true;
  if (history_full_) return previous;
  const std::uint64_t id = execution_.next_event++;
  EventWriter event(effects_.history, id, previous, type, moment_.now);
  if (write) write(event);
  event.finish();
  return id;
}

std::uint64_t Stepper::record(Frame& frame, std::string_view type, const Details& write,
                              bool beside) {
  if (frame.silent) {
    leave_unrecorded(frame);
    return frame.last_event;
  }
  const std::uint64_t id = record_after(frame.last_event, type, write);
  if (!beside) frame.last_event = id;
  return id;
}

}  // namespace ordo::states
