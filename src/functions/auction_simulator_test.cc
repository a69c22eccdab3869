#include "functions/auction_simulator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ordo::functions {
namespace {

std::vector<domain::Order> some_orders(int count) {
  std::vector<domain::Order> orders;
  for (int i = 0; i < count; ++i) {
    domain::Order order;
    order.record.id = domain::RecordId(fmt::format("order-{}", i));
    orders.push_back(std::move(order));
  }
  return orders;
}

std::optional<std::vector<ports::AuctionResult>> ask(ports::Auction& auction, int count) {
  std::optional<ports::AuctionAnswer> answer;
  auction.ask(some_orders(count), [&](ports::AuctionAnswer said) { answer = std::move(said); });
  return answer.value().value();
}

TEST(SimulatedAuction, AcceptsEverythingAtOnceByDefault) {
  const auto auction = make_simulated_auction({});
  const auto results = ask(*auction, 3);
  ASSERT_TRUE(results.has_value());
  for (const ports::AuctionResult& result : *results) EXPECT_TRUE(result.accepted);
  EXPECT_EQ(results->at(2).id, domain::RecordId("order-2"));
}

TEST(SimulatedAuction, RejectsItsShareAndAlwaysTheSame) {
  const SimulatedAuction spec{.reject_rate = 0.25, .seed = 7};
  const auto auction = make_simulated_auction(spec);
  const auto results = ask(*auction, 4000);
  const auto rejected = std::ranges::count(*results, false, &ports::AuctionResult::accepted);
  EXPECT_NEAR(static_cast<double>(rejected), 1000.0, 150.0);
  EXPECT_EQ(ask(*auction, 4000), results);
  EXPECT_EQ(ask(*make_simulated_auction(spec), 4000), results) << "also after a restart";
  EXPECT_NE(ask(*make_simulated_auction({.reject_rate = 0.25, .seed = 8}), 4000), results);
}

TEST(SimulatedAuction, IsNotReadyForItsShareOfQuestions) {
  const auto auction = make_simulated_auction({.not_ready_rate = 0.5, .seed = 3});
  int ready = 0;
  for (int i = 0; i < 1000; ++i) ready += ask(*auction, 1) ? 1 : 0;
  EXPECT_NEAR(ready, 500, 100);
  const auto never = make_simulated_auction({.not_ready_rate = 1.0});
  EXPECT_FALSE(ask(*never, 1));
}

}  // namespace
}  // namespace ordo::functions
