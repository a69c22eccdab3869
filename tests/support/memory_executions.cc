#include "support/memory_executions.h"

#include <algorithm>
#include <utility>

namespace ordo::testing {

ports::WriteAnswer MemoryExecutions::apply_one(const ports::StartExecution& start) {
  for (const auto& [number, row] : rows_) {
    const ports::ExecutionRecord& there = row.record;
    if (there.pipeline != start.record.pipeline || there.name != start.record.name) continue;
    if (there.input == start.record.input) return ports::ExecutionKnown{there};
    return base::fail(base::ErrorCode::conflict, "there is one of this name");
  }
  const domain::ExecutionNumber number(++last_number_);
  Row& row = rows_[number.value()];
  row.record = start.record;
  row.record.number = number;
  row.definition = *start.definition;
  take(row, *start.step);
  return ports::ExecutionStarted{number};
}

ports::WriteAnswer MemoryExecutions::apply_one(const ports::AdvanceExecution& advance) {
  const auto place = rows_.find(advance.number.value());
  if (place == rows_.end()) {
    return base::fail(base::ErrorCode::not_found, "there is no such execution");
  }
  Row& row = place->second;
  const states::Status status = row.record.status;
  const auto& redrive = advance.step->redrive;
  const bool allowed =
      redrive ? status > states::Status::succeeded : status == states::Status::running;
  if (!allowed) return base::fail(base::ErrorCode::conflict, "its status forbids it");
  if (redrive) {
    row.record.status = states::Status::running;
    row.record.redrives = redrive->count;
    row.record.redriven_at = redrive->at;
    row.record.stopped_at.reset();
    row.record.error.reset();
    row.record.cause.reset();
  }
  take(row, *advance.step);
  return ports::Noted{};
}

ports::WriteAnswer MemoryExecutions::apply_one(const ports::NoteFiring& firing) {
  firings_[firing.pipeline] = {firing.at, firing.schedule};
  return ports::Noted{};
}

ports::WriteAnswer MemoryExecutions::apply_one(const ports::PausePipeline& pause) {
  if (pause.paused) {
    paused_.insert(pause.pipeline);
  } else {
    paused_.erase(pause.pipeline);
  }
  return ports::Noted{};
}

void MemoryExecutions::expire(base::WallTime ended_before, ports::ExpiryBite& bite) {
  std::vector<std::pair<base::WallTime, std::uint64_t>> due;
  for (const auto& [number, row] : rows_) {
    const auto& stopped = row.record.stopped_at;
    if (stopped && *stopped < ended_before) due.emplace_back(*stopped, number);
  }
  std::ranges::sort(due);
  for (const auto& [time, number] : due) {
    if (bite.is_eaten()) return;
    const ports::ExecutionRecord& record = rows_.at(number).record;
    bite.take(text_bytes(record));
    rows_.erase(number);
  }
}

std::size_t MemoryExecutions::text_bytes(const ports::ExecutionRecord& record) {
  std::size_t bytes = record.input.size();
  for (const auto* text : {&record.output, &record.error, &record.cause}) {
    bytes += *text ? (*text)->size() : 0;
  }
  return bytes;
}

const ports::NotedFirings& MemoryExecutions::firings() const {
  return firings_;
}

void MemoryExecutions::take(Row& row, const ports::ExecutionStep& step) {
  for (const states::FrameId id : step.removed) row.frames.erase(id);
  for (const auto& frame : step.frames) row.frames[frame.id] = frame.text;
  // A step may be written again.
  if (step.first_event > row.events.size()) {
    auto events = states::split_history(step.events).value();
    for (std::string& event : events) {
      row.events.push_back(std::move(event));
    }
  }
  row.next_event = step.next_event;
  row.wake = step.wake;
  row.deadline = step.deadline;
  row.idle = step.idle;
  if (!step.end) return;
  row.wake.reset();
  row.deadline.reset();
  row.idle = false;
  if (step.end->status == states::Status::succeeded) row.frames.clear();
  const auto text = [](const std::string& value) {
    return value.empty() ? std::optional<std::string>() : value;
  };
  row.record.status = step.end->status;
  row.record.stopped_at = step.end->at;
  row.record.output = text(step.end->output);
  row.record.error = text(step.end->error);
  row.record.cause = text(step.end->cause);
}

base::Result<std::optional<ports::ExecutionRecord>> MemoryExecutionReads::find(
    const domain::ExecutionId& id) {
  const MemoryExecutions kept = look_();
  for (const auto& [number, row] : kept.rows()) {
    if (row.record.id == id) return row.record;
  }
  return std::nullopt;
}

base::Result<ports::ExecutionPage> MemoryExecutionReads::list(
    const ports::ExecutionFilter& filter, std::optional<domain::ExecutionNumber> before,
    std::size_t limit) {
  const MemoryExecutions kept = look_();
  ports::ExecutionPage page;
  std::size_t bytes = 0;
  auto place = before ? kept.rows().lower_bound(before->value()) : kept.rows().end();
  while (place != kept.rows().begin()) {
    const ports::ExecutionRecord& record = (--place)->second.record;
    if (filter.pipeline && record.pipeline != *filter.pipeline) continue;
    if (filter.status && record.status != *filter.status) continue;
    if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
      page.next_before = page.items.back().number;
      break;
    }
    page.items.push_back(record);
    bytes += MemoryExecutions::text_bytes(record);
  }
  return page;
}

base::Result<ports::HistoryPage> MemoryExecutionReads::history(domain::ExecutionNumber number,
                                                               std::uint64_t from,
                                                               std::size_t limit) {
  const MemoryExecutions kept = look_();
  ports::HistoryPage page;
  const auto place = kept.rows().find(number.value());
  if (place == kept.rows().end()) return page;
  const auto& events = place->second.events;
  std::size_t bytes = 0;
  for (std::size_t i = std::max<std::uint64_t>(from, 1) - 1; i < events.size(); ++i) {
    if (page.events.size() == limit || bytes >= ports::kFullPageBytes) {
      page.next = i + 1;
      break;
    }
    bytes += events[i].size();
    page.events.push_back(events[i]);
  }
  return page;
}

base::Result<std::vector<ports::OpenExecution>> MemoryExecutionReads::open(
    domain::ExecutionNumber after, std::size_t limit) {
  const MemoryExecutions kept = look_();
  std::vector<ports::OpenExecution> open;
  for (auto row = kept.rows().upper_bound(after.value());
       row != kept.rows().end() && open.size() < limit; ++row) {
    const MemoryExecutions::Row& one = row->second;
    if (one.record.status != states::Status::running) continue;
    open.push_back({one.record.number, one.record.id, one.wake, one.idle, one.record.parent});
  }
  return open;
}

base::Result<std::optional<ports::StoredExecution>> MemoryExecutionReads::load(
    domain::ExecutionNumber number) {
  const MemoryExecutions kept = look_();
  const auto place = kept.rows().find(number.value());
  if (place == kept.rows().end()) return std::nullopt;
  const MemoryExecutions::Row& row = place->second;
  ports::StoredExecution stored{row.record, row.definition, row.next_event, row.deadline, {}};
  for (const auto& [id, text] : row.frames) stored.frames.push_back({id, text});
  return stored;
}

base::Result<ports::NotedFirings> MemoryExecutionReads::firings() {
  return look_().firings();
}

base::Result<std::vector<domain::PipelineName>> MemoryExecutionReads::paused_pipelines() {
  const MemoryExecutions kept = look_();
  return std::vector<domain::PipelineName>(kept.paused().begin(), kept.paused().end());
}

}  // namespace ordo::testing
