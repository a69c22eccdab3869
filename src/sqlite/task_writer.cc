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
  base::Result<TaskStatements> statements = TaskStatements::prepare(writer->connection_);
  if (!statements) return base::fail(statements.error());
  writer->sql_ = std::move(*statements);
  if (const auto loaded = writer->load_ledger(); !loaded) return base::fail(loaded.error());
  return writer;
}

TaskWriter::~TaskWriter() {
  if (!health_.check()) connection_.keep_log_on_close();
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
  sql_.save_ledger.bind(raw(ledger_.last_sequence));
  for (const std::uint64_t count : ledger_.counts.by_status) sql_.save_ledger.bind(raw(count));
  return sql_.save_ledger.bind(raw(ledger_.probes)).run("write the ledger");
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
          insert_group(writes.subspan(i, kInsertGroup), answers.subspan(i, kInsertGroup));
      if (!added) return base::fail(added.error());
      i += *added ? kInsertGroup - 1 : 0;
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
  --ledger_.counts.of(status);
  changed_ = true;
  if (has_attempts) {
    if (const auto forgotten = forget_attempts(sequence); !forgotten) return forgotten;
  }
  return sql_.delete_task.bind(raw(sequence)).run("delete a task");
}

void TaskWriter::recount(domain::TaskStatus before, domain::TaskStatus after) {
  --ledger_.counts.of(before);
  ++ledger_.counts.of(after);
  changed_ = true;
}

}  // namespace ordo::sqlite
