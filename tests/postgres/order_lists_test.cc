// How much of the orders one list looks at.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "contract/postgres_under_test.h"
#include "postgres/order_reader.h"
#include "support/order_writes.h"

namespace ordo::testing {
namespace {

using domain::OrderNumber;
using domain::OrderStatus;
using postgres::kMaxExaminedOrders;

class OrderLists : public ::testing::Test {
 protected:
  // With the numbers from one to another.
  void put(std::size_t from, std::size_t to, bool expired, OrderStatus status) {
    auto connection = postgres_connection(home_.url());
    const auto done = connection.execute(
        fmt::format("INSERT INTO orders SELECT i, 'r' || i, {}, to_timestamp(0), "
                    "to_timestamp({}), '', '4', 'abc' FROM generate_series({}, {}) i",
                    std::to_underlying(status), expired ? 0 : 3600, from, to));
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  ports::OrderPage list(ports::OrderFilter filter, std::optional<OrderNumber> before,
                        std::size_t limit = 10) {
    return home_.order_reads().list(filter, before, limit, now_).value();
  }
  void expect_found_behind_others(ports::OrderFilter filter) {
    const ports::OrderPage first = list(filter, std::nullopt);
    EXPECT_TRUE(first.items.empty());
    ASSERT_EQ(first.next_before, OrderNumber(2)) << "it has looked at so many and no more";
    const ports::OrderPage second = list(filter, first.next_before);
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.items.front().number, OrderNumber(1));
    EXPECT_EQ(second.next_before, std::nullopt);
  }

  const base::WallTime now_ = base::WallTime::from_ms(1000);
  PostgresUnderTest home_;
};

TEST_F(OrderLists, OneBehindManyThatHaveExpiredIsOnALaterPage) {
  put(1, 1, false, OrderStatus::pending);
  put(2, kMaxExaminedOrders + 1, true, OrderStatus::pending);
  expect_found_behind_others({});
  expect_found_behind_others({OrderStatus::pending});
  EXPECT_EQ(home_.order_reads().pending(OrderNumber(0), 10, now_).value().size(), 1U);
}

TEST_F(OrderLists, OneBehindManyOfAnotherStatusIsOnALaterPage) {
  put(1, 1, false, OrderStatus::accepted);
  put(2, kMaxExaminedOrders + 1, false, OrderStatus::rejected);
  expect_found_behind_others({OrderStatus::accepted});
}

TEST_F(OrderLists, ThoseThatWaitAreFoundWithoutLookingAtOthers) {
  put(1, 1, false, OrderStatus::pending);
  put(2, kMaxExaminedOrders + 1, false, OrderStatus::rejected);
  const ports::OrderPage page = list({OrderStatus::pending}, std::nullopt);
  EXPECT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.next_before, std::nullopt);
}

TEST_F(OrderLists, TheLastThatIsLookedAtMayBeOnThePage) {
  put(1, 1, false, OrderStatus::pending);
  put(2, 3, false, OrderStatus::accepted);
  put(4, kMaxExaminedOrders + 1, true, OrderStatus::pending);
  const ports::OrderPage two = list({}, std::nullopt, 2);
  EXPECT_EQ(two.items.size(), 2U);
  EXPECT_EQ(two.next_before, OrderNumber(2));
  const ports::OrderPage one = list({}, std::nullopt, 1);
  EXPECT_EQ(one.items.size(), 1U);
  EXPECT_EQ(one.next_before, OrderNumber(3));
}

}  // namespace
}  // namespace ordo::testing
