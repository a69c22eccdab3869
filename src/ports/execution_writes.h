// What can be written about executions of pipelines, and what comes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "ports/task_writes.h"
#include "states/execution.h"

namespace ordo::ports {

// An execution as people see it.
struct ExecutionRecord {
  domain::ExecutionNumber number;
  domain::ExecutionId id;
  domain::PipelineName pipeline;
  std::string name;  // unique within its pipeline
  states::Status status = states::Status::running;
  std::string input;  // JSON, as all of them
  std::optional<std::string> output;
  std::optional<std::string> error;
  std::optional<std::string> cause;
  base::WallTime started_at;
  std::optional<base::WallTime> stopped_at;
  std::uint32_t redrives = 0;
  std::optional<base::WallTime> redriven_at;
  // The token of the call that began it and waits for its end: nobody else is to.
  std::optional<std::string> parent = {};

  friend bool operator==(const ExecutionRecord&, const ExecutionRecord&) = default;
};

// What one step leaves to be kept. Never changed once it is made: it may be written twice.
struct ExecutionStep {
  struct Frame {
    states::FrameId id = 0;
    std::string text;
  };
  std::vector<Frame> frames;
  std::vector<states::FrameId> removed;
  std::uint64_t first_event = 0;  // 0: none
  std::uint64_t next_event = 1;
  std::string events;  // JSON objects with commas between them
  // Of an execution that goes on: when time alone wakes it, and whether nothing but time and
  // callbacks does. Whoever starts needs to load only those that are not idle.
  std::optional<base::WallTime> wake;
  bool idle = false;
  std::optional<base::WallTime> deadline;

  struct End {
    states::Status status = states::Status::succeeded;
    std::string output;  // of one that has succeeded
    std::string error;
    std::string cause;
    base::WallTime at;
  };
  std::optional<End> end;
  struct Redrive {
    std::uint32_t count = 0;
    base::WallTime at;
  };
  std::optional<Redrive> redrive;  // it had ended, and goes on
};

// Roughly what it holds while it waits.
[[nodiscard]] inline std::size_t bytes_held(const ExecutionStep& step) {
  std::size_t bytes = sizeof(step) + step.events.size();
  for (const ExecutionStep::Frame& frame : step.frames) bytes += sizeof(frame) + frame.text.size();
  if (!step.end) return bytes;
  return bytes + step.end->output.size() + step.end->error.size() + step.end->cause.size();
}

// A new execution and its first step, kept together. ExecutionStarted; ExecutionKnown when the same
// pipeline has had one of the same name and the same input; conflict when its input was another.
// Where several nodes share the store it says, as the next two, by which right it is written, and
// is a conflict when that is not what counts.
struct StartExecution {
  ExecutionRecord record;
  std::shared_ptr<const std::string> definition;
  std::shared_ptr<const ExecutionStep> step;
  std::optional<LaneHold> by = {};
};
// Noted. not_found when it is gone; conflict when it has ended and is not redriven, or when it is
// to be redriven and has not ended so.
struct AdvanceExecution {
  domain::ExecutionNumber number;
  std::shared_ptr<const ExecutionStep> step;
  std::optional<LaneHold> by = {};
};
// A pipeline's schedule has fired, or has been known since: what follows counts from here. Noted.
struct NoteFiring {
  domain::PipelineName pipeline;
  base::WallTime at;
  std::string schedule = {};  // which it has, as text; another one counts from when it is known
  std::optional<LaneHold> by = {};
};
// Noted.
struct PausePipeline {
  domain::PipelineName pipeline;
  bool paused = false;
};

struct ExecutionStarted {
  domain::ExecutionNumber number;
};
struct ExecutionKnown {
  ExecutionRecord record;
};

}  // namespace ordo::ports
