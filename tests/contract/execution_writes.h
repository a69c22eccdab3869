// Executions, their steps and what came of them, in a few words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ports/execution_reads.h"
#include "ports/writes.h"
#include "support/task_writes.h"

namespace ordo::testing {

// {"id":3,"of":"a"}: an event that says whose it is. With `bytes`, about that large.
inline std::string event(std::uint64_t id, const std::string& of = "", std::size_t bytes = 0) {
  std::string text = R"({"id":)" + std::to_string(id) + R"(,"of":")" + of;
  // Brackets and commas in a string, so that only whoever reads JSON can take a step apart.
  text += bytes == 0 ? "" : "},{\\\"" + std::string(bytes, 'x');
  return text + "\"}";
}

inline std::vector<std::string> events(std::uint64_t first, std::size_t count,
                                       const std::string& of = "", std::size_t bytes = 0) {
  std::vector<std::string> all;
  for (std::uint64_t id = first; id < first + count; ++id) all.push_back(event(id, of, bytes));
  return all;
}

// A step that adds so many events, from the id `first` on.
inline ports::ExecutionStep step(std::uint64_t first, std::size_t count = 1,
                                 const std::string& of = "", std::size_t bytes = 0) {
  ports::ExecutionStep step;
  step.first_event = count == 0 ? 0 : first;
  step.next_event = first + count;
  for (const std::string& one : events(first, count, of, bytes)) {
    step.events += (step.events.empty() ? "" : ",") + one;
  }
  return step;
}

inline ports::ExecutionStep with_frames(ports::ExecutionStep step,
                                        std::vector<ports::ExecutionStep::Frame> put,
                                        std::vector<states::FrameId> removed = {}) {
  step.frames = std::move(put);
  step.removed = std::move(removed);
  return step;
}

inline ports::ExecutionStep ending(ports::ExecutionStep step,
                                   states::Status status = states::Status::succeeded,
                                   base::WallTime at = at_ms(500)) {
  const bool succeeded = status == states::Status::succeeded;
  step.end = ports::ExecutionStep::End{status, succeeded ? "[1]" : "", succeeded ? "" : "E",
                                       succeeded ? "" : "why", at};
  return step;
}

inline ports::ExecutionStep redriving(ports::ExecutionStep step, std::uint32_t count = 1,
                                      base::WallTime at = at_ms(700)) {
  step.redrive = ports::ExecutionStep::Redrive{count, at};
  return step;
}

// Its id is "pipeline/name".
inline ports::StartExecution begin(const std::string& name,
                                   const ports::ExecutionStep& first = step(1),
                                   const std::string& pipeline = "p",
                                   const std::string& input = "{}",
                                   const std::string& definition = "{\"StartAt\":\"A\"}") {
  ports::StartExecution start;
  start.record.id = domain::ExecutionId(pipeline + "/" + name);
  start.record.pipeline = domain::PipelineName(pipeline);
  start.record.name = name;
  start.record.input = input;
  start.record.started_at = at_ms(0);
  start.definition = std::make_shared<const std::string>(definition);
  start.step = std::make_shared<const ports::ExecutionStep>(first);
  return start;
}

inline ports::AdvanceExecution advance(std::uint64_t number, const ports::ExecutionStep& step) {
  return {domain::ExecutionNumber(number), std::make_shared<const ports::ExecutionStep>(step)};
}

// "execution 3", "known 3", or as other writes are told of.
inline std::string told_of_executions(const ports::WriteAnswer& answer) {
  if (!answer) return told(answer.error().code);
  if (const auto* of = std::get_if<ports::ExecutionStarted>(&*answer)) {
    return "execution " + std::to_string(of->number.value());
  }
  if (const auto* of = std::get_if<ports::ExecutionKnown>(&*answer)) {
    return "known " + std::to_string(of->record.number.value());
  }
  return told(answer);
}

// The whole list under a filter, page by page.
inline std::vector<ports::ExecutionRecord> walk(ports::ExecutionReads& reads,
                                                const ports::ExecutionFilter& filter = {},
                                                std::size_t limit = 100) {
  std::vector<ports::ExecutionRecord> all;
  std::optional<domain::ExecutionNumber> before;
  do {
    base::Result<ports::ExecutionPage> page = reads.list(filter, before, limit);
    if (!page) return {};
    for (ports::ExecutionRecord& one : page->items) all.push_back(std::move(one));
    before = page->next_before;
  } while (before);
  return all;
}

// The whole history, page by page.
inline std::vector<std::string> walk_history(ports::ExecutionReads& reads, std::uint64_t number,
                                             std::uint64_t from = 1, std::size_t limit = 100) {
  std::vector<std::string> all;
  std::optional<std::uint64_t> next = from;
  while (next) {
    auto page = reads.history(domain::ExecutionNumber(number), *next, limit);
    if (!page || (page->next && *page->next <= *next)) return {"the walk does not go on"};
    for (std::string& one : page->events) all.push_back(std::move(one));
    next = page->next;
  }
  return all;
}

// Frames as "id:text".
inline std::vector<std::string> told_of_frames(const ports::StoredExecution& stored) {
  std::vector<std::string> all;
  for (const auto& frame : stored.frames) {
    all.push_back(std::to_string(frame.id) + ":" + frame.text);
  }
  return all;
}

}  // namespace ordo::testing
