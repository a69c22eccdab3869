// An auction that decides by a seed.
#pragma once

#include <cstdint>
#include <memory>

#include "ports/auction.h"

namespace ordo::functions {

struct SimulatedAuction {
  double not_ready_rate = 0.0;  // 0 … 1, of its answers
  double reject_rate = 0.0;     // 0 … 1, of orders
  std::uint64_t seed = 1;
};

// Says the same of an order for the same seed, whenever it is asked. Whether it is ready goes by
// the seed and how often it was asked. Answers from within the call.
[[nodiscard]] std::unique_ptr<ports::Auction> make_simulated_auction(const SimulatedAuction& spec);

}  // namespace ordo::functions
