// Tasks that are put back or forgotten, queues that are paused, notices that were told.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/task_attempts.h"
#include "sqlite/task_rows.h"
#include "sqlite/task_writer.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

}  // namespace

base::Result<void> TaskWriter::apply_one(const ports::RequeueTask& put_back, WriteAnswer& answer) {
  base::Result<std::optional<StoredTask>> stored = load(put_back.id);
  if (!stored) return base::fail(stored.error());
  if (!*stored) {
    answer = base::fail(ErrorCode::not_found, "there is no task \"" + put_back.id.value() + "\"");
    return {};
  }
  const domain::TaskStatus before = (*stored)->task.status;
  const auto allowed = domain::check_requeuable((*stored)->task);
  if (!allowed) {
    answer = base::fail(allowed.error());
    return {};
  }
  base::Result<domain::Task> task = requeue(std::move(**stored), put_back.now);
  if (!task) return base::fail(task.error());
  answer = ports::Requeued{std::move(*task), before};
  return {};
}

// The task moves to a new sequence, for the order of sequences is the order of its lane.
base::Result<domain::Task> TaskWriter::requeue(StoredTask stored, base::WallTime now) {
  const domain::Sequence old = stored.task.sequence;
  const domain::TaskStatus before = stored.task.status;
  if (stored.task.attempts > 0) {
    if (const auto gone = forget_attempts(old); !gone) return base::fail(gone.error());
  }
  const domain::Sequence place(++writing_.ledger.last_sequence);
  domain::Task task = domain::requeued(std::move(stored.task), place, now);
  const auto moved = sql_.move_task.bind(raw(place)).bind(raw(old)).run("put a task back");
  if (!moved) return base::fail(moved.error());
  if (const auto updated = store_state(task); !updated) return base::fail(updated.error());
  recount(before, domain::TaskStatus::queued);
  return task;
}

base::Result<std::vector<domain::Sequence>> TaskWriter::dead_letters(
    const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit) {
  Statement& find = queue ? sql_.find_dead_of_queue : sql_.find_dead;
  const ResetAtEnd reset(find);
  find.bind(raw(up_to)).bind(raw(limit));
  if (queue) find.bind(std::string_view(queue->value()));
  std::vector<domain::Sequence> found;
  base::Result<bool> row = find.step("look for dead letters");
  for (; row && *row; row = find.step("look for dead letters")) {
    found.push_back(sequence_at(find, 0));
  }
  if (!row) return base::fail(row.error());
  return found;
}

base::Result<void> TaskWriter::apply_one(const ports::RedriveDead& redrive, WriteAnswer& answer) {
  const auto found = dead_letters(redrive.queue, redrive.up_to, redrive.limit);
  if (!found) return base::fail(found.error());
  ports::Redriven redriven;
  redriven.more = found->size() == redrive.limit;
  for (const domain::Sequence sequence : *found) {
    base::Result<std::optional<StoredTask>> stored = load(sequence);
    if (!stored) return base::fail(stored.error());
    if (!*stored) continue;
    const base::Result<domain::Task> task = requeue(std::move(**stored), redrive.now);
    if (!task) return base::fail(task.error());
    redriven.tasks.push_back({task->id, ports::place_of(*task)});
  }
  answer = std::move(redriven);
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::PurgeDead& purge, WriteAnswer& answer) {
  const auto found = dead_letters(purge.queue, purge.up_to, purge.limit);
  if (!found) return base::fail(found.error());
  ports::Purged purged;
  purged.more = found->size() == purge.limit;
  for (const domain::Sequence sequence : *found) {
    const base::Result<std::optional<StoredTask>> stored = load(sequence);
    if (!stored) return base::fail(stored.error());
    if (!*stored) continue;
    if (const auto removed = remove(sequence, domain::TaskStatus::dead, true); !removed) {
      return removed;
    }
    purged.of.push_back((*stored)->task.queue);
  }
  answer = std::move(purged);
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::PauseQueue& pause, WriteAnswer& answer) {
  writing_.changed = true;
  answer = ports::Noted{};
  Statement& statement = pause.paused ? sql_.pause_queue : sql_.resume_queue;
  return statement.bind(std::string_view(pause.queue.value())).run("pause or resume a queue");
}

base::Result<void> TaskWriter::apply_one(const ports::NoticesTold& told, WriteAnswer& answer) {
  writing_.changed = true;
  answer = ports::Noted{};
  return sql_.note_told.bind(std::string_view(told.channel))
      .bind(raw(told.up_to))
      .run("note a notice");
}

base::Result<void> TaskWriter::apply_one(const ports::AddNotice& notice, WriteAnswer& answer) {
  answer = ports::Noted{};
  writing_.changed = true;
  return sql_.leave_notice.bind(std::string_view(notice.kind))
      .bind(notice.now)
      .bind(std::string_view(notice.data))
      .run("leave a notice");
}

base::Result<void> TaskWriter::apply_one(const ports::ForgetNotices& forget, WriteAnswer& answer) {
  writing_.changed = true;
  answer = ports::Noted{};
  return sql_.forget_notices.bind(raw(forget.up_to)).run("forget notices");
}

}  // namespace ordo::sqlite
