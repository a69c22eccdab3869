#include "functions/auction_simulator.h"

#include <atomic>
#include <utility>

#include "functions/builtin_host.h"

namespace ordo::functions {
namespace {

class SimulatedAuctionHouse : public ports::Auction {
 public:
  explicit SimulatedAuctionHouse(const SimulatedAuction& spec) : spec_(spec) {
    chances_.seed = spec.seed;
  }

  void ask(std::vector<domain::Order> orders,
           std::move_only_function<void(ports::AuctionAnswer)> answer) override {
    // No record's id has a space.
    if (simulate(chances_, "is it ready", ++asked_).chance < spec_.not_ready_rate) {
      return answer(std::nullopt);
    }
    std::vector<ports::AuctionResult> results;
    results.reserve(orders.size());
    for (domain::Order& order : orders) {
      const bool rejected =
          simulate(chances_, order.record.id.value(), 0).chance < spec_.reject_rate;
      results.push_back({std::move(order.record.id), !rejected});
    }
    answer(std::optional(std::move(results)));
  }

 private:
  const SimulatedAuction spec_;
  BuiltinSpec chances_;
  std::atomic<std::uint32_t> asked_ = 0;
};

}  // namespace

std::unique_ptr<ports::Auction> make_simulated_auction(const SimulatedAuction& spec) {
  return std::make_unique<SimulatedAuctionHouse>(spec);
}

}  // namespace ordo::functions
