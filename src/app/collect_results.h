// The function `collect_results`: asks the auction about pending orders, and settles them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "app/tasks.h"
#include "ports/auction.h"
#include "ports/function_host.h"

namespace ordo::app {

using FunctionAnswer = std::function<void(ports::CallOutcome)>;

// What one call settles at most: that many orders, or that much JSON, which a state can hold with
// room to spare.
inline constexpr std::size_t kMaxCollectedOrders = 1'000;
inline constexpr std::size_t kMaxCollectedBytes = 128UL * 1024;
inline constexpr std::size_t kMaxCallNameBytes = 512;

// `payload` is an object, of which "call", a text, is looked at. The answer is
//   {"results": false}                  the auction is not ready: it has decided about no order
//   {"results": true, "orders": [{"record_id", "parameter_1", "parameter_2", "status"}, …],
//    "more": …}
// those of the oldest pending orders that it has decided about, accepted or rejected by now and for
// good; `more`: there are others.
//
// A call may be made again after a crash, when its orders are settled and nobody has heard so. The
// orders keep the name of the call that settled them, in the transaction that does: a call whose
// name has settled orders before answers with these, asks nobody and settles nothing. So a pipeline
// that gives each of its calls a name of its own, and makes it again under the same one, loses no
// order and gets none twice; and of two pipelines each order goes to one. A call without a name is
// never made again, as far as anybody can tell.
//
// Faults, all of them to be tried again but the first: InvalidPayload, AuctionUnavailable,
// AuctionFault (what it said makes no sense), ServiceUnavailable. `backend` and `auction` outlive
// the answer. Any thread.
void collect_results(Backend& backend, ports::Auction& auction, const std::string& payload,
                     FunctionAnswer answer);

}  // namespace ordo::app
