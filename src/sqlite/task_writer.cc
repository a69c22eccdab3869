#include "sqlite/task_writer.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

#include "domain/task_changes.h"
#include "sqlite/checkpointer.h"
#include "sqlite/task_rows.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

// A frame of the log: a page and its header.
constexpr std::uint64_t kFrameBytes = 4096 + 24;

WriteAnswer no_task(const domain::TaskId& id) {
  return base::fail(ErrorCode::not_found, fmt::format("there is no task \"{}\"", id.value()));
}

base::Result<void> check_same(const std::optional<domain::Fingerprint>& recorded,
                              const std::optional<domain::Fingerprint>& sent) {
  if (recorded && sent) return domain::check_same_submission(*recorded, *sent);
  return base::fail(ErrorCode::conflict, "this task_id is taken: choose another, or leave it out");
}

int remember_frames(void* frames, sqlite3* /*db*/, const char* /*schema*/, int count) {
  *static_cast<std::uint64_t*>(frames) = static_cast<std::uint64_t>(count) * kFrameBytes;
  return SQLITE_OK;
}

}  // namespace

base::Result<std::unique_ptr<TaskWriter>> TaskWriter::open(Connection connection, Health& health,
                                                           Checkpointer& checkpointer) {
  std::unique_ptr<TaskWriter> writer(new TaskWriter(std::move(connection), health, checkpointer));
  // Takes the place of SQLite's own checkpoints after every thousandth page.
  sqlite3_wal_hook(writer->connection_.handle(), remember_frames, &writer->log_bytes_);
  if (const auto prepared = writer->prepare(); !prepared) return base::fail(prepared.error());
  if (const auto loaded = writer->load_ledger(); !loaded) return base::fail(loaded.error());
  return writer;
}

TaskWriter::~TaskWriter() {
  if (!health_.check()) connection_.keep_log_on_close();
}

base::Result<void> TaskWriter::prepare() {
  const std::string select =
      fmt::format("SELECT {}, t.fingerprint, a.changes FROM {} ", kTaskColumns, kTaskTables);
  const std::pair<Statement*, std::string> statements[] = {
      {&insert_task_, insert_sql(1)},
      {&insert_group_, insert_sql(kGroup)},
      {&find_by_id_, select + "WHERE t.id = ?"},
      {&find_by_sequence_, select + "WHERE t.seq = ?"},
      {&find_key_, "SELECT task_id, fingerprint FROM idempotency_keys WHERE key = ?"},
      {&insert_key_,
       "INSERT INTO idempotency_keys (key, task_id, fingerprint, recorded_at) VALUES (?, ?, ?, ?)"},
      // Two updates, because one that names status also rewrites the partial indexes.
      {&update_content_,
       "UPDATE tasks SET title = ?, description = ?, priority = ?, due_date = ?, payload = ?, "
       "version = ?, updated_at = ? WHERE seq = ?"},
      {&update_state_,
       "UPDATE tasks SET status = ?, attempts = ?, last_error = ?, result = ?, started_at = ?, "
       "finished_at = ?, next_attempt_at = ?, version = ?, updated_at = ? WHERE seq = ?"},
      {&delete_task_, "DELETE FROM tasks WHERE seq = ?"},
      {&save_ledger_,
       "UPDATE ledger SET last_seq = ?, queued = ?, running = ?, succeeded = ?, dead = ?, "
       "cancelled = ?, probes = ? WHERE one = 1"},
      {&find_finished_,
       // A text's length as a blob is its bytes; as text, SQLite would count characters.
       "SELECT seq, status, attempts > 0, "
       "length(CAST(title AS BLOB)) + length(CAST(description AS BLOB)) + "
       "length(CAST(payload AS BLOB)) + coalesce(length(CAST(result AS BLOB)), 0) + "
       "coalesce(length(CAST(last_error AS BLOB)), 0), queue FROM tasks INDEXED BY tasks_finished "
       "WHERE status >= 2 AND finished_at < ? ORDER BY finished_at"},
      {&find_old_keys_, "SELECT n, recorded_at FROM idempotency_keys ORDER BY n LIMIT ?"},
      {&delete_key_, "DELETE FROM idempotency_keys WHERE n = ?"},
      {&open_attempt_,
       "INSERT INTO active "
       "(seq, state, attempts, changes, updated_at, started_at, lease, lease_until, lease_ms) "
       "VALUES (?1, 1, 1, 1, ?2, ?2, ?3, ?4, ?5) ON CONFLICT (seq) DO UPDATE SET "
       "state = 1, attempts = attempts + 1, changes = changes + 1, "
       "updated_at = max(updated_at, ?2), started_at = ?2, next_attempt_at = NULL, "
       "lease = ?3, lease_until = ?4, lease_ms = ?5"},
      {&find_open_,
       "SELECT started_at, changes, last_error FROM active "
       "WHERE seq = ? AND attempts = ? AND state = 1"},
      {&hold_attempt_,
       "UPDATE active SET state = 0, attempts = attempts - ?3, changes = changes + 1, "
       "updated_at = max(updated_at, ?2), next_attempt_at = ?4, "
       "last_error = coalesce(?5, last_error), lease = NULL, lease_until = NULL WHERE seq = ?1"},
      {&forget_open_, "DELETE FROM active WHERE seq = ?"},
      {&count_open_change_, "UPDATE active SET changes = changes + 1 WHERE seq = ?"},
      {&extend_lease_,
       "UPDATE active SET lease_until = ?3, lease_ms = ?4 "
       "WHERE seq = ?1 AND attempts = ?2 AND state = 1 AND lease IS NOT NULL"},
      {&record_success_,
       "UPDATE tasks SET status = 2, attempts = ?2, last_error = ?3, result = ?4, started_at = ?5, "
       "finished_at = ?6, version = version + ?7, updated_at = max(updated_at, ?6) WHERE seq = ?1"},
      {&record_attempt_,
       "INSERT OR REPLACE INTO attempts (seq, number, outcome, started_at, finished_at, error) "
       "VALUES (?, ?, ?, ?, ?, ?)"},
      {&forget_attempts_, "DELETE FROM attempts WHERE seq = ?"},
      {&bump_version_,
       "UPDATE tasks SET version = version + ?2, updated_at = max(updated_at, ?3) WHERE seq = ?1"},
      {&move_task_, "UPDATE tasks SET seq = ? WHERE seq = ?"},
      {&find_dead_,
       "SELECT seq FROM tasks INDEXED BY tasks_dead WHERE status = 3 AND seq <= ? ORDER BY seq "
       "LIMIT ?"},
      {&find_dead_of_queue_,
       "SELECT seq FROM tasks INDEXED BY tasks_dead WHERE status = 3 AND seq <= ? AND queue = ?3 "
       "ORDER BY seq LIMIT ?2"},
      {&pause_queue_, "INSERT OR IGNORE INTO paused_queues (queue) VALUES (?)"},
      {&resume_queue_, "DELETE FROM paused_queues WHERE queue = ?"},
      {&leave_notice_, "INSERT INTO notices (kind, at, data) VALUES (?, ?, ?)"},
      {&note_told_,
       "INSERT INTO channels (name, told) VALUES (?1, ?2) "
       "ON CONFLICT (name) DO UPDATE SET told = max(told, ?2)"},
      {&forget_notices_, "DELETE FROM notices WHERE n <= ?"},
  };
  for (const auto& [statement, sql] : statements) {
    base::Result<Statement> prepared = connection_.prepare(sql);
    if (!prepared) return base::fail(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

base::Result<void> TaskWriter::load_ledger() {
  base::Result<Statement> select = connection_.prepare(
      "SELECT last_seq, queued, running, succeeded, dead, cancelled, probes FROM ledger");
  if (!select) return base::fail(select.error());
  const base::Result<bool> row = select->step("read the ledger");
  if (!row) return base::fail(row.error());
  if (!*row) return base::fail(ErrorCode::internal, "the ledger is empty: see `ordo doctor`");
  const auto number = [&select](int column) {
    return static_cast<std::uint64_t>(select->integer(column));
  };
  ledger_.last_sequence = number(0);
  for (std::size_t i = 0; i < domain::kTaskStatuses; ++i) {
    ledger_.counts.by_status[i] = number(static_cast<int>(i) + 1);
  }
  ledger_.probes = number(6);
  stored_ledger_ = ledger_;
  return {};
}

base::Result<void> TaskWriter::save_ledger() {
  if (ledger_ == stored_ledger_) return {};
  save_ledger_.bind(raw(ledger_.last_sequence));
  for (const std::uint64_t count : ledger_.counts.by_status) save_ledger_.bind(raw(count));
  return save_ledger_.bind(raw(ledger_.probes)).run("write the ledger");
}

template <class Body>
base::Result<void> TaskWriter::commit(Body body) {
  if (const auto healthy = health_.check(); !healthy) return healthy;
  changed_ = false;
  const base::Result<void> done = [&]() -> base::Result<void> {
    base::Result<Transaction> transaction = Transaction::begin(connection_);
    if (!transaction) return base::fail(transaction.error());
    if (const base::Result<void> did = body(); !did) return did;
    if (!changed_) return {};
    if (const base::Result<void> saved = save_ledger(); !saved) return saved;
    return transaction->commit();
  }();
  if (!done) {
    ledger_ = stored_ledger_;
    health_.note(done.error());
    return done;
  }
  if (!changed_) return {};
  stored_ledger_ = ledger_;
  checkpointer_.committed(log_bytes_);
  // A sync that failed on another connection meanwhile may have taken our pages with it.
  return health_.check();
}

base::Result<std::vector<WriteAnswer>> TaskWriter::apply(std::span<const ports::TaskWrite> writes,
                                                         const ports::Follow& follow) {
  std::vector<WriteAnswer> answers(writes.size());
  const base::Result<void> committed = commit([&]() -> base::Result<void> {
    if (const auto written = write_all(writes, answers); !written) return written;
    while (follow) {
      const std::span<const ports::TaskWrite> following = follow(answers);
      if (following.empty()) break;
      const std::size_t from = answers.size();
      answers.resize(from + following.size());
      const auto followed = write_all(following, std::span(answers).subspan(from));
      if (!followed) return followed;
    }
    return {};
  });
  if (!committed) return base::fail(committed.error());
  return answers;
}

base::Result<void> TaskWriter::write_all(std::span<const ports::TaskWrite> writes,
                                         std::span<WriteAnswer> answers) {
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (is_group(writes.subspan(i))) {
      const base::Result<bool> added =
          insert_group(writes.subspan(i, kGroup), answers.subspan(i, kGroup));
      if (!added) return base::fail(added.error());
      i += *added ? kGroup - 1 : 0;
      if (*added) continue;
    }
    const base::Result<void> applied =
        std::visit([&](const auto& write) { return apply_one(write, answers[i]); }, writes[i]);
    if (!applied) return applied;
  }
  return {};
}

base::Result<ports::Expired> TaskWriter::expire(const ports::Expiry& expiry,
                                                const ports::ExpiryBite& bite) {
  ports::Expired expired;
  const base::Result<void> committed = commit([&]() -> base::Result<void> {
    const base::Result<ports::Expired> tasks = expire_tasks(expiry.finished_before, bite);
    if (!tasks) return base::fail(tasks.error());
    expired = *tasks;
    if (expired.more) return {};
    const base::Result<std::size_t> keys =
        expire_keys(expiry.keys_before, bite.rows - expired.rows);
    if (!keys) return base::fail(keys.error());
    expired.rows += *keys;
    expired.more = expired.rows >= bite.rows;
    return {};
  });
  if (!committed) return base::fail(committed.error());
  return expired;
}

base::Result<void> TaskWriter::probe() {
  return commit([&]() -> base::Result<void> {
    ++ledger_.probes;
    changed_ = true;
    return {};
  });
}

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
  answer = ports::Added{domain::Sequence(ledger_.last_sequence)};
  return task.key ? record_key(task) : base::Result<void>();
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
  const base::Result<void> updated = update_content_.bind(std::string_view(content.title))
                                         .bind(std::string_view(content.description))
                                         .bind(static_cast<std::int64_t>(content.priority))
                                         .bind(content.due_date)
                                         .bind(std::string_view(content.payload))
                                         .bind(raw(next->version.value() - open.value_or(0)))
                                         .bind(next->updated_at)
                                         .bind(raw(next->sequence))
                                         .run("change a task");
  if (!updated) return updated;
  changed_ = true;
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
    const auto forgotten = forget_open_.bind(raw(task.sequence)).run("forget an attempt");
    if (!forgotten) return forgotten;
  }
  return remove(task.sequence, task.status, task.attempts > 0);
}

base::Result<bool> TaskWriter::replay_by_key(const domain::NewTask& task, WriteAnswer& answer) {
  const ResetAtEnd reset(find_key_);
  const base::Result<bool> known =
      find_key_.bind(std::string_view(task.key->value())).step("look up a key");
  if (!known || !*known) return known;
  const base::Result<void> same = check_same(fingerprint_at(find_key_, 1), task.fingerprint);
  if (!same) {
    answer = base::fail(same.error());
    return true;
  }
  base::Result<std::optional<StoredTask>> stored =
      load(domain::TaskId(std::string(find_key_.text(0))));
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
  changed_ = true;
  return insert_key_.bind(std::string_view(task.key->value()))
      .bind(std::string_view(task.id.value()))
      .bind_blob(bytes_of(fingerprint))
      .bind(task.created_at)
      .run("record a key");
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
  find_by_id_.bind(std::string_view(id.value()));
  return load(find_by_id_);
}

base::Result<std::optional<TaskWriter::StoredTask>> TaskWriter::load(domain::Sequence sequence) {
  find_by_sequence_.bind(raw(sequence));
  return load(find_by_sequence_);
}

base::Result<void> TaskWriter::store_state(const domain::Task& task) {
  return update_state_.bind(static_cast<std::int64_t>(task.status))
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
  --ledger_.counts.of(status);
  changed_ = true;
  if (has_attempts) {
    if (const auto forgotten = forget_attempts(sequence); !forgotten) return forgotten;
  }
  return delete_task_.bind(raw(sequence)).run("delete a task");
}

void TaskWriter::recount(domain::TaskStatus before, domain::TaskStatus after) {
  --ledger_.counts.of(before);
  ++ledger_.counts.of(after);
  changed_ = true;
}

}  // namespace ordo::sqlite
