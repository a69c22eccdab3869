// TaskStore and TaskReads in memory: passes the same contract suite as the real stores, and can be
// told to fail.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
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
#include "domain/task_changes.h"
#include "ports/task_store.h"

namespace ordo::testing {

// Any thread.
class MemoryTaskStore : public ports::TaskStore, public ports::TaskReads {
 public:
  // The next apply, expire or probe returns `error` and does nothing else. A fatal error stays.
  void fail_next(base::Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
  }

  base::Result<std::vector<ports::WriteAnswer>> apply(
      std::span<const ports::TaskWrite> writes) override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    std::vector<ports::WriteAnswer> answers;
    answers.reserve(writes.size());
    for (const ports::TaskWrite& write : writes) {
      answers.push_back(std::visit([this](const auto& one) { return apply_one(one); }, write));
    }
    return answers;
  }

  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    std::vector<std::pair<base::WallTime, std::uint64_t>> finished;
    for (const auto& [sequence, row] : rows_) {
      const domain::Task& task = row.task;
      if (domain::is_finished(task.status) && task.finished_at < expiry.finished_before) {
        finished.emplace_back(*task.finished_at, sequence);
      }
    }
    std::ranges::sort(finished);
    ports::Expired expired;
    std::size_t bytes = 0;
    const auto full = [&] { return expired.rows >= bite.rows || bytes >= bite.bytes; };
    for (const auto& [time, sequence] : finished) {
      if (full()) break;
      bytes += domain::text_bytes(rows_.at(sequence).task);
      ++expired.rows;
      erase(sequence);
    }
    while (!full() && !key_order_.empty() &&
           keys_.at(key_order_.front()).recorded_at < expiry.keys_before) {
      keys_.erase(key_order_.front());
      key_order_.pop_front();
      ++expired.rows;
    }
    expired.more = full();
    return expired;
  }

  base::Result<void> probe() override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    return {};
  }

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) override {
    const std::lock_guard lock(mutex_);
    const Row* row = row_of(id);
    if (row == nullptr) return std::optional<domain::Task>();
    return std::optional(row->task);
  }

  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before,
                                     std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    ports::TaskPage page;
    std::size_t bytes = 0;
    auto row = before ? rows_.lower_bound(before->value()) : rows_.end();
    while (row != rows_.begin()) {
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

  base::Result<domain::TaskCounts> counts() override {
    const std::lock_guard lock(mutex_);
    domain::TaskCounts counts;
    for (const auto& [sequence, row] : rows_) ++counts.of(row.task.status);
    return counts;
  }

 private:
  struct Row {
    domain::Task task;
    std::optional<domain::Fingerprint> fingerprint;
  };
  struct Key {
    domain::Fingerprint fingerprint{};
    std::uint64_t sequence = 0;
    base::WallTime recorded_at;
  };

  std::optional<base::Error> take_failure() {
    std::optional<base::Error> error = failure_;
    if (error && error->code != base::ErrorCode::fatal) failure_.reset();
    return error;
  }

  ports::WriteAnswer apply_one(const ports::AddTask& add) {
    const domain::NewTask& task = add.task;
    if (task.key) {
      if (const auto key = keys_.find(*task.key); key != keys_.end()) {
        return replay_of_key(key->second, task);
      }
    }
    if (const Row* known = row_of(task.id)) {
      const auto same = check_same(known->fingerprint, task.fingerprint);
      if (!same) return base::fail(same.error());
      record_key(task, known->task.sequence.value());
      return ports::Replayed{known->task};
    }
    const std::uint64_t sequence = ++last_sequence_;
    rows_.emplace(sequence,
                  Row{domain::accepted(task, domain::Sequence(sequence)), task.fingerprint});
    ids_.emplace(task.id, sequence);
    record_key(task, sequence);
    return ports::Added{domain::Sequence(sequence)};
  }

  ports::WriteAnswer apply_one(const ports::ChangeTask& change) {
    Row* row = row_of(change.id);
    if (row == nullptr) return no_task(change.id);
    const auto current = domain::check_version(row->task, change.if_match);
    if (!current) return base::fail(current.error());
    return replace(*row, domain::changed(row->task, change.patch, change.now));
  }

  ports::WriteAnswer apply_one(const ports::CancelTask& cancel) {
    Row* row = row_of(cancel.id);
    if (row == nullptr) return no_task(cancel.id);
    return replace(*row, domain::cancelled(row->task, cancel.now));
  }

  ports::WriteAnswer apply_one(const ports::RemoveTask& remove) {
    const Row* row = row_of(remove.id);
    if (row == nullptr) return no_task(remove.id);
    const auto current = domain::check_version(row->task, remove.if_match);
    if (!current) return base::fail(current.error());
    const auto removable = domain::check_removable(row->task);
    if (!removable) return base::fail(removable.error());
    erase(row->task.sequence.value());
    return ports::Removed{};
  }

  ports::WriteAnswer replay_of_key(const Key& key, const domain::NewTask& task) {
    const auto same = check_same(key.fingerprint, task.fingerprint);
    if (!same) return base::fail(same.error());
    const auto row = rows_.find(key.sequence);
    if (row == rows_.end()) {
      return base::fail(base::ErrorCode::conflict, "the task of this key has been removed");
    }
    return ports::Replayed{row->second.task};
  }

  static base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                                       const std::optional<domain::Fingerprint>& sent) {
    if (!recorded || !sent) return base::fail(base::ErrorCode::conflict, "the id is taken");
    return domain::check_same_submission(*recorded, *sent);
  }

  static ports::WriteAnswer replace(Row& row, base::Result<domain::Task> next) {
    if (!next) return base::fail(next.error());
    row.task = *next;
    return ports::Changed{std::move(*next)};
  }

  static ports::WriteAnswer no_task(const domain::TaskId& id) {
    return base::fail(base::ErrorCode::not_found, "there is no task " + id.value());
  }

  void record_key(const domain::NewTask& task, std::uint64_t sequence) {
    if (!task.key) return;
    keys_.emplace(*task.key,
                  Key{task.fingerprint.value_or(domain::Fingerprint{}), sequence, task.created_at});
    key_order_.push_back(*task.key);
  }

  Row* row_of(const domain::TaskId& id) {
    const auto found = ids_.find(id);
    return found == ids_.end() ? nullptr : &rows_.at(found->second);
  }

  void erase(std::uint64_t sequence) {
    ids_.erase(rows_.at(sequence).task.id);
    rows_.erase(sequence);
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
  std::map<std::uint64_t, Row> rows_;
  std::map<domain::TaskId, std::uint64_t> ids_;
  std::map<domain::IdempotencyKey, Key> keys_;
  std::deque<domain::IdempotencyKey> key_order_;
  std::uint64_t last_sequence_ = 0;
  std::optional<base::Error> failure_;
};

}  // namespace ordo::testing
