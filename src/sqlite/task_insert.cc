// New tasks into the table, one or a group at a time, and those that were sent before.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "sqlite/task_rows.h"
#include "sqlite/task_writer.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

void bind_task(Statement& statement, const domain::NewTask& task, std::uint64_t sequence) {
  const domain::TaskContent& content = task.content;
  statement.bind(raw(sequence))
      .bind(std::string_view(task.id.value()))
      .bind(std::string_view(task.queue.value()))
      .bind(std::string_view(task.lane.value()))
      .bind(static_cast<std::int64_t>(content.priority))
      .bind(static_cast<std::int64_t>(task.max_attempts))
      .bind(task.created_at)
      .bind(content.due_date);
  if (task.fingerprint) {
    statement.bind_blob(bytes_of(*task.fingerprint));
  } else {
    statement.bind_null();
  }
  statement.bind(std::string_view(task.traceparent))
      .bind(std::string_view(content.title))
      .bind(std::string_view(content.description))
      .bind(std::string_view(content.payload));
}

const domain::NewTask* without_name(const ports::Write& write) {
  const auto* const add = std::get_if<ports::AddTask>(&write);
  return add != nullptr && !add->task.key && !add->task.fingerprint ? &add->task : nullptr;
}

base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                              const std::optional<domain::Fingerprint>& sent) {
  if (recorded && sent) return domain::check_same_submission(*recorded, *sent);
  return base::fail(ErrorCode::conflict, "this task_id is taken: choose another, or leave it out");
}

}  // namespace

base::Result<void> TaskWriter::apply_one(const ports::AddTask& add, WriteAnswer& answer) {
  const domain::NewTask& task = add.task;
  if (task.key) {
    const base::Result<bool> replayed = replay_by_key(task, answer);
    if (!replayed) return base::fail(replayed.error());
    if (*replayed) return {};
  }
  const base::Result<bool> inserted = insert(task);
  if (!inserted) return base::fail(inserted.error());
  if (!*inserted) return replay_by_id(task, answer);
  answer = ports::Added{domain::Sequence(writing_.ledger.last_sequence)};
  return task.key ? record_key(task) : base::Result<void>();
}

base::Result<bool> TaskWriter::insert(const domain::NewTask& task) {
  bind_task(sql_.insert_task, task, writing_.ledger.last_sequence + 1);
  const base::Result<void> inserted = sql_.insert_task.run("write a task");
  if (!inserted) return base::fail(inserted.error());
  if (writing_.connection.changes() == 0) return false;
  ++writing_.ledger.last_sequence;
  ++writing_.ledger.counts.of(domain::TaskStatus::queued);
  writing_.changed = true;
  return true;
}

bool TaskWriter::is_group(std::span<const ports::Write> writes) {
  return writes.size() >= kInsertGroup &&
         std::ranges::all_of(writes.first(kInsertGroup), without_name);
}

base::Result<bool> TaskWriter::insert_group(std::span<const ports::Write> writes,
                                            std::span<ports::WriteAnswer> answers) {
  for (std::size_t i = 0; i < kInsertGroup; ++i) {
    bind_task(sql_.insert_group, std::get<ports::AddTask>(writes[i]).task,
              writing_.ledger.last_sequence + 1 + i);
  }
  const base::Result<void> inserted = sql_.insert_group.run("write tasks");
  if (!inserted) {
    if (sqlite3_extended_errcode(writing_.connection.handle()) == SQLITE_CONSTRAINT_UNIQUE)
      return false;
    return base::fail(inserted.error());
  }
  for (ports::WriteAnswer& answer : answers) {
    answer = ports::Added{domain::Sequence(++writing_.ledger.last_sequence)};
  }
  writing_.ledger.counts.of(domain::TaskStatus::queued) += kInsertGroup;
  writing_.changed = true;
  return true;
}

base::Result<bool> TaskWriter::replay_by_key(const domain::NewTask& task, WriteAnswer& answer) {
  const ResetAtEnd reset(sql_.find_key);
  const base::Result<bool> known =
      sql_.find_key.bind(std::string_view(task.key->value())).step("look up a key");
  if (!known || !*known) return known;
  const base::Result<void> same = check_same(fingerprint_at(sql_.find_key, 1), task.fingerprint);
  if (!same) {
    answer = base::fail(same.error());
    return true;
  }
  base::Result<std::optional<StoredTask>> stored =
      load(domain::TaskId(std::string(sql_.find_key.text(0))));
  if (!stored) return base::fail(stored.error());
  // Another task may have come under the id of one that was removed.
  if (*stored && (*stored)->fingerprint == task.fingerprint) {
    answer = ports::Replayed{std::move((*stored)->task)};
  } else {
    answer = base::fail(ErrorCode::conflict,
                        "the task of this Idempotency-Key has been removed: send another key");
  }
  return true;
}

base::Result<void> TaskWriter::replay_by_id(const domain::NewTask& task, WriteAnswer& answer) {
  base::Result<std::optional<StoredTask>> stored = load(task.id);
  if (!stored) return base::fail(stored.error());
  if (!*stored) return base::fail(ErrorCode::internal, "an id is taken by no task: `ordo doctor`");
  const base::Result<void> same = check_same((*stored)->fingerprint, task.fingerprint);
  if (!same) {
    answer = base::fail(same.error());
    return {};
  }
  answer = ports::Replayed{std::move((*stored)->task)};
  return task.key ? record_key(task) : base::Result<void>();
}

base::Result<void> TaskWriter::record_key(const domain::NewTask& task) {
  const domain::Fingerprint fingerprint = task.fingerprint.value_or(domain::Fingerprint{});
  writing_.changed = true;
  return sql_.insert_key.bind(std::string_view(task.key->value()))
      .bind(std::string_view(task.id.value()))
      .bind_blob(bytes_of(fingerprint))
      .bind(task.created_at)
      .run("record a key");
}

}  // namespace ordo::sqlite
