#include "postgres/home.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "postgres/address.h"
#include "postgres/archive.h"
#include "postgres/execution_reader.h"
#include "postgres/migrations.h"
#include "postgres/objects.h"
#include "postgres/order_reader.h"
#include "postgres/read_pool.h"
#include "postgres/task_reader.h"
#include "postgres/writer.h"

namespace ordo::postgres {

ConnectionOptions connection_options(const HomeOptions& options) {
  ConnectionOptions connection;
  connection.url = options.url;
  connection.connect_timeout = options.connect_timeout;
  connection.statement_timeout = options.statement_timeout;
  // What the server gives up by itself is told by it.
  connection.answer_timeout = options.statement_timeout + options.statement_timeout / 2;
  return connection;
}

base::Error cannot_connect(const HomeOptions& options, const Fault& fault) {
  return {base::ErrorCode::unavailable,
          fmt::format("cannot connect to {}: {}", printable(options.url), fault.message),
          {}};
}

namespace {

// A migration may take long, or wait for another node's.
ConnectionOptions migrating_options(const HomeOptions& options) {
  ConnectionOptions connection = connection_options(options);
  connection.answer_timeout = std::chrono::hours(24);
  connection.idle_timeout = std::chrono::minutes(10);
  return connection;
}

base::Result<Connection> connect(const HomeOptions& options, const ports::Clock& clock) {
  if (auto read = read_address(options.url); !read) return base::fail(std::move(read.error()));
  Answer<Connection> made = Connection::open(migrating_options(options), clock);
  if (!made) return base::fail(cannot_connect(options, made.error()));
  return std::move(*made);
}

base::Result<void> prepare_schema(const HomeOptions& options, const ports::Clock& clock) {
  base::Result<Connection> connection = connect(options, clock);
  if (!connection) return base::fail(std::move(connection.error()));
  const base::Result<int> version = check_schema(*connection);
  if (!version) return base::fail(version.error());
  if (auto whole = check_in_service(*connection); !whole) return whole;
  if (*version == newest_schema()) return {};
  if (!options.migrate) {
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("the database has schema {} and this program needs {}: run "
                                  "`ordo migrate up`, or let the server do it",
                                  *version, newest_schema()));
  }
  return migrate(*connection, options.on_migrated);
}

}  // namespace

struct Home::Parts {
  Parts(const HomeOptions& options, const ports::Clock& clock, ports::Random& random)
      : address(printable(options.url)),
        pool(connection_options(options), options.read_connections, clock, random),
        writer({connection_options(options), options.doubt_timeout}, clock, random),
        task_reader(pool),
        order_reader(pool),
        execution_reader(pool),
        objects(pool, clock) {}

  const std::string address;
  ReadPool pool;
  Writer writer;
  TaskReader task_reader;
  OrderReader order_reader;
  ExecutionReader execution_reader;
  Objects objects;
};

Home::Home(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Home::~Home() = default;

base::Result<std::unique_ptr<Home>> Home::open(const HomeOptions& options,
                                               const ports::Clock& clock, ports::Random& random) {
  if (auto prepared = prepare_schema(options, clock); !prepared) {
    return base::fail(std::move(prepared.error()));
  }
  return std::unique_ptr<Home>(new Home(std::make_unique<Parts>(options, clock, random)));
}

ports::Store& Home::store() {
  return parts_->writer;
}

ports::TaskReads& Home::task_reads() {
  return parts_->task_reader;
}

ports::OrderReads& Home::order_reads() {
  return parts_->order_reader;
}

ports::ExecutionReads& Home::execution_reads() {
  return parts_->execution_reader;
}

ports::ObjectStore& Home::objects() {
  return parts_->objects;
}

std::string Home::address() const {
  return parts_->address;
}

ports::Reads Home::reads() {
  return {parts_->task_reader, parts_->order_reader, parts_->execution_reader, &parts_->objects};
}

ports::Backlog& Home::backlog() {
  return parts_->task_reader;
}

ports::LaneBacklog& Home::lane_backlog() {
  return parts_->task_reader;
}

void Home::be(std::string node, bool has_others) {
  parts_->writer.be(std::move(node), has_others);
}

void Home::give_up() {
  parts_->writer.give_up();
}

base::Result<SchemaState> schema_state(const HomeOptions& options, const ports::Clock& clock) {
  base::Result<Connection> connection = connect(options, clock);
  if (!connection) return base::fail(std::move(connection.error()));
  return schema_state(*connection);
}

base::Result<SchemaState> schema_state(Connection& connection) {
  const base::Result<int> version = check_schema(connection);
  if (!version) return base::fail(version.error());
  SchemaState state{*version, newest_schema(), {}};
  for (const Migration& migration : migrations().subspan(static_cast<std::size_t>(*version))) {
    state.pending.emplace_back(migration.name);
  }
  return state;
}

base::Result<void> migrate(const HomeOptions& options, const ports::Clock& clock) {
  base::Result<Connection> connection = connect(options, clock);
  if (!connection) return base::fail(std::move(connection.error()));
  return migrate(*connection, options.on_migrated);
}

}  // namespace ordo::postgres
