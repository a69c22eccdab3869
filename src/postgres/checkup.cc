#include "postgres/checkup.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "postgres/address.h"
#include "postgres/connection.h"
#include "postgres/migrations.h"

namespace ordo::postgres {
namespace {

// reset_val is what it is without what this connection has set. 16 and later keep some connections
// for certain users; a limit of -1 is none.
const Statement kSettings{
    "settings",
    "SELECT current_setting('fsync')::boolean, current_setting('full_page_writes')::boolean, "
    "(SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'), "
    "current_setting('synchronous_standby_names'), "
    "least(current_setting('max_connections')::bigint "
    "- current_setting('superuser_reserved_connections')::bigint "
    "- coalesce(current_setting('reserved_connections', true)::bigint, 0), "
    "(SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()), "
    "(SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user)), "
    "(SELECT coalesce(sum(numbackends), 0)::bigint FROM pg_stat_database)"};

const Statement kMayMigrate{"may_migrate",
                            "SELECT has_schema_privilege(current_schema(), 'CREATE') AND "
                            "NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema() "
                            "AND tablename = 'ordo_migrations' "
                            "AND NOT pg_has_role(tableowner, 'USAGE'))"};

const Statement kElsewhere{
    "elsewhere",
    "SELECT coalesce(string_agg(name, ', '), '') FROM (SELECT quote_ident(n.nspname) AS name "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relname = 'ordo_migrations' AND c.relkind = 'r' "
    "AND n.nspname IS DISTINCT FROM current_schema() ORDER BY 1 LIMIT 3) t"};

std::string counted(std::string_view table) {
  return fmt::format("(SELECT count(*) FROM (SELECT FROM {} LIMIT {}) t)", table, kMostCounted);
}
const Statement kContents{
    "contents",
    fmt::format("SELECT (SELECT coalesce(sum(queued + running + succeeded + dead + cancelled), 0)"
                "::bigint FROM tallies), {}, {}, {}, "
                "(SELECT count(*) FROM nodes WHERE expires_at > clock_timestamp()), "
                "(SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)",
                counted("orders"), counted("executions"), counted("objects"))};

// Has to reach the disk as any commit that changes something, and changes nothing.
const Statement kMark{"mark", "SELECT pg_logical_emit_message(true, 'ordo', 'doctor')"};

}  // namespace

Checkup::Checkup(std::string address, std::unique_ptr<Connection> connection,
                 const ports::Clock& clock)
    : address_(std::move(address)), connection_(std::move(connection)), clock_(clock) {}
Checkup::~Checkup() = default;
Checkup::Checkup(Checkup&&) noexcept = default;

base::Result<Checkup> Checkup::open(const HomeOptions& options, const ports::Clock& clock) {
  if (auto read = read_address(options.url); !read) return base::fail(std::move(read.error()));
  Answer<Connection> made = Connection::open(connection_options(options), clock);
  if (!made) return base::fail(cannot_connect(options, made.error()));
  return Checkup(printable(options.url), std::make_unique<Connection>(std::move(*made)), clock);
}

base::Result<ServerSettings> Checkup::settings() {
  const Answer<Rows> rows = connection_->run(kSettings);
  if (!rows) return base::fail(error_of(rows.error(), "read its settings"));
  const int version = connection_->server_version();
  return ServerSettings{fmt::format("{}.{}", version / 10'000, version % 10'000),
                        rows->boolean(0, 0),
                        rows->boolean(0, 1),
                        rows->string(0, 2),
                        rows->string(0, 3),
                        rows->integer(0, 4),
                        rows->integer(0, 5)};
}

base::Result<SchemaState> Checkup::schema() {
  return schema_state(*connection_);
}

base::Result<bool> Checkup::may_migrate() {
  const Answer<Rows> rows = connection_->run(kMayMigrate);
  if (!rows) return base::fail(error_of(rows.error(), "read its privileges"));
  return rows->boolean(0, 0);
}

base::Result<std::string> Checkup::elsewhere() {
  const Answer<Rows> rows = connection_->run(kElsewhere);
  if (!rows) return base::fail(error_of(rows.error(), "look at other schemas"));
  return rows->string(0, 0);
}

base::Result<Contents> Checkup::contents() {
  const Answer<Rows> rows = connection_->run(kContents);
  if (!rows) return base::fail(error_of(rows.error(), "count what it has"));
  return Contents{rows->integer(0, 0), rows->integer(0, 1), rows->integer(0, 2),
                  rows->integer(0, 3), rows->integer(0, 4), rows->integer(0, 5)};
}

base::Result<std::chrono::duration<double, std::milli>> Checkup::commit_time(int commits) {
  const base::MonoTime began = clock_.mono();
  for (int i = 0; i < commits; ++i) {
    if (const Answer<Rows> done = connection_->run(kMark); !done) {
      return base::fail(error_of(done.error(), "commit"));
    }
  }
  return std::chrono::duration<double, std::milli>(clock_.mono() - began) / std::max(commits, 1);
}

}  // namespace ordo::postgres
