// RFC 3339 / ISO 8601 timestamps at millisecond precision.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace ordo::base {

// "2026-11-21T05:18:07.123Z". Years 0001 to 9999, which is what parse accepts.
[[nodiscard]] std::string format_time(WallTime time);
void append_time(std::string& out, WallTime time);

// A date, 'T', 't' or one space, a time with optional fraction (1–9 digits; what is finer than a
// millisecond is cut), and 'Z', 'z' or ±hh:mm (up to 23:59 per RFC 3339; offsets over +14:00 or
// below -12:00, which no place has, are refused). Leap seconds (":60") are refused: ordo keeps
// POSIX time and will not invent a neighbouring second. So are year 0000 and impossible dates.
Result<WallTime> parse_time(std::string_view text);

}  // namespace ordo::base
