#include "app/orders.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/order_writes.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using testing::order;

class OrdersTest : public ::testing::Test {
 protected:
  // Calls `verb` with an answer that is waited for; the committer takes its turn in between.
  template <class T, class Verb>
  base::Result<T> wait_for(Verb verb) {
    std::promise<base::Result<T>> promised;
    verb([&promised](base::Result<T> result) { promised.set_value(std::move(result)); });
    committer.turn();
    return promised.get_future().get();
  }
  base::Result<ports::OrdersAccepted> collect(std::vector<domain::OrderRecord> records) {
    return wait_for<ports::OrdersAccepted>(
        [&](auto answer) { collect_orders(backend, std::move(records), std::move(answer)); });
  }
  base::Result<domain::Order> find(std::string id) {
    return wait_for<domain::Order>([&](auto answer) {
      find_order(backend, domain::RecordId(std::move(id)), std::move(answer));
    });
  }
  std::size_t listed(ports::OrderFilter filter = {}) {
    return wait_for<ports::OrderPage>([&](auto answer) {
             list_orders(backend, filter, std::nullopt, 10, std::move(answer));
           })
        ->items.size();
  }

  testing::FakeClock clock;
  testing::SeededRandom random;
  testing::MemoryStore store;
  domain::Queues queues;
  Committer committer{store, clock, {}, [](const base::Error&) {}};
  Readers readers{store.reads(), 1};
  Backend backend{.committer = committer,
                  .readers = readers,
                  .clock = clock,
                  .random = random,
                  .queues = queues,
                  .keep_orders = std::chrono::minutes(5)};
};

TEST_F(OrdersTest, ACollectedOrderIsPendingUntilItIsGone) {
  const auto accepted = collect({order("a"), order("b")});
  ASSERT_TRUE(accepted.has_value());
  EXPECT_EQ(accepted->accepted, 2U);
  EXPECT_EQ(accepted->expires_at, clock.wall() + std::chrono::minutes(5));
  const auto found = find("a");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->status, domain::OrderStatus::pending);
  EXPECT_EQ(found->accepted_at, clock.wall());
  EXPECT_EQ(listed(), 2U);
  EXPECT_EQ(listed({domain::OrderStatus::accepted}), 0U);
  clock.advance(std::chrono::minutes(5) - base::Millis(1));
  EXPECT_EQ(listed(), 2U);
  clock.advance(base::Millis(1));
  EXPECT_EQ(find("a").error().code, ErrorCode::not_found);
  EXPECT_EQ(listed(), 0U);
}

TEST_F(OrdersTest, AConflictNamesItsRecordsAndAcceptsNone) {
  ASSERT_TRUE(collect({order("a", "4")}).has_value());
  const auto refused = collect({order("b"), order("a", "5")});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields.front().pointer, "/1/record_id");
  EXPECT_EQ(listed(), 1U);
}

TEST_F(OrdersTest, OnlyNewOrdersAreCounted) {
  ASSERT_TRUE(collect({order("a"), order("b")}).has_value());
  ASSERT_TRUE(collect({order("a"), order("c")}).has_value());
  EXPECT_EQ(committer.stats().orders_accepted, 3U);
}

TEST_F(OrdersTest, RetentionDeletesWhatHasExpired) {
  ASSERT_TRUE(collect({order("a"), order("b")}).has_value());
  clock.advance(std::chrono::minutes(5));
  committer.turn();
  EXPECT_EQ(committer.stats().expired, 2U);
}

TEST_F(OrdersTest, AFullDiskIsSaidAndAcceptsNothing) {
  store.fail_next({ErrorCode::unavailable, "disk full", {}});
  EXPECT_EQ(collect({order("a")}).error().code, ErrorCode::unavailable);
  EXPECT_EQ(listed(), 0U);
}

TEST_F(OrdersTest, WhatWaitsForTheDiskIsBoundedByItsBytes) {
  CommitterOptions options;
  options.max_waiting_bytes = 100'000;
  Committer small{store, clock, options, [](const base::Error&) {}};
  Backend bounded{
      .committer = small, .readers = readers, .clock = clock, .random = random, .queues = queues};
  const std::string large(60'000, 'x');
  int answered = 0;
  std::vector<ErrorCode> refused;
  for (const char* id : {"a", "b"}) {
    collect_orders(bounded, {order(id, "1", large)},
                   [&](const base::Result<ports::OrdersAccepted>& accepted) {
                     ++answered;
                     if (!accepted) refused.push_back(accepted.error().code);
                   });
  }
  EXPECT_EQ(refused, std::vector{ErrorCode::busy});
  small.turn();
  EXPECT_EQ(answered, 2);
}

}  // namespace
}  // namespace ordo::app
