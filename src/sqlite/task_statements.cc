#include "sqlite/task_statements.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sqlite/task_rows.h"

namespace ordo::sqlite {
namespace {

struct Sql {
  Statement TaskStatements::* statement;
  std::string_view text;
};

constexpr Sql kTaskSql[] = {
    // Two updates, because one that names status also rewrites the partial indexes.
    {&TaskStatements::update_content,
     "UPDATE tasks SET title = ?, description = ?, priority = ?, due_date = ?, payload = ?, "
     "version = ?, updated_at = ? WHERE seq = ?"},
    {&TaskStatements::update_state,
     "UPDATE tasks SET status = ?, attempts = ?, last_error = ?, result = ?, started_at = ?, "
     "finished_at = ?, next_attempt_at = ?, version = ?, updated_at = ? WHERE seq = ?"},
    {&TaskStatements::delete_task, "DELETE FROM tasks WHERE seq = ?"},
    {&TaskStatements::move_task, "UPDATE tasks SET seq = ? WHERE seq = ?"},
    {&TaskStatements::bump_version,
     "UPDATE tasks SET version = version + ?2, updated_at = max(updated_at, ?3) WHERE seq = ?1"},
    {&TaskStatements::find_key, "SELECT task_id, fingerprint FROM idempotency_keys WHERE key = ?"},
    {&TaskStatements::insert_key,
     "INSERT INTO idempotency_keys (key, task_id, fingerprint, recorded_at) VALUES (?, ?, ?, ?)"},
};

constexpr Sql kExpirySql[] = {
    {&TaskStatements::find_finished,
     // A text's length as a blob is its bytes; as text, SQLite would count characters.
     "SELECT seq, status, attempts > 0, "
     "length(CAST(title AS BLOB)) + length(CAST(description AS BLOB)) + "
     "length(CAST(payload AS BLOB)) + coalesce(length(CAST(result AS BLOB)), 0) + "
     "coalesce(length(CAST(last_error AS BLOB)), 0), queue FROM tasks INDEXED BY tasks_finished "
     "WHERE status >= 2 AND finished_at < ? ORDER BY finished_at"},
    {&TaskStatements::find_old_keys,
     "SELECT n, recorded_at FROM idempotency_keys ORDER BY n LIMIT ?"},
    {&TaskStatements::delete_key, "DELETE FROM idempotency_keys WHERE n = ?"},
};

constexpr Sql kAttemptSql[] = {
    {&TaskStatements::open_attempt,
     "INSERT INTO active "
     "(seq, state, attempts, changes, updated_at, started_at, lease, lease_until, lease_ms) "
     "VALUES (?1, 1, 1, 1, ?2, ?2, ?3, ?4, ?5) ON CONFLICT (seq) DO UPDATE SET "
     "state = 1, attempts = attempts + 1, changes = changes + 1, "
     "updated_at = max(updated_at, ?2), started_at = ?2, next_attempt_at = NULL, "
     "lease = ?3, lease_until = ?4, lease_ms = ?5"},
    {&TaskStatements::find_open,
     "SELECT started_at, changes, last_error FROM active "
     "WHERE seq = ? AND attempts = ? AND state = 1"},
    {&TaskStatements::hold_attempt,
     "UPDATE active SET state = 0, attempts = attempts - ?3, changes = changes + 1, "
     "updated_at = max(updated_at, ?2), next_attempt_at = ?4, "
     "last_error = coalesce(?5, last_error), lease = NULL, lease_until = NULL WHERE seq = ?1"},
    {&TaskStatements::forget_open, "DELETE FROM active WHERE seq = ?"},
    {&TaskStatements::count_open_change, "UPDATE active SET changes = changes + 1 WHERE seq = ?"},
    {&TaskStatements::extend_lease,
     "UPDATE active SET lease_until = ?3, lease_ms = ?4 "
     "WHERE seq = ?1 AND attempts = ?2 AND state = 1 AND lease IS NOT NULL"},
    {&TaskStatements::record_success,
     "UPDATE tasks SET status = 2, attempts = ?2, last_error = ?3, result = ?4, started_at = ?5, "
     "finished_at = ?6, version = version + ?7, updated_at = max(updated_at, ?6) WHERE seq = ?1"},
    {&TaskStatements::record_attempt,
     "INSERT OR REPLACE INTO attempts (seq, number, outcome, started_at, finished_at, error) "
     "VALUES (?, ?, ?, ?, ?, ?)"},
    {&TaskStatements::forget_attempts, "DELETE FROM attempts WHERE seq = ?"},
};

constexpr Sql kDeadSql[] = {
    {&TaskStatements::find_dead,
     "SELECT seq FROM tasks INDEXED BY tasks_dead WHERE status = 3 AND seq <= ? ORDER BY seq "
     "LIMIT ?"},
    {&TaskStatements::find_dead_of_queue,
     "SELECT seq FROM tasks INDEXED BY tasks_dead WHERE status = 3 AND seq <= ? AND queue = ?3 "
     "ORDER BY seq LIMIT ?2"},
    {&TaskStatements::pause_queue, "INSERT OR IGNORE INTO paused_queues (queue) VALUES (?)"},
    {&TaskStatements::resume_queue, "DELETE FROM paused_queues WHERE queue = ?"},
    {&TaskStatements::leave_notice, "INSERT INTO notices (kind, at, data) VALUES (?, ?, ?)"},
    {&TaskStatements::note_told,
     "INSERT INTO channels (name, told) VALUES (?1, ?2) "
     "ON CONFLICT (name) DO UPDATE SET told = max(told, ?2)"},
    {&TaskStatements::forget_notices, "DELETE FROM notices WHERE n <= ?"},
};

constexpr std::size_t kInsertParameters = 13;  // of one task; created_at is used twice

std::string insert_sql(std::size_t tasks) {
  std::string sql =
      "INSERT INTO tasks (seq, id, queue, lane, status, priority, attempts, max_attempts, "
      "version, created_at, updated_at, due_date, fingerprint, traceparent, title, description, "
      "payload) VALUES ";
  for (std::size_t i = 0; i < tasks; ++i) {
    const std::size_t at = i * kInsertParameters;
    sql += fmt::format(
        "{}(?{}, ?{}, ?{}, ?{}, 0, ?{}, 0, ?{}, 1, ?{}, ?{}, ?{}, ?{}, ?{}, ?{}, ?{}, ?{})",
        i == 0 ? "" : ", ", at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7, at + 7, at + 8,
        at + 9, at + 10, at + 11, at + 12, at + 13);
  }
  // A group that fails is undone as a whole.
  return tasks == 1 ? sql + " ON CONFLICT (id) DO NOTHING" : sql;
}

}  // namespace

base::Result<TaskStatements> TaskStatements::prepare(Connection& connection) {
  TaskStatements made;
  const std::string select =
      fmt::format("SELECT {}, t.fingerprint, a.changes FROM {} ", kTaskColumns, kTaskTables);
  const std::string insert = insert_sql(1);
  const std::string insert_group = insert_sql(kInsertGroup);
  const std::string find_by_id = select + "WHERE t.id = ?";
  const std::string find_by_sequence = select + "WHERE t.seq = ?";
  const Sql composed[] = {{&TaskStatements::insert_task, insert},
                          {&TaskStatements::insert_group, insert_group},
                          {&TaskStatements::find_by_id, find_by_id},
                          {&TaskStatements::find_by_sequence, find_by_sequence}};
  for (const std::span<const Sql> group :
       {std::span<const Sql>(composed), std::span<const Sql>(kTaskSql),
        std::span<const Sql>(kExpirySql), std::span<const Sql>(kAttemptSql),
        std::span<const Sql>(kDeadSql)}) {
    for (const Sql& sql : group) {
      base::Result<Statement> prepared = connection.prepare(std::string(sql.text));
      if (!prepared) return base::fail(prepared.error());
      made.*sql.statement = std::move(*prepared);
    }
  }
  return made;
}

}  // namespace ordo::sqlite
