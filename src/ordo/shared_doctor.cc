#include "ordo/shared_doctor.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "postgres/checkup.h"
#include "system/clock.h"

namespace ordo::program {
namespace {

using postgres::Checkup;
using postgres::ServerSettings;

Finding failed(std::string check, const base::Error& error) {
  return {std::move(check), false, error.message};
}

Finding check_commits(const ServerSettings& settings) {
  const std::string& mode = settings.synchronous_commit;
  std::string says = mode == "off" ? "off; ordo sets it on for its own connections" : mode;
  if (!settings.standbys.empty()) says += fmt::format(", standbys: {}", settings.standbys);
  return {"synchronous_commit", true, says};
}

Finding check_connections(const ServerSettings& settings, std::size_t reading) {
  const auto needed = static_cast<std::int64_t>(reading + postgres::kOtherConnections);
  // One more migrates when a server starts, or asks what this does.
  const bool enough = settings.connections > needed;
  return {"connections", enough,
          fmt::format("{} allowed, {} in use; a server takes {} and one more when it starts",
                      settings.connections, settings.connections_used, needed)};
}

// After a restore, or without a search_path, it may be the wrong one that is empty.
std::string told_elsewhere(Checkup& database) {
  const auto found = database.elsewhere();
  if (!found || found->empty()) return "";
  return "; other schemas that have one: " + *found;
}

Finding check_shared_schema(Checkup& database, const postgres::SchemaState& state, bool migrate) {
  std::string says = fmt::format("{} of {}", state.current, state.newest);
  if (state.pending.empty()) return {"schema", true, says};
  const auto may = database.may_migrate();
  if (!may) return failed("schema", may.error());
  says += !*may     ? "; this user may not migrate it: its owner has to"
          : migrate ? "; a start migrates it"
                    : "; to be migrated by `ordo migrate up`";
  if (state.current == 0) says += told_elsewhere(database);
  return {"schema", *may, says};
}

std::string counted(std::int64_t count, std::string_view what) {
  if (count >= postgres::kMostCounted) return fmt::format("{} {} or more", count, what);
  return fmt::format("{} {}", count, what);
}

Finding check_shared_contents(Checkup& database) {
  const auto found = database.contents();
  if (!found) return failed("contents", found.error());
  return {"contents", true,
          fmt::format("{} tasks, {}, {}, {}; {} MB; {} server{} alive", found->tasks,
                      counted(found->orders, "orders"), counted(found->executions, "executions"),
                      counted(found->objects, "objects"), found->bytes / (1024 * 1024),
                      found->nodes, found->nodes == 1 ? "" : "s")};
}

Finding check_shared_commit(Checkup& database) {
  constexpr int kCommits = 20;
  const auto time = database.commit_time(kCommits);
  if (!time) return failed("durable commit", time.error());
  return {"durable commit", true, fmt::format("{:.2f} ms each", time->count())};
}

}  // namespace

std::vector<Finding> check_shared_home(const Config& config) {
  const system::SystemClock clock;
  auto opened = Checkup::open({.url = config.postgres}, clock);
  if (!opened) return {failed("server", opened.error())};
  Checkup& database = *opened;
  const auto settings = database.settings();
  if (!settings) return {failed("server", settings.error())};
  std::vector<Finding> findings;
  const auto schema = database.schema();
  findings.push_back(
      {"server", true, fmt::format("{}, PostgreSQL {}", database.address(), settings->version)});
  findings.push_back(
      {"fsync", settings->fsync,
       settings->fsync ? "on" : "off: a crash of its machine may lose or spoil everything"});
  findings.push_back({"full_page_writes", settings->full_page_writes,
                      settings->full_page_writes
                          ? "on"
                          : "off: a crash of its machine may spoil pages, unless its file system "
                            "never tears them"});
  findings.push_back(check_commits(*settings));
  findings.push_back(check_connections(*settings, config.store_connections));
  // What is no database for us, or one of a newer program, has nothing that could be counted.
  if (!schema) {
    findings.push_back({"schema", false, schema.error().message + told_elsewhere(database)});
    return findings;
  }
  findings.push_back(check_shared_schema(database, *schema, config.migrate));
  if (schema->pending.empty()) findings.push_back(check_shared_contents(database));
  findings.push_back(check_shared_commit(database));
  return findings;
}

}  // namespace ordo::program
