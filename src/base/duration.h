// Lengths of time as people write them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace ordo::base {

// "2s", "1.5h", "250ms", "7d".
Result<Millis> parse_duration(std::string_view text);
// As it would be written, in the largest unit of which it is a whole number: "90s", "1d", "0s".
[[nodiscard]] std::string duration_text(Millis duration);

}  // namespace ordo::base
