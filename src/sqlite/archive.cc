#include "sqlite/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "sqlite/execution_rows.h"
#include "sqlite/home.h"
#include "sqlite/migrations.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::ArchiveColumn;
using ports::ArchiveRow;
using ports::ArchiveTable;
using ports::Cell;
using ports::CellKind;

// A part's key has the execution's number in it.
const std::string kParts = fmt::format("key >> {0}, key & {1}", kPartBits, kMostParts - 1);
const std::string kFrameColumns = kParts + ", text";
const std::string kEventColumns = kParts + ", events";
const std::string kOverPart = fmt::format("key > (? << {}) + ?", kPartBits);
const std::string kPutFrame =
    fmt::format("INSERT INTO frames (key, text) VALUES ((? << {}) + ?, ?)", kPartBits);
const std::string kPutEvents =
    fmt::format("INSERT INTO history (key, events) VALUES ((? << {}) + ?, ?)", kPartBits);

// A database that has never had any knows of none.
constexpr std::string_view kLastNumbers =
    "(SELECT w.name, CASE w.name WHEN 'tasks' THEN (SELECT last_seq FROM ledger) ELSE "
    "coalesce((SELECT seq FROM sqlite_sequence WHERE name = w.name), 0) END AS number "
    "FROM (SELECT 'executions' AS name UNION ALL SELECT 'notices' UNION ALL SELECT 'orders' "
    "UNION ALL SELECT 'tasks') w)";

std::string joined(std::span<const ArchiveColumn> columns, std::string_view between = ", ") {
  std::string text;
  for (const ArchiveColumn& column : columns) {
    if (!text.empty()) text += between;
    text += column.name;
  }
  return text;
}

std::string places(std::size_t count) {
  std::string text = "?";
  for (std::size_t i = 1; i < count; ++i) text += ", ?";
  return text;
}

std::string read_sql(const ArchiveTable& table) {
  const std::string key = joined(key_columns(table));
  std::string rows(table.name);
  std::string columns = joined(table.columns);
  std::string over = fmt::format("({}) > ({})", key, places(table.key));
  std::string order = key;
  if (table.name == "active") {
    rows = "(SELECT a.*, t.version + a.changes AS version FROM active a JOIN tasks t USING (seq))";
  } else if (table.name == "frames" || table.name == "history") {
    columns = table.name == "frames" ? kFrameColumns : kEventColumns;
    over = kOverPart;
    order = "key";
  } else if (table.name == "executions") {
    rows = "(SELECT e.*, d.digest FROM executions e LEFT JOIN definitions d ON d.n = e.definition)";
    columns.replace(columns.find("definition"), std::string_view("definition").size(), "digest");
  } else if (table.name == "last_numbers") {
    rows = kLastNumbers;
  }
  return fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT ?", columns, rows, over, order);
}

std::string add_sql(const ArchiveTable& table) {
  if (table.name == "frames") return kPutFrame;
  if (table.name == "history") return kPutEvents;
  std::string columns = joined(table.columns);
  std::string values = places(table.columns.size());
  if (table.name == "active") {
    columns.replace(columns.find("version"), std::string_view("version").size(), "changes");
    values =
        "?1, ?2, ?3, ?4 - (SELECT version FROM tasks WHERE seq = ?1), ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11";
  } else if (table.name == "executions") {
    values =
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT n FROM definitions WHERE digest = ?), ?, ?, ?, "
        "?, ?";
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, columns, values);
}

Cell cell_of(const Statement& row, int column, CellKind kind) {
  if (row.is_null(column)) return {};
  if (kind == CellKind::number || kind == CellKind::time) return row.integer(column);
  return std::string(row.text(column));
}

void bind(Statement& statement, const Cell& cell, CellKind kind) {
  if (std::holds_alternative<std::monostate>(cell)) {
    statement.bind_null();
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    statement.bind(*number);
  } else if (kind == CellKind::bytes) {
    statement.bind_blob(std::get<std::string>(cell));
  } else {
    statement.bind(std::string_view(std::get<std::string>(cell)));
  }
}

base::Result<void> add_number(Connection& connection, const ArchiveRow& row) {
  const auto& name = std::get<std::string>(row[0]);
  const std::int64_t number = std::get<std::int64_t>(row[1]);
  if (name == "tasks")
    return connection.execute(fmt::format("UPDATE ledger SET last_seq = {}", number));
  base::Result<Statement> statement = connection.prepare(
      "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE ?2 > 0 AND "
      "NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)");
  if (!statement) return base::fail(statement.error());
  statement->bind(std::string_view(name)).bind(number);
  if (auto done = statement->run("write a number"); !done) return done;
  // Rows that were put in by their numbers have made it already, up to the last of them.
  base::Result<Statement> raise =
      connection.prepare("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1");
  if (!raise) return base::fail(raise.error());
  return raise->bind(std::string_view(name)).bind(number).run("write a number");
}

base::Result<void> add_rows(Connection& connection, const ArchiveTable& table,
                            std::span<const ArchiveRow> rows) {
  if (table.name == "last_numbers") {
    for (const ArchiveRow& row : rows) {
      if (auto done = add_number(connection, row); !done) return done;
    }
    return {};
  }
  base::Result<Statement> statement = connection.prepare(add_sql(table));
  if (!statement) return base::fail(statement.error());
  for (const ArchiveRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) bind(*statement, row[i], table.columns[i].kind);
    if (auto done = statement->run(fmt::format("write {}", table.name)); !done) return done;
  }
  return {};
}

base::Result<Connection> connect(const std::string& path) {
  base::Result<Connection> connection = Connection::open(path, Access::read_write);
  if (!connection) return connection;
  const base::Result<int> schema = check_schema(*connection);
  if (!schema) return base::fail(schema.error());
  if (*schema != newest_schema()) {
    return base::fail(
        ErrorCode::invalid,
        fmt::format("{} has schema {} and this program needs {}: run `ordo migrate up "
                    "--store sqlite:{}` first",
                    path, *schema, newest_schema(), path));
  }
  // What a process that was killed has left in the log is made durable before it is built upon.
  if (auto tuned = connection->execute("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; "
                                       "PRAGMA wal_checkpoint(TRUNCATE);");
      !tuned) {
    return base::fail(tuned.error());
  }
  return connection;
}

base::Result<bool> has_table(Connection& connection, std::string_view name) {
  const base::Result<std::int64_t> found =
      connection.integer(fmt::format("SELECT count(*) FROM sqlite_master WHERE name = '{}'", name));
  if (!found) return base::fail(found.error());
  return *found > 0;
}

base::Result<std::optional<std::string>> read_moved(Connection& connection) {
  const base::Result<bool> moved = has_table(connection, "moved");
  if (!moved) return base::fail(moved.error());
  if (!*moved) return std::nullopt;
  base::Result<Statement> statement = connection.prepare("SELECT target FROM moved");
  if (!statement) return base::fail(statement.error());
  std::string target;
  const auto read = for_each_row(*statement, "read where the system is",
                                 [&](const Statement& row) { target = row.text(0); });
  if (!read) return base::fail(read.error());
  return target;
}

// What the home counts for itself. Keys expire in the order in which they are kept.
constexpr const char* kFinish =
    "UPDATE ledger SET "
    "running = (SELECT count(*) FROM active WHERE state = 1), "
    "queued = (SELECT count(*) FROM tasks WHERE status <= 1) - "
    "(SELECT count(*) FROM active WHERE state = 1), "
    "succeeded = (SELECT count(*) FROM tasks WHERE status = 2), "
    "dead = (SELECT count(*) FROM tasks WHERE status = 3), "
    "cancelled = (SELECT count(*) FROM tasks WHERE status = 4); "
    "UPDATE idempotency_keys SET n = -n; "
    "UPDATE idempotency_keys SET n = aged.place FROM (SELECT key, row_number() OVER "
    "(ORDER BY recorded_at, key) AS place FROM idempotency_keys) aged "
    "WHERE aged.key = idempotency_keys.key; "
    "DROP TABLE IF EXISTS copied; ALTER TABLE copying RENAME TO copied;";

}  // namespace

base::Result<std::unique_ptr<Archive>> Archive::open_any(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return base::fail(ErrorCode::not_found, fmt::format("there is no database at {}", path));
  }
  base::Result<LockFile> lock = LockFile::take(path);
  if (!lock) return base::fail(lock.error());
  base::Result<Connection> connection = connect(path);
  if (!connection) return base::fail(connection.error());
  return std::unique_ptr<Archive>(new Archive(std::move(*lock), std::move(*connection)));
}

base::Result<std::unique_ptr<ports::Archive>> Archive::open(const std::string& path) {
  base::Result<std::unique_ptr<Archive>> archive = open_any(path);
  if (!archive) return base::fail(std::move(archive.error()));
  if (auto whole = check_not_half_copied((*archive)->connection_, path); !whole) {
    return base::fail(std::move(whole.error()));
  }
  return archive;
}

base::Result<std::unique_ptr<ports::ArchiveTarget>> Archive::open_target(const std::string& path) {
  base::Result<std::unique_ptr<Archive>> there = open_any(path);
  if (there) {
    const base::Result<bool> half = has_table((*there)->connection_, "copying");
    if (!half) return base::fail(half.error());
    if (*half) return there;
    there->reset();
  }
  // The home itself makes its file as it has to be.
  if (auto home = Home::open({.path = path}); !home) return base::fail(std::move(home.error()));
  there = open_any(path);
  return there;
}

base::Result<std::uint64_t> Archive::count(const ArchiveTable& table) {
  const bool numbers = table.name == "last_numbers";
  const base::Result<std::int64_t> counted = connection_.integer(
      fmt::format("SELECT count(*) FROM {}", numbers ? kLastNumbers : table.name));
  if (!counted) return base::fail(counted.error());
  return static_cast<std::uint64_t>(*counted);
}

base::Result<std::vector<ArchiveRow>> Archive::read(const ArchiveTable& table,
                                                    std::span<const Cell> after,
                                                    std::size_t limit) {
  base::Result<Statement> statement = connection_.prepare(read_sql(table));
  if (!statement) return base::fail(statement.error());
  for (std::size_t i = 0; i < after.size(); ++i) bind(*statement, after[i], table.columns[i].kind);
  statement->bind(static_cast<std::int64_t>(limit));
  std::vector<ArchiveRow> rows;
  const auto read =
      for_each_row(*statement, fmt::format("read {}", table.name), [&](const Statement& row) {
        ArchiveRow& cells = rows.emplace_back();
        cells.reserve(table.columns.size());
        for (const ArchiveColumn& column : table.columns) {
          const int place = static_cast<int>(cells.size());
          cells.push_back(cell_of(row, place, column.kind));
        }
      });
  if (!read) return base::fail(read.error());
  return rows;
}

base::Result<std::optional<std::string>> Archive::moved_to() {
  return read_moved(connection_);
}

base::Result<void> Archive::note_moved(const std::string& target) {
  base::Result<Transaction> transaction = Transaction::begin(connection_);
  if (!transaction) return base::fail(transaction.error());
  if (auto made = connection_.execute(
          "DROP TABLE IF EXISTS moved; CREATE TABLE moved (target TEXT NOT NULL) STRICT");
      !made) {
    return made;
  }
  base::Result<Statement> statement = connection_.prepare("INSERT INTO moved VALUES (?)");
  if (!statement) return base::fail(statement.error());
  if (auto noted = statement->bind(std::string_view(target)).run("note a move"); !noted) {
    return noted;
  }
  return transaction->commit();
}

base::Result<void> Archive::take_back() {
  return connection_.execute("DROP TABLE IF EXISTS moved");
}

base::Result<std::optional<ports::CopyState>> Archive::state() {
  for (const std::string_view table : {"copying", "copied"}) {
    const base::Result<bool> there = has_table(connection_, table);
    if (!there) return base::fail(there.error());
    if (!*there) continue;
    base::Result<Statement> statement =
        connection_.prepare(fmt::format("SELECT source, place FROM {}", table));
    if (!statement) return base::fail(statement.error());
    ports::CopyState state;
    const auto read = for_each_row(*statement, "read the copy's state", [&](const Statement& row) {
      state = {std::string(row.text(0)), std::string(row.text(1)), table == "copied"};
    });
    if (!read) return base::fail(read.error());
    return state;
  }
  return std::nullopt;
}

base::Result<void> Archive::begin(const ports::CopyState& state) {
  base::Result<Transaction> transaction = Transaction::begin(connection_);
  if (!transaction) return base::fail(transaction.error());
  if (auto made = connection_.execute(
          "CREATE TABLE copying (source TEXT NOT NULL, place BLOB NOT NULL) STRICT");
      !made) {
    return made;
  }
  base::Result<Statement> statement =
      connection_.prepare("INSERT INTO copying (source, place) VALUES (?, ?)");
  if (!statement) return base::fail(statement.error());
  statement->bind(std::string_view(state.source)).bind_blob(state.place);
  if (auto noted = statement->run("begin a copy"); !noted) return noted;
  return transaction->commit();
}

base::Result<void> Archive::add(const ArchiveTable& table, std::span<const ArchiveRow> rows,
                                const std::string& place) {
  base::Result<Transaction> transaction = Transaction::begin(connection_);
  if (!transaction) return base::fail(transaction.error());
  if (auto added = add_rows(connection_, table, rows); !added) return added;
  base::Result<Statement> statement = connection_.prepare("UPDATE copying SET place = ?");
  if (!statement) return base::fail(statement.error());
  if (auto noted = statement->bind_blob(place).run("note how far a copy is"); !noted) return noted;
  return transaction->commit();
}

base::Result<void> Archive::finish() {
  base::Result<Transaction> transaction = Transaction::begin(connection_);
  if (!transaction) return base::fail(transaction.error());
  if (auto done = connection_.execute(kFinish); !done) return done;
  return transaction->commit();
}

base::Result<void> check_not_half_copied(Connection& connection, const std::string& path) {
  const base::Result<bool> half = has_table(connection, "copying");
  if (!half) return base::fail(half.error());
  if (!*half) return {};
  return base::fail(ErrorCode::conflict,
                    fmt::format("a system is being copied to {} and not all of it is there: run "
                                "the same `ordo copy` again to finish it, or remove the file",
                                path));
}

base::Result<void> check_in_service(Connection& connection, const std::string& path) {
  if (auto whole = check_not_half_copied(connection, path); !whole) return whole;
  const auto target = read_moved(connection);
  if (!target) return base::fail(target.error());
  if (!*target) return {};
  return base::fail(ports::moved_away(path, **target));
}

}  // namespace ordo::sqlite
