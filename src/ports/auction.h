// The market that says which orders it takes.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "domain/order.h"

namespace ordo::ports {

struct AuctionResult {
  domain::RecordId id;
  bool accepted = false;

  friend bool operator==(const AuctionResult&, const AuctionResult&) = default;
};

// Nothing: it is not ready. Otherwise what became of the orders that it was asked about, or of some
// of them: it has not decided about the rest. `unavailable`: it was not reached, or did not say;
// `invalid`: what it said makes no sense.
using AuctionAnswer = base::Result<std::optional<std::vector<AuctionResult>>>;

class Auction {
 public:
  virtual ~Auction() = default;

  // Any thread; returns at once. Answered exactly once, by any thread, be it from within the call,
  // and within a time limit. May be asked about an order again, and then says the same, once it has
  // decided.
  virtual void ask(std::vector<domain::Order> orders,
                   std::move_only_function<void(AuctionAnswer)> answer) = 0;
};

}  // namespace ordo::ports
