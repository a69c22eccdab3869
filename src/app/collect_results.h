// The function `collect_results`: asks the auction about pending orders, and settles them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "app/tasks.h"
#include "domain/order.h"
#include "ports/auction.h"
#include "ports/function_host.h"

namespace ordo::app {

using FunctionAnswer = std::function<void(ports::CallOutcome)>;

// What one call settles at most: that many orders, or that much JSON, which a state can hold with
// room to spare.
inline constexpr std::size_t kMaxCollectedOrders = 1'000;
inline constexpr std::size_t kMaxCollectedBytes = 128UL * 1024;
inline constexpr std::size_t kMaxCallNameBytes = 512;

// How far the calls have come among the pending orders: each goes on behind the one before, so that
// orders about which the auction never decides keep no other from being asked about. A round goes
// from the oldest to the newest that was there when it began, whatever comes meanwhile; then the
// next begins. In memory: after a start the oldest come first. Any thread.
class AuctionRound {
 public:
  struct Place {
    domain::OrderNumber after;
    domain::OrderNumber last;  // of the round; 0: it has not begun

    friend bool operator==(const Place&, const Place&) = default;
  };

  // Where a call begins. One that is made again while it is still under way begins at the same
  // place: all that one name settles must have room in one answer.
  Place enter(const std::string& call);
  // What is between the two is asked about. Does nothing when another call has gone on from there.
  void advance(const Place& from, const Place& to);
  // Nothing is settled any more by the call that has entered.
  void leave(const std::string& call);

 private:
  struct UnderWay {
    Place place;
    std::size_t times = 0;
  };
  std::mutex mutex_;
  Place next_;                                 // guarded by mutex_
  std::map<std::string, UnderWay> under_way_;  // likewise; as many as calls are open
};

// `payload` is an object, of which "call", a text, is looked at. The answer is
//   {"results": false}: the auction is not ready, it has decided about none of those in question
//   {"results": true, "orders": [{"record_id", "parameter_1", "parameter_2", "status"}, …],
//    "more": …}
// those of the pending orders whose turn it is in `round` that it has decided about, accepted or
// rejected by now and for good; `more`: there are others. Each pending order is asked about at
// least once in any two rounds, be the auction ready or not.
//
// A call may be made again after a crash, when its orders are settled and nobody has heard so. The
// orders keep the name of the call that settled them, in the transaction that does: a call whose
// name has settled orders before answers with these, asks nobody and settles nothing. So a pipeline
// that gives each of its calls a name of its own, and makes it again under the same one, loses no
// order and gets none twice; and of two pipelines each order goes to one. A call without a name is
// never made again, as far as anybody can tell.
//
// Faults, all of them to be tried again but the first: InvalidPayload, AuctionUnavailable,
// AuctionFault (what it said makes no sense), ServiceUnavailable. `backend`, `auction` and `round`
// outlive the answer. Any thread.
void collect_results(Backend& backend, ports::Auction& auction, AuctionRound& round,
                     const std::string& payload, FunctionAnswer answer);

}  // namespace ordo::app
