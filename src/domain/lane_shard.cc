#include "domain/lane_shard.h"

#include <string_view>

namespace ordo::domain {
namespace {

// FNV-1a, whose low bits alone would tell too little of the last letters.
constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

constexpr std::uint64_t hashed(std::uint64_t hash, std::string_view text) noexcept {
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * kFnvPrime;
  }
  return hash;
}

constexpr std::uint64_t stirred(std::uint64_t hash) noexcept {
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33U;
  return hash;
}

}  // namespace

std::uint16_t shard_of(const QueueName& queue, const LaneKey& lane) noexcept {
  using namespace std::string_view_literals;
  // No name has a zero in it: "a", "bc" is not "ab", "c".
  const std::uint64_t hash =
      hashed(hashed(hashed(kFnvOffset, queue.value()), "\0"sv), lane.value());
  return static_cast<std::uint16_t>(stirred(hash) % kLaneShards);
}

}  // namespace ordo::domain
