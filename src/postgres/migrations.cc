#include "postgres/migrations.h"

#include <fmt/format.h>

namespace ordo::postgres {
namespace {

using base::ErrorCode;

constexpr int kOldestServer = 150'000;

// How long a migration waits for a table that others use, how long it leaves it to them then, and
// how often: for ten minutes.
constexpr base::Millis kLockPatience{500};
const Statement kLeaveToOthers{"leave_to_others", "SELECT pg_sleep(1.5)"};
constexpr int kMostTries = 300;

const Statement kFindVersions{"find_versions",
                              "SELECT to_regclass('ordo_migrations') IS NOT NULL, "
                              "current_schema(), current_setting('server_encoding')"};
const Statement kVersion{"version", "SELECT coalesce(max(version), 0) FROM ordo_migrations"};
// "ordo" in ASCII, and which schema.
const Statement kOneAtATime{
    "one_at_a_time",
    "SELECT pg_advisory_xact_lock(x'6f72646f'::integer, "
    "(quote_ident(current_schema())::regnamespace::oid::bigint & 2147483647)::integer)"};
const Statement kNoteVersion{
    "note_version", "INSERT INTO ordo_migrations (version, name) VALUES ($1::bigint, $2::text)"};

constexpr std::string_view kMakeVersions =
    "CREATE TABLE IF NOT EXISTS ordo_migrations (version integer PRIMARY KEY, name text NOT NULL, "
    "applied_at timestamptz NOT NULL DEFAULT now())";

// Whether it was we who did it.
Answer<bool> migrate_to(Connection& connection, int version, const Migration& migration) {
  const auto failed = [](const Fault& fault) { return std::unexpected(fault); };
  // Somebody else may take long over it.
  if (auto begun = connection.execute("BEGIN; SET LOCAL lock_timeout = 0; "
                                      "SET LOCAL statement_timeout = 0; "
                                      "SET LOCAL client_min_messages = warning");
      !begun) {
    return failed(begun.error());
  }
  if (auto locked = connection.run(kOneAtATime); !locked) return failed(locked.error());
  if (auto made = connection.execute(std::string(kMakeVersions)); !made) {
    return failed(made.error());
  }
  const Answer<Rows> there = connection.run(kVersion);
  if (!there) return failed(there.error());
  const bool missing = there->integer(0, 0) < version;
  if (missing) {
    // While a table is waited for, all others wait behind us.
    if (auto done = connection.execute(
            fmt::format("SET LOCAL lock_timeout = {}; {}", kLockPatience.count(), migration.sql));
        !done) {
      return failed(done.error());
    }
    Params params;
    params.add(std::int64_t{version}).add(migration.name);
    if (auto noted = connection.run(kNoteVersion, std::move(params)); !noted) {
      return failed(noted.error());
    }
  }
  if (auto committed = connection.execute("COMMIT"); !committed) return failed(committed.error());
  return missing;
}

// Others held what it wants to change, for too long or in another order.
bool came_too_soon(const Fault& fault) {
  return fault.sqlstate == "55P03" || fault.sqlstate == "40P01";
}

}  // namespace

int newest_schema() {
  return static_cast<int>(migrations().size());
}

base::Result<int> check_schema(Connection& connection) {
  constexpr std::string_view kDoing = "read the schema's version";
  if (connection.server_version() < kOldestServer) {
    return base::fail(ErrorCode::invalid,
                      fmt::format("the server is PostgreSQL {}: 15 or later is needed",
                                  connection.server_version() / 10'000));
  }
  const Answer<Rows> found = connection.run(kFindVersions);
  if (!found) return base::fail(error_of(found.error(), kDoing));
  if (found->is_null(0, 1)) {
    return base::fail(ErrorCode::invalid,
                      "the database has no schema to work in: create the one that search_path "
                      "names");
  }
  if (found->text(0, 2) != "UTF8") {
    return base::fail(ErrorCode::invalid,
                      fmt::format("the database's encoding is {}: create it with ENCODING 'UTF8'",
                                  found->text(0, 2)));
  }
  if (!found->boolean(0, 0)) return 0;
  const Answer<Rows> version = connection.run(kVersion);
  if (!version) return base::fail(error_of(version.error(), kDoing));
  const int number = static_cast<int>(version->integer(0, 0));
  if (number > newest_schema()) {
    return base::fail(ErrorCode::invalid,
                      fmt::format("the database was migrated by a newer ordo (schema {}, this "
                                  "program knows {}): upgrade ordo",
                                  number, newest_schema()));
  }
  return number;
}

base::Result<void> migrate(Connection& connection,
                           const std::function<void(int version, std::string_view name)>& progress,
                           int target) {
  const base::Result<int> there = check_schema(connection);
  if (!there) return base::fail(there.error());
  // Who was ended does not leave a long migration behind, which others would wait for. Not every
  // system can find that out; then the server says no.
  if (*there < target) {
    static_cast<void>(connection.execute("SET client_connection_check_interval = '2s'"));
  }
  for (int next = *there + 1; next <= target; ++next) {
    const Migration& migration = migrations()[static_cast<std::size_t>(next - 1)];
    Answer<bool> done = migrate_to(connection, next, migration);
    for (int tries = 1; !done && came_too_soon(done.error()) && tries < kMostTries; ++tries) {
      // If this fails then what follows does, too, and says so.
      static_cast<void>(connection.run(kLeaveToOthers));
      done = migrate_to(connection, next, migration);
    }
    if (!done) {
      return base::fail(error_of(done.error(), fmt::format("migrate to version {}", next)));
    }
    if (*done && progress) progress(next, migration.name);
  }
  return {};
}

}  // namespace ordo::postgres
