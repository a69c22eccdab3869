#include "base/uuid.h"

#include <cstddef>

namespace ordo::base {
namespace {

std::string uuid_text(std::uint64_t high, std::uint64_t random_low) {
  const std::uint64_t low = (random_low & 0x3fff'ffff'ffff'ffffU) | 0x8000'0000'0000'0000U;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (const std::uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
      out[at++] = kHex[(half >> shift) & 0xfU];
    }
  }
  return out;
}

}  // namespace

std::string uuid_v7(WallTime now, std::uint64_t random_high, std::uint64_t random_low) {
  const auto ms = static_cast<std::uint64_t>(now.ms());
  return uuid_text((ms << 16) | 0x7000U | (random_high & 0x0fffU), random_low);
}

std::string uuid_v4(std::uint64_t random_high, std::uint64_t random_low) {
  return uuid_text((random_high & 0xffff'ffff'ffff'0fffU) | 0x4000U, random_low);
}

}  // namespace ordo::base
