#include "postgres/timeline.h"

#include <fmt/format.h>

namespace ordo::postgres {
namespace {

// The name of a file of the write-ahead log begins with it.
const Statement kTimeline{
    "timeline",
    fmt::format("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8), {}", kWaitsForStandby)};

}  // namespace

Answer<Timeline> timeline_of(Connection& connection) {
  const Answer<Rows> rows = connection.run(kTimeline);
  if (rows) return Timeline{rows->string(0, 0), rows->boolean(0, 1)};
  // Services that keep the log elsewhere have no such files.
  if (!connection.is_lost()) return Timeline{};
  return std::unexpected(rows.error());
}

bool may_lack_commits(const Timeline& before, const Timeline& now) {
  return before.number && now.number && *before.number != *now.number && !before.waits;
}

}  // namespace ordo::postgres
