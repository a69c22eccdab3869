// Store and all its reads, in memory: passes the same contract suite as the real stores, and can be
// told to fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/task.h"
#include "domain/task_attempts.h"
#include "domain/task_text.h"
#include "ports/backlog.h"
#include "ports/reads.h"
#include "ports/store.h"
#include "ports/task_reads.h"
#include "support/memory_executions.h"
#include "support/memory_orders.h"
#include "support/memory_tasks.h"

namespace ordo::testing {

// Any thread.
class MemoryStore : public ports::Store,
                    public ports::TaskReads,
                    public ports::OrderReads,
                    public ports::Backlog {
 public:
  // The next apply, expire or probe returns `error` and does nothing else. A fatal error stays.
  void fail_next(base::Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
    late_failure_ = false;
  }
  // As fail_next, but an apply fails where it would commit: what follows has been asked for.
  void fail_next_commit(base::Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
    late_failure_ = true;
  }

  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override {
    const std::lock_guard lock(mutex_);
    if (!late_failure_) {
      if (const auto error = take_failure()) return base::fail(*error);
    }
    std::vector<ports::WriteAnswer> answers;
    answers.reserve(writes.size());
    const Kept before = failure_ ? kept_ : Kept{};
    const auto write_all = [&](std::span<const ports::Write> all) {
      for (const ports::Write& write : all) {
        answers.push_back(std::visit([this](const auto& one) { return apply_one(one); }, write));
      }
    };
    write_all(writes);
    while (follow) {
      const std::span<const ports::Write> following = follow(answers);
      if (following.empty()) break;
      write_all(following);
    }
    if (const auto error = take_failure()) {
      kept_ = before;
      return base::fail(*error);
    }
    return answers;
  }

  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    ports::ExpiryBite left = bite;
    ports::Expired expired;
    kept_.tasks.expire(expiry, left, expired);
    if (!left.is_eaten()) kept_.orders.expire(expiry.orders_at, left);
    if (!left.is_eaten()) kept_.executions.expire(expiry.finished_before, left);
    expired.rows = bite.rows - left.rows;
    expired.more = left.is_eaten();
    return expired;
  }

  base::Result<void> probe() override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    return {};
  }

  ports::Reads reads() { return {*this, *this, executions_}; }
  ports::ExecutionReads& execution_reads() { return executions_; }

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) override {
    const std::lock_guard lock(mutex_);
    const MemoryTasks::Row* row = kept_.tasks.find(id);
    if (row == nullptr) return std::optional<domain::Task>();
    return std::optional(row->task);
  }

  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before,
                                     std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    ports::TaskPage page;
    std::size_t bytes = 0;
    auto row = before ? kept_.tasks.rows().lower_bound(before->value()) : kept_.tasks.rows().end();
    while (row != kept_.tasks.rows().begin()) {
      --row;
      if (!matches(filter, row->second.task)) continue;
      if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
        page.next_before = page.items.empty() ? before : page.items.back().sequence;
        break;
      }
      bytes += domain::text_bytes(row->second.task);
      page.items.push_back(row->second.task);
    }
    return page;
  }

  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id,
                                                  base::WallTime now) override {
    const std::lock_guard lock(mutex_);
    return kept_.orders.find(id, now);
  }

  base::Result<ports::OrderPage> list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now) override {
    const std::lock_guard lock(mutex_);
    return kept_.orders.list(filter, before, limit, now);
  }

  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now) override {
    const std::lock_guard lock(mutex_);
    return kept_.orders.pending(after, limit, now);
  }

  base::Result<std::vector<domain::Order>> settled_by(const std::string& name,
                                                      base::WallTime now) override {
    const std::lock_guard lock(mutex_);
    return kept_.orders.settled_by(name, now);
  }

  base::Result<domain::TaskCounts> counts() override {
    const std::lock_guard lock(mutex_);
    domain::TaskCounts counts;
    for (const auto& [sequence, row] : kept_.tasks.rows()) ++counts.of(row.task.status);
    return counts;
  }

  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) override {
    const std::lock_guard lock(mutex_);
    const MemoryTasks::Row* row = kept_.tasks.find(id);
    if (row == nullptr) return std::nullopt;
    std::vector<domain::Attempt> all = row->attempts;
    if (const auto own = domain::own_attempt(row->task)) all.push_back(*own);
    return all;
  }

  base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) override {
    const std::lock_guard lock(mutex_);
    std::size_t examined = 0;
    for (const auto& [sequence, row] : kept_.tasks.rows()) {
      if (domain::is_finished(row.task.status)) continue;
      if (++examined > ports::kMaxExaminedPending) break;
      const bool waits = row.task.queue == queue && row.task.status == domain::TaskStatus::queued;
      if (waits) return std::optional(row.task.created_at);
    }
    return std::optional<base::WallTime>();
  }

  base::Result<std::vector<ports::Place>> pending(domain::Sequence after,
                                                  std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<ports::Place> places;
    for (auto row = kept_.tasks.rows().upper_bound(after.value());
         row != kept_.tasks.rows().end() && places.size() < limit; ++row) {
      if (!domain::is_finished(row->second.task.status)) {
        places.push_back(ports::place_of(row->second.task));
      }
    }
    return places;
  }

  base::Result<std::vector<ports::OpenTask>> open_tasks() override {
    const std::lock_guard lock(mutex_);
    std::vector<ports::OpenTask> open;
    for (const auto& [sequence, row] : kept_.tasks.rows()) {
      const domain::Task& task = row.task;
      if (domain::is_finished(task.status) || task.attempts == 0) continue;
      open.push_back({ports::place_of(task), task.id, task.status == domain::TaskStatus::running,
                      task.attempts, task.max_attempts, task.next_attempt_at,
                      row.attempt_changed_at, row.lease});
    }
    return open;
  }

  base::Result<std::vector<domain::QueueName>> paused_queues() override {
    const std::lock_guard lock(mutex_);
    return std::vector<domain::QueueName>(kept_.tasks.paused().begin(), kept_.tasks.paused().end());
  }

  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() override {
    const std::lock_guard lock(mutex_);
    std::map<domain::QueueName, std::uint64_t> counts;
    for (const auto& [sequence, row] : kept_.tasks.rows()) {
      if (row.task.status == domain::TaskStatus::dead) ++counts[row.task.queue];
    }
    return counts;
  }

  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after,
                                                   std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<ports::Notice> all;
    for (const ports::Notice& notice : kept_.tasks.notices()) {
      if (notice.number > after && all.size() < limit) all.push_back(notice);
    }
    return all;
  }

  base::Result<std::map<std::string, std::uint64_t>> told() override {
    const std::lock_guard lock(mutex_);
    return kept_.tasks.told();
  }

 private:
  // A kind of thing each.
  struct Kept {
    MemoryTasks tasks;
    MemoryOrders orders;
    MemoryExecutions executions;
  };

  template <class One>
  ports::WriteAnswer apply_one(const One& one) {
    if constexpr (requires { kept_.tasks.apply_one(one); }) {
      return kept_.tasks.apply_one(one);
    } else if constexpr (requires { kept_.orders.apply_one(one); }) {
      return kept_.orders.apply_one(one);
    } else {
      return kept_.executions.apply_one(one);
    }
  }

  std::optional<base::Error> take_failure() {
    std::optional<base::Error> error = failure_;
    if (error && error->code != base::ErrorCode::fatal) failure_.reset();
    return error;
  }

  static std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
  }

  static bool matches(const ports::TaskFilter& filter, const domain::Task& task) {
    if (filter.status && *filter.status != task.status) return false;
    if (filter.queue && *filter.queue != task.queue) return false;
    if (filter.lane && *filter.lane != task.lane) return false;
    if (filter.priority && *filter.priority != task.content.priority) return false;
    if (filter.text.empty()) return true;
    const std::string needle = lower(filter.text);
    const auto has = [&needle](std::string_view text) {
      return lower(text).find(needle) != std::string::npos;
    };
    return has(task.content.title) || has(task.content.description) || has(task.content.payload);
  }

  std::mutex mutex_;
  Kept kept_;
  std::optional<base::Error> failure_;
  bool late_failure_ = false;

  // A lambda's type has no name outside of what makes it.
  struct Look {
    MemoryStore* store;
    MemoryExecutions operator()() const {
      const std::lock_guard lock(store->mutex_);
      return store->kept_.executions;
    }
  };
  MemoryExecutionReads<Look> executions_{Look{this}};
};

}  // namespace ordo::testing
