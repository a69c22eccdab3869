// UUIDs (RFC 9562): version 7, 48 bits of milliseconds and 74 random bits, sorted by time; version
// 4, 122 random bits.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace ordo::base {

// Pure: the same time and bits give the same id. Lower-case, 36 characters.
[[nodiscard]] std::string uuid_v7(WallTime now, std::uint64_t random_high,
                                  std::uint64_t random_low);
[[nodiscard]] std::string uuid_v4(std::uint64_t random_high, std::uint64_t random_low);

}  // namespace ordo::base
