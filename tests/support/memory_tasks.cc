#include "support/memory_tasks.h"

#include <algorithm>
#include <utility>

#include "domain/task_changes.h"
#include "domain/task_text.h"

namespace ordo::testing {

ports::WriteAnswer MemoryTasks::apply_one(const ports::AddTask& add) {
  const domain::NewTask& task = add.task;
  if (task.key) {
    if (const auto key = keys_.find(*task.key); key != keys_.end()) {
      return replay_of_key(key->second, task);
    }
  }
  if (const Row* known = row_of(task.id)) {
    const auto same = check_same(known->fingerprint, task.fingerprint);
    if (!same) return base::fail(same.error());
    record_key(task);
    return ports::Replayed{known->task};
  }
  const std::uint64_t sequence = ++last_sequence_;
  rows_.emplace(sequence,
                Row{domain::accepted(task, domain::Sequence(sequence)), task.fingerprint});
  ids_.emplace(task.id, sequence);
  record_key(task);
  return ports::Added{domain::Sequence(sequence)};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::ChangeTask& change) {
  Row* row = row_of(change.id);
  if (row == nullptr) return no_task(change.id);
  const auto current = domain::check_version(row->task, change.if_match);
  if (!current) return base::fail(current.error());
  base::Result<domain::Task> next = domain::changed(row->task, change.patch, change.now);
  if (!next) return base::fail(next.error());
  row->task = *next;
  return ports::Changed{std::move(*next)};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::CancelTask& cancel) {
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

ports::WriteAnswer MemoryTasks::apply_one(const ports::RemoveTask& remove) {
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

ports::WriteAnswer MemoryTasks::apply_one(const ports::StartAttempt& start) {
  const auto row = rows_.find(start.sequence.value());
  if (row == rows_.end()) return base::fail(base::ErrorCode::not_found, "it is gone");
  base::Result<domain::Task> next = domain::started(row->second.task, start.now);
  if (!next) return base::fail(next.error());
  row->second.task = *next;
  row->second.lease = start.lease;
  row->second.attempt_changed_at = start.now;
  return ports::Started{std::move(*next)};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::EndAttempt& end) {
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
    notices_.push_back({++last_notice_, "task.dead", end.now, std::move(data)});
  }
  return ports::AttemptEnded{};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::ExtendLease& extend) {
  Row* row = running(extend.sequence, extend.attempt);
  if (row == nullptr || !row->lease) {
    return base::fail(base::ErrorCode::conflict, "it does not run");
  }
  row->lease->until = extend.until;
  row->lease->length = extend.length;
  return ports::Noted{};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::RequeueTask& put_back) {
  const Row* row = row_of(put_back.id);
  if (row == nullptr) return no_task(put_back.id);
  const domain::TaskStatus before = row->task.status;
  const auto allowed = domain::check_requeuable(row->task);
  if (!allowed) return base::fail(allowed.error());
  return ports::Requeued{requeue(row->task.sequence.value(), put_back.now), before};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::RedriveDead& redrive) {
  ports::Redriven redriven;
  const auto found = dead_letters(redrive.queue, redrive.up_to, redrive.limit);
  for (const std::uint64_t sequence : found) {
    const domain::Task task = requeue(sequence, redrive.now);
    redriven.tasks.push_back({task.id, ports::place_of(task)});
  }
  redriven.more = found.size() == redrive.limit;
  return redriven;
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::PurgeDead& purge) {
  ports::Purged purged;
  const auto found = dead_letters(purge.queue, purge.up_to, purge.limit);
  for (const std::uint64_t sequence : found) {
    purged.of.push_back(rows_.at(sequence).task.queue);
    erase(sequence);
  }
  purged.more = found.size() == purge.limit;
  return purged;
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::PauseQueue& pause) {
  if (pause.paused) {
    paused_.insert(pause.queue);
  } else {
    paused_.erase(pause.queue);
  }
  return ports::Noted{};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::NoticesTold& told) {
  std::uint64_t& known = told_[told.channel];
  known = std::max(known, told.up_to);
  return ports::Noted{};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::AddNotice& notice) {
  notices_.push_back({++last_notice_, notice.kind, notice.now, notice.data});
  return ports::Noted{};
}

ports::WriteAnswer MemoryTasks::apply_one(const ports::ForgetNotices& forget) {
  std::erase_if(notices_, [&](const auto& notice) { return notice.number <= forget.up_to; });
  return ports::Noted{};
}

void MemoryTasks::expire(const ports::Expiry& expiry, ports::ExpiryBite& bite,
                         ports::Expired& expired) {
  std::vector<std::pair<base::WallTime, std::uint64_t>> finished;
  for (const auto& [sequence, row] : rows_) {
    const domain::Task& task = row.task;
    if (domain::is_finished(task.status) && task.finished_at < expiry.finished_before) {
      finished.emplace_back(*task.finished_at, sequence);
    }
  }
  std::ranges::sort(finished);
  for (const auto& [time, sequence] : finished) {
    if (bite.is_eaten()) break;
    const domain::Task& task = rows_.at(sequence).task;
    bite.take(domain::text_bytes(task));
    if (task.status == domain::TaskStatus::dead) expired.dead.push_back(task.queue);
    erase(sequence);
  }
  while (!bite.is_eaten() && !key_order_.empty() &&
         keys_.at(key_order_.front()).recorded_at < expiry.keys_before) {
    keys_.erase(key_order_.front());
    key_order_.pop_front();
    bite.take(0);
  }
}

const MemoryTasks::Row* MemoryTasks::find(const domain::TaskId& id) const {
  const auto found = ids_.find(id);
  return found == ids_.end() ? nullptr : &rows_.at(found->second);
}

MemoryTasks::Row* MemoryTasks::running(domain::Sequence sequence, std::uint32_t attempt) {
  const auto row = rows_.find(sequence.value());
  if (row == rows_.end()) return nullptr;
  const domain::Task& task = row->second.task;
  const bool runs = task.status == domain::TaskStatus::running && task.attempts == attempt;
  return runs ? &row->second : nullptr;
}

std::vector<std::uint64_t> MemoryTasks::dead_letters(const std::optional<domain::QueueName>& queue,
                                                     domain::Sequence up_to,
                                                     std::size_t limit) const {
  std::vector<std::uint64_t> found;
  for (const auto& [sequence, row] : rows_) {
    if (sequence > up_to.value() || found.size() == limit) break;
    const bool wanted =
        row.task.status == domain::TaskStatus::dead && (!queue || row.task.queue == *queue);
    if (wanted) found.push_back(sequence);
  }
  return found;
}

domain::Task MemoryTasks::requeue(std::uint64_t sequence, base::WallTime now) {
  auto node = rows_.extract(sequence);
  const domain::Sequence place(++last_sequence_);
  Row& row = node.mapped();
  row.attempts.clear();
  row.task = domain::requeued(row.task, place, now);
  ids_[row.task.id] = place.value();
  domain::Task task = row.task;
  node.key() = place.value();
  rows_.insert(std::move(node));
  return task;
}

ports::WriteAnswer MemoryTasks::replay_of_key(const Key& key, const domain::NewTask& task) {
  const auto same = check_same(key.fingerprint, task.fingerprint);
  if (!same) return base::fail(same.error());
  const Row* row = row_of(key.id);
  if (row == nullptr || row->fingerprint != task.fingerprint) {
    return base::fail(base::ErrorCode::conflict, "the task of this key has been removed");
  }
  return ports::Replayed{row->task};
}

base::Result<void> MemoryTasks::check_same(const std::optional<domain::Fingerprint>& recorded,
                                           const std::optional<domain::Fingerprint>& sent) {
  if (!recorded || !sent) return base::fail(base::ErrorCode::conflict, "the id is taken");
  return domain::check_same_submission(*recorded, *sent);
}

ports::WriteAnswer MemoryTasks::no_task(const domain::TaskId& id) {
  return base::fail(base::ErrorCode::not_found, "there is no task \"" + id.value() + "\"");
}

void MemoryTasks::record_key(const domain::NewTask& task) {
  if (!task.key) return;
  keys_.emplace(*task.key,
                Key{task.fingerprint.value_or(domain::Fingerprint{}), task.id, task.created_at});
  key_order_.push_back(*task.key);
}

void MemoryTasks::erase(std::uint64_t sequence) {
  ids_.erase(rows_.at(sequence).task.id);
  rows_.erase(sequence);
}

}  // namespace ordo::testing
