// Lanes in groups of a fixed number: several nodes divide the groups among themselves.
#pragma once

#include <cstdint>

#include "domain/ids.h"

namespace ordo::domain {

// The number and the rule are stored with tasks: never change them.
inline constexpr std::uint16_t kLaneShards = 256;

// The same on every machine; spreads similar names.
[[nodiscard]] std::uint16_t shard_of(const QueueName& queue, const LaneKey& lane) noexcept;

}  // namespace ordo::domain
