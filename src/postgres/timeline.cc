#include "postgres/timeline.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ordo::postgres {
namespace {

// The name of a file of the write-ahead log begins with it.
const Statement kTimeline{"timeline", "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"};

// Services that keep the log elsewhere have no such files, or no such function, or let nobody call
// it.
constexpr std::array<std::string_view, 3> kUntold{"0A000", "42883", "42501"};

}  // namespace

Answer<Timeline> timeline_of(Connection& connection) {
  Answer<Rows> rows = connection.run(kTimeline);
  if (rows) return rows->string(0, 0);
  if (std::ranges::find(kUntold, rows.error().sqlstate) != kUntold.end()) return std::nullopt;
  return std::unexpected(std::move(rows.error()));
}

bool note_timeline(Timeline& known, Timeline now) {
  if (!now) return false;
  const Timeline before = std::exchange(known, std::move(now));
  return before && before != known;
}

}  // namespace ordo::postgres
