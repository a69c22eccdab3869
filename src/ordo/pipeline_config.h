// Pipelines as configured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

// The market that orders are for: one behind a URL, or one that decides by a seed.
struct AuctionSettings {
  std::string url;  // empty: the built-in one
  std::vector<std::string> secrets;
  bool allow_private = false;
  base::Millis timeout{30'000};

  double not_ready_rate = 0.5;
  double reject_rate = 0.2;
  std::uint64_t seed = 1;
};

// What calls of HTTP servers by pipelines go through.
struct ConnectionSettings {
  std::string header = "Authorization";
  std::string value;  // a secret; empty: nothing is sent
  bool allow_private = false;
  base::Millis timeout{30'000};
  std::vector<std::string> hosts;  // empty: any
};

}  // namespace ordo::program
