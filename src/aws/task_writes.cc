#include "aws/task_writes.h"

#include <algorithm>
#include <utility>

#include "domain/task_attempts.h"
#include "domain/task_changes.h"

namespace ordo::aws {
namespace {

std::unexpected<base::Error> no_task(const domain::TaskId& id) {
  return base::fail(base::ErrorCode::not_found, "there is no task \"" + id.value() + "\"");
}

base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                              const std::optional<domain::Fingerprint>& sent) {
  if (!recorded || !sent) return base::fail(base::ErrorCode::conflict, "the id is taken");
  return domain::check_same_submission(*recorded, *sent);
}

// The index may be behind: it has been put back since, and has perhaps died again.
bool is_dead_letter(const std::optional<TaskRow>& row, domain::Sequence up_to) {
  return row && row->task.status == domain::TaskStatus::dead && row->task.sequence <= up_to;
}

// A transaction of redriven or purged tasks has one item of each.
constexpr std::size_t kMaxDeadAtOnce = kMaxTransactionItems / 2;

}  // namespace

TaskWrites::TaskWrites(UnitOfWork& unit, const HomeOptions& options, base::WallTime now,
                       std::uint64_t last_sequence, FindBySequence find_by_sequence,
                       FindDead find_dead)
    : unit_(unit),
      options_(options),
      now_(now),
      first_sequence_(last_sequence),
      last_sequence_(last_sequence),
      find_by_sequence_(std::move(find_by_sequence)),
      find_dead_(std::move(find_dead)) {}

TaskWrites::Found TaskWrites::find(const domain::TaskId& id) {
  const Item* const item = unit_.find(options_.tasks, id.value());
  if (item == nullptr) return {};
  base::Result<std::optional<TaskRow>> row = task_row_of(*item);
  if (!row) {
    failure_ = std::move(row.error());
    return {};
  }
  return {std::move(*row), true};
}

std::optional<TaskRow> TaskWrites::find(domain::Sequence sequence) {
  const auto added = added_.find(sequence.value());
  std::optional<domain::TaskId> id;
  if (added != added_.end()) {
    id = added->second;
  } else {
    auto known = find_by_sequence_(sequence);
    if (!known) {
      failure_ = std::move(known.error());
      return std::nullopt;
    }
    id = std::move(*known);
  }
  if (!id) return std::nullopt;
  auto found = find(*id);
  if (!found.row || found.row->task.sequence != sequence) return std::nullopt;
  return std::move(found.row);
}

std::optional<KeyRow> TaskWrites::find_key(const domain::IdempotencyKey& key, base::WallTime now) {
  const Item* const item = unit_.find(options_.tasks, key_of(key));
  std::optional<KeyRow> row = item == nullptr ? std::nullopt : key_row_of(*item);
  if (row && row->recorded_at + options_.keep_keys <= now) return std::nullopt;
  return row;
}

base::Result<void> TaskWrites::put(const TaskRow& row) {
  const domain::Task& task = row.task;
  std::optional<base::WallTime> keep_until;
  if (task.finished_at) keep_until = *task.finished_at + options_.retention;
  Item item = item_of(row, keep_until);
  if (item.bytes() > kMaxItemBytes) {
    return base::fail(base::ErrorCode::too_large,
                      "a task, its result included, may have 390 KiB in DynamoDB");
  }
  unit_.put(options_.tasks, task.id.value(), std::move(item));
  return {};
}

bool TaskWrites::record_key(const domain::NewTask& task) {
  if (!task.key || find_key(*task.key, task.created_at)) return false;
  unit_.put(
      options_.tasks, key_of(*task.key),
      item_of(KeyRow{task.fingerprint.value_or(domain::Fingerprint{}), task.id, task.created_at},
              task.created_at + options_.keep_keys));
  return true;
}

ports::WriteAnswer TaskWrites::replay_of_key(const KeyRow& key, const domain::NewTask& task) {
  const auto same = check_same(key.fingerprint, task.fingerprint);
  if (!same) return base::fail(same.error());
  const auto found = find(key.id);
  if (!found.row || found.row->fingerprint != task.fingerprint) {
    return base::fail(base::ErrorCode::conflict, "the task of this key has been removed");
  }
  return replayed(*found.row);
}

// Its first sender may have been cut off before the queue heard of it. The item is written again as
// it is, under another revision: whoever added it, and could not announce it, must not take it back
// any more.
ports::WriteAnswer TaskWrites::replayed(TaskRow row) {
  const bool untried = row.task.status == domain::TaskStatus::queued && row.task.attempts == 0;
  if (untried && now_ - row.placed_at <= kAnnounceReplays) {
    if (const auto written = put(row); !written) return base::fail(written.error());
    announcements_.push_back(
        {.answer = answer_, .task = row.task, .again = row.again, .is_replay = true});
  }
  return ports::Replayed{std::move(row.task)};
}

ports::WriteAnswer TaskWrites::apply(const ports::AddTask& add) {
  const domain::NewTask& task = add.task;
  if (task.key) {
    if (const auto key = find_key(*task.key, task.created_at)) return replay_of_key(*key, task);
  }
  auto found = find(task.id);
  if (found.row) {
    const auto same = check_same(found.row->fingerprint, task.fingerprint);
    if (!same) return base::fail(same.error());
    record_key(task);
    return replayed(std::move(*found.row));
  }
  const domain::Sequence sequence(last_sequence_ + 1);
  TaskRow row{
      domain::accepted(task, sequence), task.created_at, task.fingerprint, {}, found.was_there};
  if (const auto written = put(row); !written) return base::fail(written.error());
  ++last_sequence_;
  const bool keyed = record_key(task);
  added_.emplace(sequence.value(), task.id);
  announcements_.push_back({.answer = answer_,
                            .task = std::move(row.task),
                            .key = keyed ? task.key : std::nullopt,
                            .again = row.again,
                            .is_new = true});
  return ports::Added{sequence};
}

ports::WriteAnswer TaskWrites::apply(const ports::ChangeTask& change) {
  auto found = find(change.id);
  if (!found.row) return no_task(change.id);
  const auto current = domain::check_version(found.row->task, change.if_match);
  if (!current) return base::fail(current.error());
  base::Result<domain::Task> next = domain::changed(found.row->task, change.patch, change.now);
  if (!next) return base::fail(std::move(next.error()));
  found.row->task = *next;
  if (const auto written = put(*found.row); !written) return base::fail(written.error());
  return ports::Changed{std::move(*next)};
}

ports::WriteAnswer TaskWrites::apply(const ports::CancelTask& cancel) {
  auto found = find(cancel.id);
  if (!found.row) return no_task(cancel.id);
  TaskRow& row = *found.row;
  const domain::TaskStatus before = row.task.status;
  base::Result<domain::Task> next = domain::cancelled(row.task, cancel.now);
  if (!next) return base::fail(std::move(next.error()));
  if (before == domain::TaskStatus::running) {
    keep_attempt(row.task, {row.task.attempts, row.task.started_at.value_or(cancel.now), cancel.now,
                            domain::AttemptOutcome::cancelled, std::nullopt});
  }
  row.task = *next;
  row.lease.reset();
  if (const auto written = put(row); !written) return base::fail(written.error());
  return ports::Changed{std::move(*next), before};
}

void TaskWrites::forget(const domain::Task& task) {
  unit_.put(options_.tasks, task.id.value(), removed_item(now_ + kRememberRemoved));
}

ports::WriteAnswer TaskWrites::apply(const ports::RemoveTask& remove) {
  const auto found = find(remove.id);
  if (!found.row) return no_task(remove.id);
  const domain::Task& task = found.row->task;
  const auto current = domain::check_version(task, remove.if_match);
  if (!current) return base::fail(current.error());
  const auto removable = domain::check_removable(task);
  if (!removable) return base::fail(removable.error());
  forget(task);
  return ports::Removed{ports::place_of(task), task.status};
}

ports::WriteAnswer TaskWrites::apply(const ports::StartAttempt& start) {
  std::optional<TaskRow> row = find(start.sequence);
  if (!row) return base::fail(base::ErrorCode::not_found, "it is gone");
  base::Result<domain::Task> next = domain::started(row->task, start.now);
  if (!next) return base::fail(std::move(next.error()));
  row->task = *next;
  row->lease = start.lease;
  if (const auto written = put(*row); !written) return base::fail(written.error());
  return ports::Started{std::move(*next)};
}

void TaskWrites::keep_attempt(const domain::Task& task, const domain::Attempt& attempt) {
  const std::string key = key_of_attempt(task.id, task.sequence, attempt.number);
  unit_.assume_absent(options_.tasks, key);  // each attempt ends once
  unit_.put(options_.tasks, key, item_of(attempt, now_ + kKeepAttempts));
}

ports::WriteAnswer TaskWrites::apply(const ports::EndAttempt& end) {
  std::optional<TaskRow> row = find(end.sequence);
  if (!row) return base::fail(base::ErrorCode::conflict, "it does not run");
  const domain::Task before = row->task;
  base::Result<domain::Task> next = domain::ended(before, end.attempt, end.verdict, end.now);
  if (!next) return base::fail(std::move(next.error()));
  row->task = std::move(*next);
  row->lease.reset();
  row->untold = row->task.status == domain::TaskStatus::dead;
  if (const auto written = put(*row); !written) return base::fail(written.error());
  if (const auto entry = domain::history_entry(before, end.verdict, end.now)) {
    keep_attempt(before, *entry);
  }
  return ports::AttemptEnded{};
}

ports::WriteAnswer TaskWrites::apply(const ports::ExtendLease& extend) {
  std::optional<TaskRow> row = find(extend.sequence);
  if (!row || !row->lease || row->task.status != domain::TaskStatus::running ||
      row->task.attempts != extend.attempt) {
    return base::fail(base::ErrorCode::conflict, "it does not run");
  }
  row->lease->until = extend.until;
  row->lease->length = extend.length;
  if (const auto written = put(*row); !written) return base::fail(written.error());
  return ports::Noted{};
}

// What SQS remembers of its earlier life must not swallow the new one.
domain::Task TaskWrites::requeue(TaskRow row, base::WallTime now) {
  row.task = domain::requeued(std::move(row.task), domain::Sequence(++last_sequence_), now);
  row.placed_at = now;
  row.again = true;
  row.untold = false;
  // No larger than before.
  unit_.put(options_.tasks, row.task.id.value(), item_of(row, std::nullopt));
  added_.emplace(row.task.sequence.value(), row.task.id);
  announcements_.push_back({.answer = answer_, .task = row.task, .again = true});
  return std::move(row.task);
}

ports::WriteAnswer TaskWrites::apply(const ports::RequeueTask& put_back) {
  auto found = find(put_back.id);
  if (!found.row) return no_task(put_back.id);
  const domain::TaskStatus before = found.row->task.status;
  const auto allowed = domain::check_requeuable(found.row->task);
  if (!allowed) return base::fail(allowed.error());
  return ports::Requeued{requeue(std::move(*found.row), put_back.now), before};
}

void TaskWrites::prefetch(const std::vector<domain::TaskId>& ids) {
  std::vector<UnitOfWork::Key> keys;
  keys.reserve(ids.size());
  for (const domain::TaskId& id : ids) keys.emplace_back(&options_.tasks, id.value());
  unit_.prefetch(std::move(keys));
}

ports::WriteAnswer TaskWrites::apply(const ports::RedriveDead& redrive) {
  const std::size_t limit = std::min(redrive.limit, kMaxDeadAtOnce);
  auto dead = find_dead_(redrive.queue, redrive.up_to, limit);
  if (!dead) return base::fail(std::move(dead.error()));
  prefetch(*dead);
  ports::Redriven redriven;
  redriven.more = dead->size() == limit;
  for (const domain::TaskId& id : *dead) {
    if (unit_.bytes() + kMaxItemBytes > kMaxTransactionBytes) {
      redriven.more = true;
      break;
    }
    auto found = find(id);
    if (!is_dead_letter(found.row, redrive.up_to)) continue;
    const domain::Task task = requeue(std::move(*found.row), redrive.now);
    redriven.tasks.push_back({task.id, ports::place_of(task)});
  }
  return redriven;
}

ports::WriteAnswer TaskWrites::apply(const ports::PurgeDead& purge) {
  const std::size_t limit = std::min(purge.limit, kMaxDeadAtOnce);
  auto dead = find_dead_(purge.queue, purge.up_to, limit);
  if (!dead) return base::fail(std::move(dead.error()));
  prefetch(*dead);
  ports::Purged purged;
  purged.more = dead->size() == limit;
  for (const domain::TaskId& id : *dead) {
    const auto found = find(id);
    if (!is_dead_letter(found.row, purge.up_to)) continue;
    purged.of.push_back(found.row->task.queue);
    forget(found.row->task);
  }
  return purged;
}

}  // namespace ordo::aws
