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
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/task.h"
#include "domain/task_attempts.h"
#include "domain/task_changes.h"
#include "domain/task_text.h"
#include "ports/backlog.h"
#include "ports/task_store.h"

namespace ordo::testing {

// Any thread.
class MemoryTaskStore : public ports::TaskStore, public ports::TaskReads, public ports::Backlog {
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

  using TaskStore::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::TaskWrite> writes,
                                                      const ports::Follow& follow) override {
    const std::lock_guard lock(mutex_);
    if (!late_failure_) {
      if (const auto error = take_failure()) return base::fail(*error);
    }
    std::vector<ports::WriteAnswer> answers;
    answers.reserve(writes.size());
    const State before = failure_ ? state_ : State{};
    const auto write_all = [&](std::span<const ports::TaskWrite> all) {
      for (const ports::TaskWrite& write : all) {
        answers.push_back(std::visit([this](const auto& one) { return apply_one(one); }, write));
      }
    };
    write_all(writes);
    while (follow) {
      const std::span<const ports::TaskWrite> following = follow(answers);
      if (following.empty()) break;
      write_all(following);
    }
    if (const auto error = take_failure()) {
      state_ = before;
      return base::fail(*error);
    }
    return answers;
  }

  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override {
    const std::lock_guard lock(mutex_);
    if (const auto error = take_failure()) return base::fail(*error);
    std::vector<std::pair<base::WallTime, std::uint64_t>> finished;
    for (const auto& [sequence, row] : state_.rows) {
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
      const domain::Task& task = state_.rows.at(sequence).task;
      bytes += domain::text_bytes(task);
      if (task.status == domain::TaskStatus::dead) expired.dead.push_back(task.queue);
      ++expired.rows;
      erase(sequence);
    }
    while (!full() && !state_.key_order.empty() &&
           state_.keys.at(state_.key_order.front()).recorded_at < expiry.keys_before) {
      state_.keys.erase(state_.key_order.front());
      state_.key_order.pop_front();
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
    auto row = before ? state_.rows.lower_bound(before->value()) : state_.rows.end();
    while (row != state_.rows.begin()) {
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
    for (const auto& [sequence, row] : state_.rows) ++counts.of(row.task.status);
    return counts;
  }

  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) override {
    const std::lock_guard lock(mutex_);
    const Row* row = row_of(id);
    if (row == nullptr) return std::nullopt;
    std::vector<domain::Attempt> all = row->attempts;
    if (const auto own = domain::own_attempt(row->task)) all.push_back(*own);
    return all;
  }

  base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) override {
    const std::lock_guard lock(mutex_);
    std::size_t examined = 0;
    for (const auto& [sequence, row] : state_.rows) {
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
    for (auto row = state_.rows.upper_bound(after.value());
         row != state_.rows.end() && places.size() < limit; ++row) {
      if (!domain::is_finished(row->second.task.status)) {
        places.push_back(ports::place_of(row->second.task));
      }
    }
    return places;
  }

  base::Result<std::vector<ports::OpenTask>> open_tasks() override {
    const std::lock_guard lock(mutex_);
    std::vector<ports::OpenTask> open;
    for (const auto& [sequence, row] : state_.rows) {
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
    return std::vector<domain::QueueName>(state_.paused.begin(), state_.paused.end());
  }

  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() override {
    const std::lock_guard lock(mutex_);
    std::map<domain::QueueName, std::uint64_t> counts;
    for (const auto& [sequence, row] : state_.rows) {
      if (row.task.status == domain::TaskStatus::dead) ++counts[row.task.queue];
    }
    return counts;
  }

  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after,
                                                   std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<ports::Notice> all;
    for (const ports::Notice& notice : state_.notices) {
      if (notice.number > after && all.size() < limit) all.push_back(notice);
    }
    return all;
  }

  base::Result<std::map<std::string, std::uint64_t>> told() override {
    const std::lock_guard lock(mutex_);
    return state_.told;
  }

 private:
  struct Row {
    domain::Task task;
    std::optional<domain::Fingerprint> fingerprint;
    std::vector<domain::Attempt> attempts = {};  // all but the task's own
    std::optional<domain::Lease> lease = {};
    base::WallTime attempt_changed_at = {};
  };
  struct Key {
    domain::Fingerprint fingerprint{};
    domain::TaskId id;
    base::WallTime recorded_at;
  };
  // All that a store keeps.
  struct State {
    std::map<std::uint64_t, Row> rows;
    std::map<domain::TaskId, std::uint64_t> ids;
    std::map<domain::IdempotencyKey, Key> keys;
    std::deque<domain::IdempotencyKey> key_order;
    std::uint64_t last_sequence = 0;
    std::set<domain::QueueName> paused;
    std::vector<ports::Notice> notices;
    std::uint64_t last_notice = 0;
    std::map<std::string, std::uint64_t> told;
  };

  std::optional<base::Error> take_failure() {
    std::optional<base::Error> error = failure_;
    if (error && error->code != base::ErrorCode::fatal) failure_.reset();
    return error;
  }

  ports::WriteAnswer apply_one(const ports::AddTask& add) {
    const domain::NewTask& task = add.task;
    if (task.key) {
      if (const auto key = state_.keys.find(*task.key); key != state_.keys.end()) {
        return replay_of_key(key->second, task);
      }
    }
    if (const Row* known = row_of(task.id)) {
      const auto same = check_same(known->fingerprint, task.fingerprint);
      if (!same) return base::fail(same.error());
      record_key(task);
      return ports::Replayed{known->task};
    }
    const std::uint64_t sequence = ++state_.last_sequence;
    state_.rows.emplace(sequence,
                        Row{domain::accepted(task, domain::Sequence(sequence)), task.fingerprint});
    state_.ids.emplace(task.id, sequence);
    record_key(task);
    return ports::Added{domain::Sequence(sequence)};
  }

  ports::WriteAnswer apply_one(const ports::ChangeTask& change) {
    Row* row = row_of(change.id);
    if (row == nullptr) return no_task(change.id);
    const auto current = domain::check_version(row->task, change.if_match);
    if (!current) return base::fail(current.error());
    base::Result<domain::Task> next = domain::changed(row->task, change.patch, change.now);
    if (!next) return base::fail(next.error());
    row->task = *next;
    return ports::Changed{std::move(*next)};
  }

  ports::WriteAnswer apply_one(const ports::CancelTask& cancel) {
    Row* row = row_of(cancel.id);
    if (row == nullptr) return no_task(cancel.id);
    const domain::TaskStatus before = row->task.status;
    base::Result<domain::Task> next = domain::cancelled(row->task, cancel.now);
    if (!next) return base::fail(next.error());
    if (before == domain::TaskStatus::running) {
      row->attempts.push_back({row->task.attempts, *row->task.started_at, cancel.now,
                               domain::AttemptOutcome::cancelled, std::nullopt});
    }
    row->task = *next;
    row->lease.reset();
    return ports::Changed{std::move(*next), before};
  }

  ports::WriteAnswer apply_one(const ports::RemoveTask& remove) {
    const Row* row = row_of(remove.id);
    if (row == nullptr) return no_task(remove.id);
    const auto current = domain::check_version(row->task, remove.if_match);
    if (!current) return base::fail(current.error());
    const auto removable = domain::check_removable(row->task);
    if (!removable) return base::fail(removable.error());
    ports::Removed removed{ports::place_of(row->task), row->task.status};
    erase(row->task.sequence.value());
    return removed;
  }

  ports::WriteAnswer apply_one(const ports::StartAttempt& start) {
    const auto row = state_.rows.find(start.sequence.value());
    if (row == state_.rows.end()) return base::fail(base::ErrorCode::not_found, "it is gone");
    base::Result<domain::Task> next = domain::started(row->second.task, start.now);
    if (!next) return base::fail(next.error());
    row->second.task = *next;
    row->second.lease = start.lease;
    row->second.attempt_changed_at = start.now;
    return ports::Started{std::move(*next)};
  }

  ports::WriteAnswer apply_one(const ports::EndAttempt& end) {
    Row* row = running(end.sequence, end.attempt);
    if (row == nullptr) return base::fail(base::ErrorCode::conflict, "it does not run");
    if (auto entry = domain::history_entry(row->task, end.verdict, end.now)) {
      row->attempts.push_back(std::move(*entry));
    }
    row->task = *domain::ended(row->task, end.attempt, end.verdict, end.now);
    row->attempt_changed_at = end.now;
    row->lease.reset();
    if (row->task.status == domain::TaskStatus::dead) {
      std::string data;
      domain::append_task(data, row->task);
      state_.notices.push_back({++state_.last_notice, "task.dead", end.now, std::move(data)});
    }
    return ports::AttemptEnded{};
  }

  ports::WriteAnswer apply_one(const ports::ExtendLease& extend) {
    Row* row = running(extend.sequence, extend.attempt);
    if (row == nullptr || !row->lease) {
      return base::fail(base::ErrorCode::conflict, "it does not run");
    }
    row->lease->until = extend.until;
    row->lease->length = extend.length;
    return ports::Noted{};
  }

  ports::WriteAnswer apply_one(const ports::RequeueTask& put_back) {
    const Row* row = row_of(put_back.id);
    if (row == nullptr) return no_task(put_back.id);
    const domain::TaskStatus before = row->task.status;
    const auto allowed = domain::check_requeuable(row->task);
    if (!allowed) return base::fail(allowed.error());
    return ports::Requeued{requeue(row->task.sequence.value(), put_back.now), before};
  }

  ports::WriteAnswer apply_one(const ports::RedriveDead& redrive) {
    ports::Redriven redriven;
    const auto found = dead_letters(redrive.queue, redrive.up_to, redrive.limit);
    for (const std::uint64_t sequence : found) {
      const domain::Task task = requeue(sequence, redrive.now);
      redriven.tasks.push_back({task.id, ports::place_of(task)});
    }
    redriven.more = found.size() == redrive.limit;
    return redriven;
  }

  ports::WriteAnswer apply_one(const ports::PurgeDead& purge) {
    ports::Purged purged;
    const auto found = dead_letters(purge.queue, purge.up_to, purge.limit);
    for (const std::uint64_t sequence : found) {
      purged.of.push_back(state_.rows.at(sequence).task.queue);
      erase(sequence);
    }
    purged.more = found.size() == purge.limit;
    return purged;
  }

  ports::WriteAnswer apply_one(const ports::PauseQueue& pause) {
    if (pause.paused) {
      state_.paused.insert(pause.queue);
    } else {
      state_.paused.erase(pause.queue);
    }
    return ports::Noted{};
  }

  ports::WriteAnswer apply_one(const ports::NoticesTold& told) {
    std::uint64_t& known = state_.told[told.channel];
    known = std::max(known, told.up_to);
    return ports::Noted{};
  }

  ports::WriteAnswer apply_one(const ports::ForgetNotices& forget) {
    std::erase_if(state_.notices,
                  [&](const auto& notice) { return notice.number <= forget.up_to; });
    return ports::Noted{};
  }

  Row* running(domain::Sequence sequence, std::uint32_t attempt) {
    const auto row = state_.rows.find(sequence.value());
    if (row == state_.rows.end()) return nullptr;
    const domain::Task& task = row->second.task;
    const bool runs = task.status == domain::TaskStatus::running && task.attempts == attempt;
    return runs ? &row->second : nullptr;
  }

  std::vector<std::uint64_t> dead_letters(const std::optional<domain::QueueName>& queue,
                                          domain::Sequence up_to, std::size_t limit) const {
    std::vector<std::uint64_t> found;
    for (const auto& [sequence, row] : state_.rows) {
      if (sequence > up_to.value() || found.size() == limit) break;
      const bool wanted =
          row.task.status == domain::TaskStatus::dead && (!queue || row.task.queue == *queue);
      if (wanted) found.push_back(sequence);
    }
    return found;
  }

  domain::Task requeue(std::uint64_t sequence, base::WallTime now) {
    auto node = state_.rows.extract(sequence);
    const domain::Sequence place(++state_.last_sequence);
    Row& row = node.mapped();
    row.attempts.clear();
    row.task = domain::requeued(row.task, place, now);
    state_.ids[row.task.id] = place.value();
    domain::Task task = row.task;
    node.key() = place.value();
    state_.rows.insert(std::move(node));
    return task;
  }

  ports::WriteAnswer replay_of_key(const Key& key, const domain::NewTask& task) {
    const auto same = check_same(key.fingerprint, task.fingerprint);
    if (!same) return base::fail(same.error());
    const Row* row = row_of(key.id);
    if (row == nullptr || row->fingerprint != task.fingerprint) {
      return base::fail(base::ErrorCode::conflict, "the task of this key has been removed");
    }
    return ports::Replayed{row->task};
  }

  static base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                                       const std::optional<domain::Fingerprint>& sent) {
    if (!recorded || !sent) return base::fail(base::ErrorCode::conflict, "the id is taken");
    return domain::check_same_submission(*recorded, *sent);
  }

  static ports::WriteAnswer no_task(const domain::TaskId& id) {
    return base::fail(base::ErrorCode::not_found, "there is no task \"" + id.value() + "\"");
  }

  void record_key(const domain::NewTask& task) {
    if (!task.key) return;
    state_.keys.emplace(
        *task.key, Key{task.fingerprint.value_or(domain::Fingerprint{}), task.id, task.created_at});
    state_.key_order.push_back(*task.key);
  }

  Row* row_of(const domain::TaskId& id) {
    const auto found = state_.ids.find(id);
    return found == state_.ids.end() ? nullptr : &state_.rows.at(found->second);
  }

  void erase(std::uint64_t sequence) {
    state_.ids.erase(state_.rows.at(sequence).task.id);
    state_.rows.erase(sequence);
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
  State state_;
  std::optional<base::Error> failure_;
  bool late_failure_ = false;
};

}  // namespace ordo::testing
