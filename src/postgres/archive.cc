#include "postgres/archive.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "domain/lane_shard.h"
#include "postgres/address.h"
#include "postgres/migrations.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::ArchiveColumn;
using ports::ArchiveRow;
using ports::ArchiveTable;
using ports::Cell;
using ports::CellKind;

std::string_view type_name(CellKind kind) {
  constexpr std::array<std::string_view, 5> kNames{"bigint", "timestamptz", "text", "bytea",
                                                   "bytea"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Type type_of(CellKind kind) {
  switch (kind) {
    case CellKind::number:
      return Type::int8;
    case CellKind::time:
      return Type::time;
    case CellKind::text:
      return Type::text;
    case CellKind::words:
    case CellKind::bytes:
      break;
  }
  return Type::bytes;
}

// As the archive's last_numbers.
constexpr std::string_view kLastNumbers =
    "(SELECT * FROM (VALUES ('executions' COLLATE \"C\", (SELECT last_value FROM executions_seq)), "
    "('notices', (SELECT n FROM last_notice)), ('orders', (SELECT last_value FROM orders_seq)), "
    "('tasks', (SELECT last_value FROM tasks_seq))) AS v (name, number)) AS last_numbers";

template <class Each>
std::string joined(std::span<const ArchiveColumn> columns, Each each) {
  std::string text;
  for (const ArchiveColumn& column : columns) {
    if (!text.empty()) text += ", ";
    text += each(column);
  }
  return text;
}

std::string names(std::span<const ArchiveColumn> columns) {
  return joined(columns, [](const ArchiveColumn& column) { return std::string(column.name); });
}

std::string_view rows_of(const ArchiveTable& table) {
  return table.name == "last_numbers" ? kLastNumbers : table.name;
}

// A boolean counts as a number.
std::string as_kept(const ArchiveTable& table, const ArchiveColumn& column) {
  return fmt::format("{}{}", column.name,
                     table.name == "running" && column.name == "idle" ? "::integer" : "");
}

std::string read_sql(const ArchiveTable& table) {
  const auto key = key_columns(table);
  int place = 0;
  const std::string after = joined(key, [&place](const ArchiveColumn& column) {
    return fmt::format("${}::{}", ++place, type_name(column.kind));
  });
  return fmt::format(
      "SELECT {} FROM {} WHERE ({}) > ({}) ORDER BY {} LIMIT ${}::bigint",
      joined(table.columns, [&](const ArchiveColumn& column) { return as_kept(table, column); }),
      rows_of(table), names(key), after, names(key), table.key + 1);
}

std::string add_sql(const ArchiveTable& table) {
  if (table.name == "last_numbers") {
    return "SELECT CASE u.name WHEN 'tasks' THEN setval('tasks_seq', u.number) "
           "WHEN 'orders' THEN setval('orders_seq', u.number) "
           "WHEN 'executions' THEN setval('executions_seq', u.number) END "
           "FROM unnest($1::text[], $2::bigint[]) AS u (name, number)";
  }
  int place = 0;
  std::string arrays = joined(table.columns, [&place](const ArchiveColumn& column) {
    return fmt::format("${}::{}[]", ++place, type_name(column.kind));
  });
  std::string columns = names(table.columns);
  std::string values = joined(table.columns, [&](const ArchiveColumn& column) {
    const bool boolean = table.name == "running" && column.name == "idle";
    return fmt::format("u.{}{}", column.name, boolean ? " <> 0" : "");
  });
  std::string unnested = columns;
  if (table.name == "tasks") {
    columns += ", shard";
    values += ", u.shard";
    unnested += ", shard";
    arrays += fmt::format(", ${}::bigint[]", ++place);
  }
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS u ({})", table.name, columns,
                     values, arrays, unnested);
}

// A connection knows its statements by their addresses.
struct TableStatements {
  std::string count_name;
  std::string read_name;
  std::string add_name;
  Statement count;
  Statement read;
  Statement add;
};

const TableStatements& statements_of(const ArchiveTable& table) {
  static const std::vector<TableStatements> all = [] {
    std::vector<TableStatements> made(ports::kArchiveTables.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
      const ArchiveTable& of = ports::kArchiveTables.at(i);
      made[i].count_name = fmt::format("archive_count_{}", of.name);
      made[i].read_name = fmt::format("archive_read_{}", of.name);
      made[i].add_name = fmt::format("archive_add_{}", of.name);
      made[i].count = {made[i].count_name.c_str(),
                       fmt::format("SELECT count(*) FROM {}", rows_of(of))};
      made[i].read = {made[i].read_name.c_str(), read_sql(of)};
      made[i].add = {made[i].add_name.c_str(), add_sql(of)};
    }
    return made;
  }();
  return all.at(static_cast<std::size_t>(&table - ports::kArchiveTables.data()));
}

const Statement kSetLastNotice{"archive_set_last_notice", "UPDATE last_notice SET n = $1::bigint"};
const Statement kLookForCopy{"archive_half_copied", "SELECT to_regclass('copying') IS NOT NULL"};
const Statement kLookForCopied{"archive_copied", "SELECT to_regclass('copied') IS NOT NULL"};
const Statement kState{"archive_state", "SELECT source, place FROM copying"};
const Statement kCopied{"archive_last_state", "SELECT source, place FROM copied"};
const Statement kBeginState{"archive_begin_state",
                            "INSERT INTO copying VALUES ($1::text, $2::bytea)"};
const Statement kNotePlace{"archive_note_place", "UPDATE copying SET place = $1::bytea"};
const Statement kCountQueues{
    "archive_count_queues",
    "INSERT INTO tallies (store, turn, queue, queued, running, succeeded, dead, cancelled) "
    "SELECT 'copy', 0, t.queue, count(*) FILTER (WHERE t.status <= 1 AND a.state IS DISTINCT FROM "
    "1), "
    "count(*) FILTER (WHERE a.state = 1), count(*) FILTER (WHERE t.status = 2), "
    "count(*) FILTER (WHERE t.status = 3), count(*) FILTER (WHERE t.status = 4) "
    "FROM tasks t LEFT JOIN active a ON a.seq = t.seq GROUP BY t.queue"};
const Statement kForgetLast{"archive_forget_last", "DROP TABLE IF EXISTS copied"};
const Statement kEndState{"archive_end_state", "ALTER TABLE copying RENAME TO copied"};
const Statement kLookForMove{"archive_moved", "SELECT to_regclass('moved') IS NOT NULL"};
const Statement kMovedTo{"archive_moved_to", "SELECT target FROM moved"};
const Statement kNoteMoved{"archive_note_moved", "INSERT INTO moved VALUES ($1::text)"};
const Statement kAlone{"archive_alone", "SELECT 1"};
const Statement kSchema{"archive_schema", "SELECT coalesce(current_schema(), 'public')"};
const Statement kLiving{"archive_living",
                        "SELECT name FROM nodes WHERE expires_at > clock_timestamp() LIMIT 1"};

// A node cannot say that it lives, nor commit anything: each of its transactions leaves a row in
// `commits`. So not even one that was suspended for longer than its lease changes what is copied.
constexpr std::string_view kKeepUnchanged = "LOCK TABLE nodes, commits, objects IN SHARE MODE";
// And no other copy.
constexpr std::string_view kKeepToOneself = "LOCK TABLE nodes, commits IN SHARE ROW EXCLUSIVE MODE";

// Not even one that was suspended all the while, and does not know that it has no lease any more,
// can commit anything then, or put down an object.
constexpr std::string_view kShutOut =
    "SET LOCAL lock_timeout = '60s'; "
    "ALTER TABLE commits DROP CONSTRAINT IF EXISTS the_system_was_moved, "
    "ADD CONSTRAINT the_system_was_moved CHECK (false) NOT VALID; "
    "ALTER TABLE objects DROP CONSTRAINT IF EXISTS the_system_was_moved, "
    "ADD CONSTRAINT the_system_was_moved CHECK (false) NOT VALID; "
    "UPDATE lane_leases SET owner = NULL; DELETE FROM nodes; "
    "DROP TABLE IF EXISTS moved; CREATE TABLE moved (target text NOT NULL)";
constexpr std::string_view kTakeBack =
    "ALTER TABLE commits DROP CONSTRAINT IF EXISTS the_system_was_moved; "
    "ALTER TABLE objects DROP CONSTRAINT IF EXISTS the_system_was_moved; "
    "DROP TABLE IF EXISTS moved; COMMIT";

base::Result<std::optional<std::string>> read_moved(Connection& connection) {
  constexpr std::string_view kDoing = "look where the system is";
  const Answer<Rows> moved = connection.run(kLookForMove);
  if (!moved) return base::fail(error_of(moved.error(), kDoing));
  if (!moved->boolean(0, 0)) return std::nullopt;
  const Answer<Rows> target = connection.run(kMovedTo);
  if (!target) return base::fail(error_of(target.error(), kDoing));
  return target->string(0, 0);
}

base::Result<void> check_not_half_copied(Connection& connection) {
  const Answer<Rows> half = connection.run(kLookForCopy);
  if (!half) return base::fail(error_of(half.error(), "look for a copy"));
  if (!half->boolean(0, 0)) return {};
  return base::fail(ErrorCode::conflict,
                    "a system is being copied to the database and not all of it is there: run the "
                    "same `ordo copy` again to finish it, or make the database anew");
}

Cell cell_of(const Rows& rows, std::size_t row, int column, CellKind kind) {
  if (rows.is_null(row, column)) return {};
  if (kind == CellKind::number) return rows.integer(row, column);
  if (kind == CellKind::time) return rows.time(row, column).ms();
  return rows.string(row, column);
}

void add_cell(Column& column, const Cell& cell, CellKind kind) {
  if (std::holds_alternative<std::monostate>(cell)) {
    column.add_null();
  } else if (kind == CellKind::number) {
    column.add(std::get<std::int64_t>(cell));
  } else if (kind == CellKind::time) {
    column.add(base::WallTime::from_ms(std::get<std::int64_t>(cell)));
  } else {
    column.add(std::string_view(std::get<std::string>(cell)));
  }
}

void add_key(Params& params, const Cell& cell, CellKind kind) {
  if (kind == CellKind::number) {
    params.add(std::get<std::int64_t>(cell));
  } else if (kind == CellKind::bytes) {
    params.add_bytes(std::get<std::string>(cell));
  } else {
    params.add(std::string_view(std::get<std::string>(cell)));
  }
}

Params columns_of(const ArchiveTable& table, std::span<const ArchiveRow> rows) {
  std::vector<Column> columns;
  for (const ArchiveColumn& column : table.columns) columns.emplace_back(type_of(column.kind));
  Column shards(Type::int8);
  for (const ArchiveRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      add_cell(columns[i], row[i], table.columns[i].kind);
    }
    if (table.name == "tasks") {
      shards.add(std::int64_t{domain::shard_of(domain::QueueName(std::get<std::string>(row[2])),
                                               domain::LaneKey(std::get<std::string>(row[3])))});
    }
  }
  Params params;
  for (Column& column : columns) params.add(std::move(column));
  if (table.name == "tasks") params.add(std::move(shards));
  return params;
}

}  // namespace

ConnectionOptions copying_options(const std::string& url) {
  ConnectionOptions options;
  options.url = url;
  options.answer_timeout = std::chrono::hours(24);
  options.statement_timeout = base::Millis(0);
  options.idle_timeout = base::Millis(0);
  return options;
}

base::Result<std::unique_ptr<Archive>> Archive::open(const ConnectionOptions& options,
                                                     const ports::Clock& clock,
                                                     std::string_view locks) {
  const auto cannot = [&](const Fault& fault) {
    return base::fail(cannot_connect({.url = options.url}, fault));
  };
  if (auto read = read_address(options.url); !read) return base::fail(std::move(read.error()));
  Answer<Connection> guard = Connection::open(options, clock);
  if (!guard) return cannot(guard.error());
  const base::Result<int> schema = check_schema(*guard);
  if (!schema) return base::fail(schema.error());
  if (*schema == 0) {
    return base::fail(ErrorCode::not_found,
                      fmt::format("there is nothing of ordo in {}", printable(options.url)));
  }
  if (*schema != newest_schema()) {
    return base::fail(ErrorCode::invalid,
                      fmt::format("{} has schema {} and this program needs {}: run `ordo migrate "
                                  "up` there first",
                                  printable(options.url), *schema, newest_schema()));
  }
  const auto locked =
      guard->execute(fmt::format("BEGIN; SET LOCAL lock_timeout = '2s'; {}", locks));
  if (!locked) {
    if (locked.error().sqlstate != "55P03") {
      return base::fail(error_of(locked.error(), "keep nodes away"));
    }
    return base::fail(ErrorCode::conflict,
                      fmt::format("somebody uses {}: another copy, or a node that has just started",
                                  printable(options.url)));
  }
  const Answer<Rows> living = guard->run(kLiving);
  if (!living) return base::fail(error_of(living.error(), "look for nodes"));
  if (!living->empty()) {
    return base::fail(ErrorCode::conflict,
                      fmt::format("node {} uses {}: stop all nodes; one that was killed counts "
                                  "until its lease has ended",
                                  living->text(0, 0), printable(options.url)));
  }
  Answer<Connection> connection = Connection::open(options, clock);
  if (!connection) return cannot(connection.error());
  return std::unique_ptr<Archive>(new Archive(std::move(*guard), std::move(*connection)));
}

base::Result<std::unique_ptr<Archive>> Archive::open(const std::string& url,
                                                     const ports::Clock& clock) {
  auto archive = open(copying_options(url), clock, kKeepUnchanged);
  if (!archive) return archive;
  if (auto whole = check_not_half_copied((*archive)->connection_); !whole) {
    return base::fail(std::move(whole.error()));
  }
  return archive;
}

base::Result<std::unique_ptr<Archive>> Archive::open_target(const std::string& url,
                                                            const ports::Clock& clock) {
  if (auto made = migrate({.url = url}, clock); !made) return base::fail(std::move(made.error()));
  return open(copying_options(url), clock, kKeepToOneself);
}

base::Result<Rows> Archive::ask(const Statement& statement, Params params, std::string_view doing) {
  Answer<Rows> rows = connection_.run(statement, std::move(params));
  if (!rows) return base::fail(error_of(rows.error(), doing));
  return std::move(*rows);
}

base::Result<void> Archive::change(Batch batch, std::string_view doing) {
  batch.add_first(kBegin);
  batch.add(kCommit);
  if (const auto done = connection_.run(batch); !done) {
    return base::fail(error_of(done.error(), doing));
  }
  return {};
}

base::Result<void> Archive::check_alone() {
  if (const auto held = guard_.run(kAlone); !held) {
    return base::fail(ErrorCode::conflict,
                      fmt::format("the transaction that kept servers away was ended ({}): somebody "
                                  "may have changed something; begin again",
                                  held.error().message));
  }
  return {};
}

base::Result<std::uint64_t> Archive::count(const ArchiveTable& table) {
  const base::Result<Rows> rows =
      ask(statements_of(table).count, {}, fmt::format("count {}", table.name));
  if (!rows) return base::fail(rows.error());
  return rows->number(0, 0);
}

base::Result<std::vector<ArchiveRow>> Archive::read(const ArchiveTable& table,
                                                    std::span<const Cell> after,
                                                    std::size_t limit) {
  Params params;
  for (std::size_t i = 0; i < after.size(); ++i) add_key(params, after[i], table.columns[i].kind);
  params.add(static_cast<std::int64_t>(limit));
  const base::Result<Rows> found =
      ask(statements_of(table).read, std::move(params), fmt::format("read {}", table.name));
  if (!found) return base::fail(found.error());
  std::vector<ArchiveRow> rows(found->size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const ArchiveColumn& column : table.columns) {
      const int place = static_cast<int>(rows[row].size());
      rows[row].push_back(cell_of(*found, row, place, column.kind));
    }
  }
  return rows;
}

base::Result<std::optional<std::string>> Archive::moved_to() {
  return read_moved(connection_);
}

// By the one whose locks would keep another from it.
base::Result<void> Archive::note_moved(const std::string& target) {
  constexpr std::string_view kDoing = "note that it was moved";
  if (auto left = guard_.execute(std::string(kShutOut)); !left) {
    return base::fail(error_of(left.error(), kDoing));
  }
  Batch batch;
  Params params;
  batch.add(kNoteMoved, std::move(params.add(std::string_view(target))));
  batch.add(kCommit);
  if (const auto noted = guard_.run(batch); !noted) {
    return base::fail(error_of(noted.error(), kDoing));
  }
  return {};
}

base::Result<void> Archive::take_back() {
  if (auto taken = guard_.execute(std::string(kTakeBack)); !taken) {
    return base::fail(error_of(taken.error(), "take it back"));
  }
  return {};
}

base::Result<std::optional<ports::CopyState>> Archive::state() {
  const auto look = [this](const Statement& there, const Statement& state,
                           bool finished) -> base::Result<std::optional<ports::CopyState>> {
    const base::Result<Rows> found = ask(there, {}, "look for a copy");
    if (!found) return base::fail(found.error());
    if (!found->boolean(0, 0)) return std::nullopt;
    const base::Result<Rows> rows = ask(state, {}, "read the copy's state");
    if (!rows) return base::fail(rows.error());
    return ports::CopyState{rows->string(0, 0), rows->string(0, 1), finished};
  };
  auto copying = look(kLookForCopy, kState, false);
  return !copying || *copying ? std::move(copying) : look(kLookForCopied, kCopied, true);
}

base::Result<void> Archive::begin(const ports::CopyState& state) {
  // The table has to be there before what is to be put into it can be understood.
  constexpr std::string_view kDoing = "begin a copy";
  if (auto made = connection_.execute(
          "BEGIN; CREATE TABLE copying (source text NOT NULL, place bytea NOT NULL)");
      !made) {
    return base::fail(error_of(made.error(), kDoing));
  }
  Batch batch;
  Params params;
  params.add(std::string_view(state.source)).add_bytes(state.place);
  batch.add(kBeginState, std::move(params));
  batch.add(kCommit);
  if (const auto done = connection_.run(batch); !done) {
    return base::fail(error_of(done.error(), kDoing));
  }
  return {};
}

base::Result<void> Archive::add(const ArchiveTable& table, std::span<const ArchiveRow> rows,
                                const std::string& place) {
  Batch batch;
  batch.add(statements_of(table).add, columns_of(table, rows));
  if (table.name == "last_numbers") {
    for (const ArchiveRow& row : rows) {
      if (std::get<std::string>(row[0]) != "notices") continue;
      Params params;
      batch.add(kSetLastNotice, std::move(params.add(std::get<std::int64_t>(row[1]))));
    }
  }
  Params params;
  batch.add(kNotePlace, std::move(params.add_bytes(place)));
  return change(std::move(batch), fmt::format("write {}", table.name));
}

base::Result<void> Archive::finish() {
  Batch batch;
  batch.add(kCountQueues);
  batch.add(kForgetLast);
  batch.add(kEndState);
  return change(std::move(batch), "finish a copy");
}

base::Result<std::string> name_of_home(const std::string& url, const ports::Clock& clock) {
  constexpr std::string_view kDoing = "look for the schema";
  Answer<Connection> connection = Connection::open({.url = url}, clock);
  if (!connection) return base::fail(error_of(connection.error(), kDoing));
  const Answer<Rows> schema = connection->run(kSchema);
  if (!schema) return base::fail(error_of(schema.error(), kDoing));
  const std::string name = schema->string(0, 0);
  return name == "public" ? printable(url) : fmt::format("{}, schema {}", printable(url), name);
}

base::Result<void> check_in_service(Connection& connection) {
  if (auto whole = check_not_half_copied(connection); !whole) return whole;
  const auto target = read_moved(connection);
  if (!target) return base::fail(target.error());
  if (!*target) return {};
  return base::fail(ports::moved_away("the database", **target));
}

}  // namespace ordo::postgres
