#include "postgres/execution_writes.h"

#include <fmt/format.h>

#include <optional>
#include <variant>

namespace ordo::postgres {

using base::ErrorCode;
using ports::WriteAnswer;
using states::Status;

namespace {

WriteAnswer not_by_that_right() {
  return base::fail(ErrorCode::conflict, "another node runs the pipelines");
}

}  // namespace

void ExecutionWrites::add_reads(Batch& batch) {
  fence_.add_reads(batch);
  unit_.add_reads(batch);
}

void ExecutionWrites::take_reads(AnswerCursor& answers) {
  fence_.take_reads(answers);
  unit_.take_reads(answers);
}

void ExecutionWrites::want(const ports::AdvanceExecution& advance) {
  fence_.want(advance.by);
  unit_.want(advance.number);
}

void ExecutionWrites::want(const ports::StartExecution& start) {
  fence_.want(start.by);
  unit_.want(start.record.pipeline, start.record.name);
  unit_.want(start.definition);
}

WriteAnswer ExecutionWrites::apply(const ports::StartExecution& start) {
  if (!fence_.holds(start.by)) return not_by_that_right();
  const ports::ExecutionRecord& record = start.record;
  if (const auto* const there = unit_.find(record.pipeline, record.name)) {
    if (there->input == record.input) return ports::ExecutionKnown{*there};
    return base::fail(ErrorCode::conflict,
                      fmt::format("pipeline \"{}\" has an execution \"{}\" already, with another "
                                  "input",
                                  record.pipeline.value(), record.name));
  }
  return ports::ExecutionStarted{unit_.add(start)};
}

WriteAnswer ExecutionWrites::apply(const ports::AdvanceExecution& advance) {
  if (!fence_.holds(advance.by)) return not_by_that_right();
  const std::optional<Status> status = unit_.status_of(advance.number);
  if (!status) return base::fail(ErrorCode::not_found, "there is no such execution");
  if (advance.step->redrive) {
    if (*status <= Status::succeeded) {
      return base::fail(ErrorCode::conflict, "the execution has not failed");
    }
  } else if (*status != Status::running) {
    return base::fail(ErrorCode::conflict, "the execution has ended");
  }
  unit_.advance(advance.number, advance.step);
  return ports::Noted{};
}

WriteAnswer ExecutionWrites::apply(const ports::NoteFiring& firing) {
  if (!fence_.holds(firing.by)) return not_by_that_right();
  unit_.note(firing);
  return ports::Noted{};
}

WriteAnswer ExecutionWrites::apply(const ports::PausePipeline& pause) {
  unit_.pause(pause.pipeline, pause.paused);
  return ports::Noted{};
}

void ExecutionWrites::settle(WriteAnswer& answer) const {
  if (!answer) return;
  if (auto* const started = std::get_if<ports::ExecutionStarted>(&*answer)) {
    started->number = unit_.drawn(started->number);
  } else if (auto* const known = std::get_if<ports::ExecutionKnown>(&*answer)) {
    known->record.number = unit_.drawn(known->record.number);
  }
}

}  // namespace ordo::postgres
