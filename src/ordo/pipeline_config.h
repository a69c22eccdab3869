// Pipelines as configured.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace ordo::program {

struct PipelineSettings {
  std::string definition;  // the text, found to be in order
  std::string schedule;    // empty: it starts only when it is asked to
  std::string timezone = "UTC";
  base::Millis jitter{0};
  bool make_up_for_missed = false;  // missed = "once"
  std::string input = "{}";
};

// The market that orders are for: one that decides by a seed.
struct AuctionSettings {
  double not_ready_rate = 0.5;
  double reject_rate = 0.2;
  std::uint64_t seed = 1;
};

}  // namespace ordo::program
