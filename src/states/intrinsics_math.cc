// The intrinsic functions for numbers.
#include <cstdint>
#include <limits>

#include "states/intrinsics.h"

namespace ordo::states {
namespace {

// One step of SplitMix64: neighbouring seeds give numbers that have nothing in common.
std::uint64_t mixed(std::uint64_t seed) {
  seed += 0x9e37'79b9'7f4a'7c15U;
  seed = (seed ^ (seed >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
  seed = (seed ^ (seed >> 27U)) * 0x94d0'49bb'1331'11ebU;
  return seed ^ (seed >> 31U);
}

}  // namespace

Computed math_add(Arguments arguments, const Entropy& /*entropy*/) {
  const auto a = whole(*arguments[0], "the first number");
  if (!a) return cannot(a.error());
  const auto b = whole(*arguments[1], "the second number");
  if (!b) return cannot(b.error());
  const std::int64_t sum = *a + *b;
  if (sum < std::numeric_limits<std::int32_t>::min() ||
      sum > std::numeric_limits<std::int32_t>::max()) {
    return cannot("the sum is no integer of 32 bits");
  }
  return Json(sum);
}

Computed math_random(Arguments arguments, const Entropy& entropy) {
  const auto from = whole(*arguments[0], "the first number");
  if (!from) return cannot(from.error());
  const auto to = whole(*arguments[1], "the second number");
  if (!to) return cannot(to.error());
  if (*from >= *to) return cannot("the first number must be below the second");
  std::uint64_t bits = 0;
  if (arguments.size() > 2) {
    const auto seed = whole(*arguments[2], "the seed");
    if (!seed) return cannot(seed.error());
    bits = mixed(static_cast<std::uint64_t>(*seed));
  } else {
    bits = entropy();
  }
  const auto width = static_cast<std::uint64_t>(*to - *from);
  return Json(*from + static_cast<std::int64_t>(bits % width));
}

}  // namespace ordo::states
