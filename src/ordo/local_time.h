// What clocks show elsewhere, for people.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"

namespace ordo::program {

// "2026-11-21T06:18:07+01:00"; nothing when this machine does not know the zone. What it gives
// belongs to one thread.
[[nodiscard]] std::function<std::optional<std::string>(const std::string& zone, base::WallTime at)>
local_time_of_zones();

}  // namespace ordo::program
