// New tasks into the table, one or a group at a time.
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

constexpr std::size_t kParameters = 13;  // of one task; created_at is used twice

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

const domain::NewTask* without_name(const ports::TaskWrite& write) {
  const auto* const add = std::get_if<ports::AddTask>(&write);
  return add != nullptr && !add->task.key && !add->task.fingerprint ? &add->task : nullptr;
}

}  // namespace

std::string TaskWriter::insert_sql(std::size_t tasks) {
  std::string sql =
      "INSERT INTO tasks (seq, id, queue, lane, status, priority, attempts, max_attempts, "
      "version, created_at, updated_at, due_date, fingerprint, traceparent, title, description, "
      "payload) VALUES ";
  for (std::size_t i = 0; i < tasks; ++i) {
    const std::size_t at = i * kParameters;
    sql += fmt::format(
        "{}(?{}, ?{}, ?{}, ?{}, 0, ?{}, 0, ?{}, 1, ?{}, ?{}, ?{}, ?{}, ?{}, ?{}, ?{}, ?{})",
        i == 0 ? "" : ", ", at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7, at + 7, at + 8,
        at + 9, at + 10, at + 11, at + 12, at + 13);
  }
  // A group that fails is undone as a whole.
  return tasks == 1 ? sql + " ON CONFLICT (id) DO NOTHING" : sql;
}

base::Result<bool> TaskWriter::insert(const domain::NewTask& task) {
  bind_task(insert_task_, task, ledger_.last_sequence + 1);
  const base::Result<void> inserted = insert_task_.run("write a task");
  if (!inserted) return base::fail(inserted.error());
  if (connection_.changes() == 0) return false;
  ++ledger_.last_sequence;
  ++ledger_.counts.of(domain::TaskStatus::queued);
  changed_ = true;
  return true;
}

bool TaskWriter::is_group(std::span<const ports::TaskWrite> writes) {
  return writes.size() >= kGroup && std::ranges::all_of(writes.first(kGroup), without_name);
}

base::Result<bool> TaskWriter::insert_group(std::span<const ports::TaskWrite> writes,
                                            std::span<ports::WriteAnswer> answers) {
  for (std::size_t i = 0; i < kGroup; ++i) {
    bind_task(insert_group_, std::get<ports::AddTask>(writes[i]).task,
              ledger_.last_sequence + 1 + i);
  }
  const base::Result<void> inserted = insert_group_.run("write tasks");
  if (!inserted) {
    if (sqlite3_extended_errcode(connection_.handle()) == SQLITE_CONSTRAINT_UNIQUE) return false;
    return base::fail(inserted.error());
  }
  for (ports::WriteAnswer& answer : answers) {
    answer = ports::Added{domain::Sequence(++ledger_.last_sequence)};
  }
  ledger_.counts.of(domain::TaskStatus::queued) += kGroup;
  changed_ = true;
  return true;
}

}  // namespace ordo::sqlite
