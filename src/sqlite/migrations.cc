#include "sqlite/migrations.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <string>

#include "sqlite/errors.h"

namespace ordo::sqlite {
namespace {

// Small columns come first and the large texts last, so that a filter on the small ones never
// follows a row into its overflow pages.
constexpr std::string_view kTasksDurable = R"sql(
CREATE TABLE tasks (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  queue           TEXT NOT NULL,
  lane            TEXT NOT NULL,
  status          INTEGER NOT NULL,
  priority        INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  max_attempts    INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  due_date        INTEGER,
  started_at      INTEGER,
  finished_at     INTEGER,
  next_attempt_at INTEGER,
  fingerprint     BLOB,
  traceparent     TEXT NOT NULL,
  title           TEXT NOT NULL,
  last_error      TEXT,
  description     TEXT NOT NULL,
  payload         TEXT NOT NULL,
  result          TEXT
) STRICT;
CREATE INDEX tasks_pending ON tasks (seq, queue, lane, status, priority) WHERE status <= 1;
CREATE INDEX tasks_finished ON tasks (finished_at) WHERE status >= 2;
CREATE TABLE idempotency_keys (
  n           INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,
  seq         INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE TABLE ledger (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  last_seq  INTEGER NOT NULL,
  queued    INTEGER NOT NULL,
  running   INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  dead      INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  probes    INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, 0, 0, 0, 0, 0, 0, 0);
)sql";

// An attempt under way touches only a small row beside the task, so that nothing of the task itself
// and no index of it is written until it has ended. Keys name their task by its id, because a task
// that is put back gets a new sequence.
constexpr std::string_view kAttempts = R"sql(
CREATE TABLE active (
  seq             INTEGER PRIMARY KEY,
  state           INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  changes         INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  started_at      INTEGER NOT NULL,
  next_attempt_at INTEGER,
  lease           TEXT,
  lease_until     INTEGER,
  lease_ms        INTEGER,
  last_error      TEXT
) STRICT;
CREATE TABLE attempts (
  seq         INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  error       TEXT,
  PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_dead ON tasks (seq, queue) WHERE status = 3;
CREATE TABLE paused_queues (queue TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE notices (
  n    INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at   INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE TABLE channels (name TEXT PRIMARY KEY, told INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE keys_by_id (
  n           INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,
  task_id     TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;
INSERT INTO keys_by_id SELECT k.n, k.key, coalesce(t.id, ''), k.fingerprint, k.recorded_at
  FROM idempotency_keys k LEFT JOIN tasks t ON t.seq = k.seq ORDER BY k.n;
DROP TABLE idempotency_keys;
ALTER TABLE keys_by_id RENAME TO idempotency_keys;
)sql";

// The texts come last here, too.
constexpr std::string_view kOrders = R"sql(
CREATE TABLE orders (
  n           INTEGER PRIMARY KEY AUTOINCREMENT,
  record_id   TEXT NOT NULL UNIQUE,
  status      INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  settled_by  TEXT NOT NULL DEFAULT '',
  parameter_2 TEXT NOT NULL,
  parameter_1 TEXT NOT NULL
) STRICT;
CREATE INDEX orders_expiry ON orders (expires_at);
CREATE INDEX orders_pending ON orders (n, expires_at) WHERE status = 0;
CREATE INDEX orders_settled ON orders (settled_by) WHERE settled_by <> '';
)sql";

// An execution's row is written when it begins and when it ends; what changes meanwhile is in
// `running`, in its frames and in the history, a row a step. The history is one list in the order
// of writing, however many executions write it: a commit fills whole pages, and touches only the
// index of each. What is left of an execution whose row is gone goes by and by: `forgotten`.
constexpr std::string_view kExecutions = R"sql(
CREATE TABLE definitions (
  n      INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  text   TEXT NOT NULL
) STRICT;
CREATE TABLE executions (
  n           INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  pipeline    TEXT NOT NULL,
  name        TEXT NOT NULL,
  status      INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,
  stopped_at  INTEGER,
  redrives    INTEGER NOT NULL,
  redriven_at INTEGER,
  definition  INTEGER NOT NULL,
  last_event  INTEGER NOT NULL,
  error       TEXT,
  cause       TEXT,
  input       TEXT NOT NULL,
  output      TEXT,
  UNIQUE (pipeline, name)
) STRICT;
CREATE INDEX executions_ended ON executions (stopped_at) WHERE status >= 1;
CREATE INDEX executions_failed ON executions (n, pipeline, status) WHERE status >= 2;
CREATE TABLE running (
  n          INTEGER PRIMARY KEY,
  next_event INTEGER NOT NULL,
  deadline   INTEGER,
  wake_at    INTEGER,
  idle       INTEGER NOT NULL
) STRICT;
CREATE TABLE frames (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE history (n INTEGER PRIMARY KEY, key INTEGER NOT NULL, events TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX history_of_execution ON history (key);
CREATE TABLE forgotten (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE firings (pipeline TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE paused_pipelines (pipeline TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql";

// Who began an execution and waits for it, and which schedule a firing was of.
constexpr std::string_view kParents = R"sql(
ALTER TABLE executions ADD COLUMN parent TEXT;
ALTER TABLE firings ADD COLUMN schedule TEXT NOT NULL DEFAULT '';
)sql";

// A version has a part for each kind of thing that it brings. Parts may join it until it has
// shipped, never afterwards.
constexpr std::array kVersion1{kTasksDurable};
constexpr std::array kVersion2{kAttempts};
constexpr std::array kVersion3{kOrders, kExecutions};
constexpr std::array kVersion4{kParents};

constexpr std::array kMigrations{
    Migration{"tasks, idempotency keys and the ledger", kVersion1},
    Migration{"attempts, dead letters, notices, paused queues", kVersion2},
    Migration{"orders, executions of pipelines", kVersion3},
    Migration{"who began an execution", kVersion4},
};

std::string path_of(Connection& connection) {
  const char* name = sqlite3_db_filename(connection.handle(), "main");
  return name == nullptr ? "the file" : name;
}

base::Error not_ours(Connection& connection) {
  return {base::ErrorCode::invalid,
          fmt::format("{} is not a database of ordo: choose another path, or move it away",
                      path_of(connection)),
          {}};
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

int newest_schema() {
  return static_cast<int>(kMigrations.size());
}

base::Result<int> check_schema(Connection& connection) {
  const base::Result<std::int64_t> version = connection.integer("PRAGMA user_version");
  if (!version) {
    const bool foreign = sqlite3_errcode(connection.handle()) == SQLITE_NOTADB;
    return base::fail(foreign ? not_ours(connection) : version.error());
  }
  const base::Result<std::int64_t> application = connection.integer("PRAGMA application_id");
  if (!application) return base::fail(application.error());
  const base::Result<std::int64_t> tables =
      connection.integer("SELECT count(*) FROM sqlite_master");
  if (!tables) return base::fail(tables.error());
  const bool empty = *version == 0 && *application == 0 && *tables == 0;
  if (!empty && *application != kApplicationId) return base::fail(not_ours(connection));
  if (*version > newest_schema()) {
    return base::fail(
        base::ErrorCode::invalid,
        fmt::format("{} was written by a newer ordo (schema {}, this program knows {}): upgrade "
                    "ordo",
                    path_of(connection), *version, newest_schema()));
  }
  return static_cast<int>(*version);
}

base::Result<void> migrate(Connection& connection) {
  const base::Result<int> version = check_schema(connection);
  if (!version) return base::fail(version.error());
  for (int next = *version + 1; next <= newest_schema(); ++next) {
    base::Result<Transaction> transaction = Transaction::begin(connection);
    if (!transaction) return base::fail(transaction.error());
    const Migration& migration = kMigrations[static_cast<std::size_t>(next - 1)];
    const base::Result<void> done =
        connection.execute(fmt::format("{}; PRAGMA application_id = {}; PRAGMA user_version = {};",
                                       fmt::join(migration.parts, "\n"), kApplicationId, next));
    if (!done) return done;
    const base::Result<void> committed = transaction->commit();
    if (!committed) return committed;
  }
  return {};
}

}  // namespace ordo::sqlite
