#include "postgres/task_writes.h"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "domain/task_attempts.h"
#include "domain/task_changes.h"
#include "domain/task_text.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

std::unexpected<base::Error> not_ours() {
  return base::fail(ErrorCode::conflict, "another node runs its lane now");
}

std::unexpected<base::Error> no_task(const domain::TaskId& id) {
  return base::fail(ErrorCode::not_found, "there is no task \"" + id.value() + "\"");
}

base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                              const std::optional<domain::Fingerprint>& sent) {
  if (!recorded || !sent) return base::fail(ErrorCode::conflict, "the id is taken");
  return domain::check_same_submission(*recorded, *sent);
}

}  // namespace

void TaskWrites::want(const ports::AddTask& add) {
  const domain::NewTask& task = add.task;
  if (task.key) unit_.want(*task.key);
  if (task.fingerprint || careful_) {
    unit_.want(task.id);
  }
}

void TaskWrites::want(const ports::StartAttempt& start) {
  fence_.want(start.hold);
  unit_.want(start.sequence, true);
}

void TaskWrites::want(const ports::EndAttempt& end) {
  fence_.want(end.hold);
  unit_.want(end.sequence, needs_texts(end));
}

void TaskWrites::want(const ports::ExtendLease& extend) {
  fence_.want(extend.hold);
  unit_.want(extend.sequence, false);
}

// The fence first: what is read behind it is what nobody else runs meanwhile.
void TaskWrites::add_reads(Batch& batch) {
  fence_.add_reads(batch);
  unit_.add_reads(batch);
}

void TaskWrites::take_reads(AnswerCursor& answers) {
  fence_.take_reads(answers);
  unit_.take_reads(answers);
}

WriteAnswer TaskWrites::apply(const ports::AddTask& add) {
  const domain::NewTask& task = add.task;
  if (task.key) {
    if (const KeyRow* const key = unit_.find(*task.key)) return replay_of_key(*key, task);
  }
  if (!task.fingerprint && !careful_) unit_.assume_absent(task.id);
  if (const TaskRow* const known = unit_.find(task.id)) {
    if (const auto same = check_same(known->fingerprint, task.fingerprint); !same) {
      return base::fail(same.error());
    }
    domain::Task replayed = known->task;
    record_key(task);
    return ports::Replayed{std::move(replayed)};
  }
  const domain::Sequence sequence = unit_.next_sequence();
  unit_.add({domain::accepted(task, sequence), task.fingerprint});
  record_key(task);
  return ports::Added{sequence};
}

WriteAnswer TaskWrites::replay_of_key(const KeyRow& key, const domain::NewTask& task) {
  const auto same = check_same(key.fingerprint, task.fingerprint);
  if (!same) return base::fail(same.error());
  const TaskRow* const row = unit_.find(key.id);
  if (row == nullptr || row->fingerprint != task.fingerprint) {
    return base::fail(ErrorCode::conflict, "the task of this key has been removed");
  }
  return ports::Replayed{row->task};
}

void TaskWrites::record_key(const domain::NewTask& task) {
  if (!task.key) return;
  unit_.add(*task.key,
            {task.fingerprint.value_or(domain::Fingerprint{}), task.id, task.created_at});
}

WriteAnswer TaskWrites::apply(const ports::ChangeTask& change) {
  const TaskRow* const found = unit_.find(change.id);
  if (found == nullptr) return no_task(change.id);
  const auto current = domain::check_version(found->task, change.if_match);
  if (!current) return base::fail(current.error());
  base::Result<domain::Task> next = domain::changed(found->task, change.patch, change.now);
  if (!next) return base::fail(std::move(next.error()));
  TaskRow row = *found;
  row.task = *next;
  unit_.change(std::move(row), TaskUnit::Touched::content);
  return ports::Changed{std::move(*next)};
}

WriteAnswer TaskWrites::apply(const ports::CancelTask& cancel) {
  const TaskRow* const found = unit_.find(cancel.id);
  if (found == nullptr) return no_task(cancel.id);
  const domain::Task before = found->task;
  base::Result<domain::Task> next = domain::cancelled(before, cancel.now);
  if (!next) return base::fail(std::move(next.error()));
  if (before.status != domain::TaskStatus::cancelled) {
    unit_.change({*next, found->fingerprint, std::nullopt});
  }
  if (before.status == domain::TaskStatus::running) {
    unit_.keep(before.id, {before.attempts, before.started_at.value_or(cancel.now), cancel.now,
                           domain::AttemptOutcome::cancelled, std::nullopt});
  }
  return ports::Changed{std::move(*next), before.status};
}

WriteAnswer TaskWrites::apply(const ports::RemoveTask& remove) {
  const TaskRow* const found = unit_.find(remove.id);
  if (found == nullptr) return no_task(remove.id);
  const domain::Task& task = found->task;
  const auto current = domain::check_version(task, remove.if_match);
  if (!current) return base::fail(current.error());
  const auto removable = domain::check_removable(task);
  if (!removable) return base::fail(removable.error());
  ports::Removed removed{ports::place_of(task), task.status};
  unit_.remove(remove.id);
  return removed;
}

WriteAnswer TaskWrites::apply(const ports::StartAttempt& start) {
  if (!fence_.holds(start.hold)) return not_ours();
  const TaskRow* const found = unit_.find(start.sequence, true);
  if (found == nullptr) return base::fail(ErrorCode::not_found, "it is gone");
  base::Result<domain::Task> next = domain::started(found->task, start.now);
  if (!next) return base::fail(std::move(next.error()));
  unit_.change({*next, found->fingerprint, start.lease});
  return ports::Started{std::move(*next)};
}

WriteAnswer TaskWrites::apply(const ports::EndAttempt& end) {
  if (!fence_.holds(end.hold)) return not_ours();
  const TaskRow* const found = unit_.find(end.sequence, needs_texts(end));
  if (found == nullptr) return base::fail(ErrorCode::conflict, "it does not run");
  const domain::Task before = found->task;
  base::Result<domain::Task> next = domain::ended(before, end.attempt, end.verdict, end.now);
  if (!next) return base::fail(std::move(next.error()));
  if (next->status == domain::TaskStatus::dead) {
    std::string data;
    domain::append_task(data, *next);
    unit_.add_notice("task.dead", end.now, std::move(data));
  }
  unit_.change({std::move(*next), found->fingerprint, std::nullopt});
  if (auto entry = domain::history_entry(before, end.verdict, end.now)) {
    unit_.keep(before.id, std::move(*entry));
  }
  return ports::AttemptEnded{};
}

WriteAnswer TaskWrites::apply(const ports::ExtendLease& extend) {
  if (!fence_.holds(extend.hold)) return not_ours();
  const TaskRow* const found = unit_.find(extend.sequence, false);
  if (found == nullptr || !found->lease || found->task.status != domain::TaskStatus::running ||
      found->task.attempts != extend.attempt) {
    return base::fail(ErrorCode::conflict, "it does not run");
  }
  TaskRow row = *found;
  row.lease->until = extend.until;
  row.lease->length = extend.length;
  unit_.change(std::move(row));
  return ports::Noted{};
}

// The task moves to a new place, for the order of places is the order of its lane.
domain::Task TaskWrites::requeue(TaskRow row, base::WallTime now) {
  row.task = domain::requeued(std::move(row.task), unit_.next_sequence(), now);
  domain::Task task = row.task;
  unit_.move(std::move(row));
  return task;
}

WriteAnswer TaskWrites::apply(const ports::RequeueTask& put_back) {
  const TaskRow* const found = unit_.find(put_back.id);
  if (found == nullptr) return no_task(put_back.id);
  const domain::TaskStatus before = found->task.status;
  const auto allowed = domain::check_requeuable(found->task);
  if (!allowed) return base::fail(allowed.error());
  return ports::Requeued{requeue(*found, put_back.now), before};
}

WriteAnswer TaskWrites::apply(const ports::RedriveDead& redrive) {
  const auto dead = unit_.dead_letters(redrive.queue, redrive.up_to, redrive.limit);
  for (const domain::Sequence sequence : dead) unit_.want(sequence, true);
  ports::Redriven redriven;
  redriven.more = dead.size() == redrive.limit;
  for (const domain::Sequence sequence : dead) {
    const TaskRow* const found = unit_.find(sequence, true);
    // Somebody else was faster.
    if (found == nullptr || found->task.status != domain::TaskStatus::dead) continue;
    const domain::Task task = requeue(*found, redrive.now);
    redriven.tasks.push_back({task.id, ports::place_of(task)});
  }
  return redriven;
}

WriteAnswer TaskWrites::apply(const ports::PurgeDead& purge) {
  const auto dead = unit_.dead_letters(purge.queue, purge.up_to, purge.limit);
  for (const domain::Sequence sequence : dead) unit_.want(sequence, false);
  ports::Purged purged;
  purged.more = dead.size() == purge.limit;
  for (const domain::Sequence sequence : dead) {
    const TaskRow* const found = unit_.find(sequence, false);
    if (found == nullptr || found->task.status != domain::TaskStatus::dead) continue;
    purged.of.push_back(found->task.queue);
    const domain::TaskId id = found->task.id;
    unit_.remove(id);
  }
  return purged;
}

WriteAnswer TaskWrites::apply(const ports::PauseQueue& pause) {
  unit_.pause(pause.queue, pause.paused);
  return ports::Noted{};
}

WriteAnswer TaskWrites::apply(const ports::NoticesTold& told) {
  unit_.note_told(told.channel, told.up_to);
  return ports::Noted{};
}

WriteAnswer TaskWrites::apply(const ports::AddNotice& notice) {
  unit_.add_notice(notice.kind, notice.now, notice.data);
  return ports::Noted{};
}

WriteAnswer TaskWrites::apply(const ports::ForgetNotices& forget) {
  unit_.forget_notices(forget.up_to);
  return ports::Noted{};
}

void TaskWrites::settle(WriteAnswer& answer) const {
  if (!answer) return;
  const auto settle = [this](domain::Sequence& place) { place = unit_.drawn(place); };
  std::visit(
      [&]<class One>(One& one) {
        if constexpr (std::is_same_v<One, ports::Redriven>) {
          for (auto& task : one.tasks) settle(task.place.sequence);
        } else if constexpr (requires { one.task.sequence; }) {
          settle(one.task.sequence);
        } else if constexpr (requires { one.place.sequence; }) {
          settle(one.place.sequence);
        } else if constexpr (requires { one.sequence; }) {
          settle(one.sequence);
        }
      },
      *answer);
}

}  // namespace ordo::postgres
