// What every home that deletes orders by their age itself must do. Holds tests, as
// orders_contract.h does.
#pragma once

#include <cstddef>

#include "contract/orders_contract.h"

namespace ordo::testing {

class OrderExpiryContract : public OrdersContract {
 protected:
  std::size_t expire(base::WallTime now, ports::ExpiryBite bite = {100, 1024}) {
    return home->store().expire({at_ms(-1'000'000), at_ms(-1'000'000), now}, bite).value().rows;
  }
};

TEST_P(OrderExpiryContract, AnOrderIsDeletedOnceItHasExpired) {
  accept(orders({order("a")}));
  const base::WallTime gone = at_ms(0) + kKept;
  EXPECT_EQ(expire(gone - base::Millis(1)), 0U);
  EXPECT_EQ(listed(at_ms(0)), Told{"a"});
  EXPECT_EQ(expire(gone), 1U);
  EXPECT_EQ(listed(at_ms(0)), Told{}) << "it is deleted";
}

TEST_P(OrderExpiryContract, AConflictLeavesWhatHasExpiredToRetention) {
  accept(orders({order("old")}));
  accept(orders({order("young")}, at_ms(500)));
  const base::WallTime now = at_ms(0) + kKept;
  EXPECT_EQ(apply({orders({order("old", "5"), order("young", "5")}, now)}),
            Told{"conflict /1/record_id"});
  EXPECT_EQ(listed(now), Told{"young"});
  EXPECT_EQ(expire(now), 1U);
}

TEST_P(OrderExpiryContract, ANumberIsNeverUsedAgain) {
  accept(orders({order("a"), order("b")}));
  EXPECT_EQ(expire(at_ms(0) + kKept), 2U);
  home->reopen();
  accept(orders({order("a")}, at_ms(5000)));
  EXPECT_EQ(find("a", at_ms(5000))->number, domain::OrderNumber(3));
}

TEST_P(OrderExpiryContract, RetentionWorksInBitesTheOldestFirst) {
  for (int i = 0; i < 6; ++i) {
    accept(orders({order("r" + std::to_string(i), "1", "0123456789")}, at_ms(i)));
  }
  const base::WallTime gone = at_ms(4) + kKept;
  EXPECT_EQ(expire(gone, {2, 1000}), 2U);
  EXPECT_EQ(listed(), (Told{"r5", "r4", "r3", "r2"}));
  EXPECT_EQ(expire(gone, {100, 12}), 2U) << "two of 11 bytes fill it";
  EXPECT_EQ(expire(gone), 1U);
  EXPECT_EQ(listed(), Told{"r5"});
}

TEST_P(OrderExpiryContract, ABiteIsForAllKindsTogether) {
  apply({add("task"), cancel("task", at_ms(-10)), orders({order("a"), order("b")})});
  const ports::Expiry expiry{at_ms(0), at_ms(0), at_ms(0) + kKept};
  const auto first = home->store().expire(expiry, {2, 1000}).value();
  EXPECT_EQ(first.rows, 2U);
  EXPECT_TRUE(first.more);
  const auto second = home->store().expire(expiry, {2, 1000}).value();
  EXPECT_EQ(second.rows, 1U);
  EXPECT_FALSE(second.more);
}

}  // namespace ordo::testing
