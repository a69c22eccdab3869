// Timestamps as the language takes them: RFC 3339 with a capital T, and Z in capitals.
#pragma once

#include <optional>
#include <string_view>

#include "base/iso8601.h"
#include "base/time.h"

namespace ordo::states {

[[nodiscard]] inline std::optional<base::WallTime> parse_timestamp(std::string_view text) {
  constexpr std::size_t kT = 10;
  if (text.size() <= kT || text[kT] != 'T' || text.back() == 'z') return std::nullopt;
  const base::Result<base::WallTime> time = base::parse_time(text);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace ordo::states
