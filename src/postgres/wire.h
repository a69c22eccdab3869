// Numbers and times as they stand in PostgreSQL's binary format.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace ordo::postgres {

static_assert(std::endian::native == std::endian::little, "the wire is big-endian");

[[nodiscard]] inline std::uint16_t swapped(std::uint16_t value) noexcept {
  return __builtin_bswap16(value);
}
[[nodiscard]] inline std::uint32_t swapped(std::uint32_t value) noexcept {
  return __builtin_bswap32(value);
}
[[nodiscard]] inline std::uint64_t swapped(std::uint64_t value) noexcept {
  return __builtin_bswap64(value);
}

template <class Unsigned>
void append_number(std::string& out, Unsigned value) {
  value = swapped(value);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class Unsigned>
[[nodiscard]] Unsigned number_in(std::string_view bytes) noexcept {
  Unsigned value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return swapped(value);
}

// Microseconds since 2000-01-01, as timestamptz has it; ours are milliseconds since 1970.
inline constexpr std::int64_t kEpochMs = 946'684'800'000;
[[nodiscard]] constexpr std::int64_t micros_of(base::WallTime time) noexcept {
  return (time.ms() - kEpochMs) * 1000;
}
[[nodiscard]] constexpr base::WallTime time_of(std::int64_t micros) noexcept {
  // Rounded down: what others have written may be finer than ours.
  const std::int64_t ms = micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
  return base::WallTime::from_ms(ms + kEpochMs);
}

}  // namespace ordo::postgres
