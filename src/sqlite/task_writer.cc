#include "sqlite/task_writer.h"

#include <fmt/format.h>

#include <string>

#include "domain/task_changes.h"
#include "sqlite/task_rows.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

WriteAnswer no_task(const domain::TaskId& id) {
  return base::fail(ErrorCode::not_found, fmt::format("there is no task \"{}\"", id.value()));
}

}  // namespace

base::Result<void> TaskWriter::prepare() {
  base::Result<TaskStatements> statements = TaskStatements::prepare(writing_.connection);
  if (!statements) return base::fail(statements.error());
  sql_ = std::move(*statements);
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::ChangeTask& change, WriteAnswer& answer) {
  base::Result<std::optional<StoredTask>> stored = load(change.id);
  if (!stored) return base::fail(stored.error());
  if (!*stored) {
    answer = no_task(change.id);
    return {};
  }
  const base::Result<void> current = domain::check_version((*stored)->task, change.if_match);
  if (!current) {
    answer = base::fail(current.error());
    return {};
  }
  const domain::Version version = (*stored)->task.version;
  base::Result<domain::Task> next =
      domain::changed(std::move((*stored)->task), change.patch, change.now);
  if (!next) {
    answer = base::fail(std::move(next.error()));
    return {};
  }
  if (next->version == version) {
    answer = ports::Changed{std::move(*next)};
    return {};
  }
  const std::optional<std::uint64_t> open = (*stored)->open_changes;
  const domain::TaskContent& content = next->content;
  const base::Result<void> updated = sql_.update_content.bind(std::string_view(content.title))
                                         .bind(std::string_view(content.description))
                                         .bind(static_cast<std::int64_t>(content.priority))
                                         .bind(content.due_date)
                                         .bind(std::string_view(content.payload))
                                         .bind(raw(next->version.value() - open.value_or(0)))
                                         .bind(next->updated_at)
                                         .bind(raw(next->sequence))
                                         .run("change a task");
  if (!updated) return updated;
  writing_.changed = true;
  answer = ports::Changed{std::move(*next)};
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::CancelTask& cancel, WriteAnswer& answer) {
  const base::Result<std::optional<StoredTask>> stored = load(cancel.id);
  if (!stored) return base::fail(stored.error());
  if (!*stored) {
    answer = no_task(cancel.id);
    return {};
  }
  const domain::Task& task = (*stored)->task;
  base::Result<domain::Task> next = domain::cancelled(task, cancel.now);
  if (!next) {
    answer = base::fail(std::move(next.error()));
    return {};
  }
  if (*next != task) {
    if (const auto closed = close_open_attempt(**stored, cancel.now); !closed) return closed;
    if (const base::Result<void> updated = store_state(*next); !updated) return updated;
    recount(task.status, next->status);
  }
  answer = ports::Changed{std::move(*next), task.status};
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::RemoveTask& remove_task,
                                         WriteAnswer& answer) {
  const base::Result<std::optional<StoredTask>> stored = load(remove_task.id);
  if (!stored) return base::fail(stored.error());
  if (!*stored) {
    answer = no_task(remove_task.id);
    return {};
  }
  const domain::Task& task = (*stored)->task;
  base::Result<void> allowed = domain::check_version(task, remove_task.if_match);
  if (allowed) allowed = domain::check_removable(task);
  if (!allowed) {
    answer = base::fail(allowed.error());
    return {};
  }
  answer = ports::Removed{ports::place_of(task), task.status};
  if ((*stored)->open_changes) {
    const auto forgotten = sql_.forget_open.bind(raw(task.sequence)).run("forget an attempt");
    if (!forgotten) return forgotten;
  }
  return remove(task.sequence, task.status, task.attempts > 0);
}

base::Result<std::optional<TaskWriter::StoredTask>> TaskWriter::load(Statement& statement) {
  const ResetAtEnd reset(statement);
  const base::Result<bool> row = statement.step("read a task");
  if (!row) return base::fail(row.error());
  if (!*row) return std::optional<StoredTask>();
  StoredTask stored{read_task(statement), fingerprint_at(statement, column::kTasks), std::nullopt};
  constexpr int kChanges = column::kTasks + 1;
  if (!statement.is_null(kChanges)) {
    stored.open_changes = static_cast<std::uint64_t>(statement.integer(kChanges));
  }
  return std::optional(std::move(stored));
}

base::Result<std::optional<TaskWriter::StoredTask>> TaskWriter::load(const domain::TaskId& id) {
  sql_.find_by_id.bind(std::string_view(id.value()));
  return load(sql_.find_by_id);
}

base::Result<std::optional<TaskWriter::StoredTask>> TaskWriter::load(domain::Sequence sequence) {
  sql_.find_by_sequence.bind(raw(sequence));
  return load(sql_.find_by_sequence);
}

base::Result<void> TaskWriter::store_state(const domain::Task& task) {
  return sql_.update_state.bind(static_cast<std::int64_t>(task.status))
      .bind(static_cast<std::int64_t>(task.attempts))
      .bind(task.last_error)
      .bind(task.result)
      .bind(task.started_at)
      .bind(task.finished_at)
      .bind(task.next_attempt_at)
      .bind(raw(task.version.value()))
      .bind(task.updated_at)
      .bind(raw(task.sequence))
      .run("write a task's state");
}

base::Result<void> TaskWriter::remove(domain::Sequence sequence, domain::TaskStatus status,
                                      bool has_attempts) {
  --writing_.ledger.counts.of(status);
  writing_.changed = true;
  if (has_attempts) {
    if (const auto forgotten = forget_attempts(sequence); !forgotten) return forgotten;
  }
  return sql_.delete_task.bind(raw(sequence)).run("delete a task");
}

void TaskWriter::recount(domain::TaskStatus before, domain::TaskStatus after) {
  --writing_.ledger.counts.of(before);
  ++writing_.ledger.counts.of(after);
  writing_.changed = true;
}

}  // namespace ordo::sqlite
