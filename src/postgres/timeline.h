// Whether it is still the same database: a replica that takes over begins another timeline.
#pragma once

#include <optional>
#include <string>

#include "postgres/connection.h"

namespace ordo::postgres {

struct Timeline {
  std::optional<std::string> number;  // nothing: the server does not tell
  bool waits = false;                 // a commit is answered when a standby has it
};

Answer<Timeline> timeline_of(Connection& connection);

// Now there is another one, which does not have to have what the one before it had.
[[nodiscard]] bool may_lack_commits(const Timeline& before, const Timeline& now);

// An expression of SQL: Timeline::waits.
inline constexpr const char* kWaitsForStandby =
    "(current_setting('synchronous_standby_names') <> '' "
    "AND current_setting('synchronous_commit') NOT IN ('off', 'local'))";

}  // namespace ordo::postgres
