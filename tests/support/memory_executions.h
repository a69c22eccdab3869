// What a store keeps of executions, and what each write makes of it: in a map, and without a disk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ports/execution_reads.h"
#include "ports/page_bytes.h"
#include "ports/store.h"
#include "states/history.h"

namespace ordo::testing {

// A copy is the store as it is now.
class MemoryExecutions {
 public:
  struct Row {
    ports::ExecutionRecord record;
    std::string definition;
    std::uint64_t next_event = 1;
    std::optional<base::WallTime> wake;
    std::optional<base::WallTime> deadline;
    bool idle = false;
    std::map<states::FrameId, std::string> frames;
    std::vector<std::string> events;
  };

  ports::WriteAnswer apply_one(const ports::StartExecution& start) {
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

  ports::WriteAnswer apply_one(const ports::AdvanceExecution& advance) {
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

  ports::WriteAnswer apply_one(const ports::NoteFiring& firing) {
    firings_[firing.pipeline] = firing.at;
    return ports::Noted{};
  }

  ports::WriteAnswer apply_one(const ports::PausePipeline& pause) {
    if (pause.paused) {
      paused_.insert(pause.pipeline);
    } else {
      paused_.erase(pause.pipeline);
    }
    return ports::Noted{};
  }

  void expire(base::WallTime ended_before, ports::ExpiryBite& bite) {
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

  static std::size_t text_bytes(const ports::ExecutionRecord& record) {
    std::size_t bytes = record.input.size();
    for (const auto* text : {&record.output, &record.error, &record.cause}) {
      bytes += *text ? (*text)->size() : 0;
    }
    return bytes;
  }

  [[nodiscard]] const std::map<std::uint64_t, Row>& rows() const { return rows_; }
  [[nodiscard]] const std::map<domain::PipelineName, base::WallTime>& firings() const {
    return firings_;
  }
  [[nodiscard]] const std::set<domain::PipelineName>& paused() const { return paused_; }

 private:
  static void take(Row& row, const ports::ExecutionStep& step) {
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

  std::map<std::uint64_t, Row> rows_;
  std::uint64_t last_number_ = 0;
  std::map<domain::PipelineName, base::WallTime> firings_;
  std::set<domain::PipelineName> paused_;
};

// Its read side. `look` gives a copy of what is kept.
template <class Look>
class MemoryExecutionReads : public ports::ExecutionReads {
 public:
  explicit MemoryExecutionReads(Look look) : look_(std::move(look)) {}

  base::Result<std::optional<ports::ExecutionRecord>> find(const domain::ExecutionId& id) override {
    const MemoryExecutions kept = look_();
    for (const auto& [number, row] : kept.rows()) {
      if (row.record.id == id) return row.record;
    }
    return std::nullopt;
  }

  base::Result<ports::ExecutionPage> list(const ports::ExecutionFilter& filter,
                                          std::optional<domain::ExecutionNumber> before,
                                          std::size_t limit) override {
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

  base::Result<ports::HistoryPage> history(domain::ExecutionNumber number, std::uint64_t from,
                                           std::size_t limit) override {
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

  base::Result<std::vector<ports::OpenExecution>> open(domain::ExecutionNumber after,
                                                       std::size_t limit) override {
    const MemoryExecutions kept = look_();
    std::vector<ports::OpenExecution> open;
    for (auto row = kept.rows().upper_bound(after.value());
         row != kept.rows().end() && open.size() < limit; ++row) {
      const MemoryExecutions::Row& one = row->second;
      if (one.record.status != states::Status::running) continue;
      open.push_back({one.record.number, one.record.id, one.wake, one.idle});
    }
    return open;
  }

  base::Result<std::optional<ports::StoredExecution>> load(
      domain::ExecutionNumber number) override {
    const MemoryExecutions kept = look_();
    const auto place = kept.rows().find(number.value());
    if (place == kept.rows().end()) return std::nullopt;
    const MemoryExecutions::Row& row = place->second;
    ports::StoredExecution stored{row.record, row.definition, row.next_event, row.deadline, {}};
    for (const auto& [id, text] : row.frames) stored.frames.push_back({id, text});
    return stored;
  }

  base::Result<std::map<domain::PipelineName, base::WallTime>> firings() override {
    return look_().firings();
  }
  base::Result<std::vector<domain::PipelineName>> paused_pipelines() override {
    const MemoryExecutions kept = look_();
    return std::vector<domain::PipelineName>(kept.paused().begin(), kept.paused().end());
  }

 private:
  Look look_;
};

}  // namespace ordo::testing
