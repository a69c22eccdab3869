// Many orders from a stream, in their order.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/time.h"
#include "cli/environment.h"
#include "cli/remote.h"

namespace ordo::cli {

struct OrderStreamOptions {
  std::uint64_t total_bytes = 0;   // of the input; 0: not known
  base::Millis retry_for{30'000};  // how long to go on when the server is busy or away
};

struct OrderStreamOutcome {
  std::uint64_t accepted = 0;  // those that had been accepted before, too
  std::string expires_at;      // when the first of them is gone; empty: none was accepted
  std::string stopped;         // why not all of the input was sent; empty: it was
};

// Sends the elements of a JSON array, or JSON objects one a line, in lists that the server takes
// whole or not at all. Stops at the first list that is refused, and tells on standard error what is
// wrong with which order: what was accepted before changes nothing when it is sent again.
OrderStreamOutcome submit_orders(std::FILE* input, Remote& remote, const Environment& environment,
                                 const OrderStreamOptions& options);

}  // namespace ordo::cli
