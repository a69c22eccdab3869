// Whether it is still the same database: a replica that takes over begins another timeline.
#pragma once

#include <optional>
#include <string>

#include "postgres/connection.h"

namespace ordo::postgres {

// Nothing: the server does not tell.
using Timeline = std::optional<std::string>;
Answer<Timeline> timeline_of(Connection& connection);

// Of each that was told: whether it is another one than before. One that is not told changes
// nothing.
[[nodiscard]] bool note_timeline(Timeline& known, Timeline now);

}  // namespace ordo::postgres
