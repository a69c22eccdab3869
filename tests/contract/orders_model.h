// Random lives of orders: a store and the one in memory give the same answers to the same writes
// and the same pages to the same questions, across restarts.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "contract/any_writes.h"
#include "contract/store_under_test.h"
#include "support/memory_store.h"
#include "support/order_writes.h"

namespace ordo::testing {

inline std::string any_settler() {
  return *rc::gen::element<std::string>("", "one", "other");
}

// Numbers, too, which not every home gives as the model does; one may be given within the same
// transaction.
inline ports::Write any_numbered_order_write(base::WallTime now) {
  ports::Write write = any_order_write(now);
  if (auto* const settle = std::get_if<ports::SettleOrders>(&write)) {
    settle->by = any_settler();
    for (ports::SettleOrders::Settlement& one : settle->orders) {
      if (*rc::gen::inRange(0, 3) > 0) continue;
      one.number = domain::OrderNumber(*rc::gen::inRange<std::uint64_t>(1, 8));
    }
  }
  return write;
}

inline void expect_same_orders(ports::OrderReads& real, ports::OrderReads& model,
                               base::WallTime now) {
  RC_ASSERT(walk(real, now) == walk(model, now));
  ports::OrderFilter filter;
  filter.status = *rc::gen::element(domain::OrderStatus::pending, domain::OrderStatus::accepted,
                                    domain::OrderStatus::rejected);
  const auto limit = *rc::gen::inRange<std::size_t>(1, 4);
  RC_ASSERT(walk(real, now, filter, limit) == walk(model, now, filter, limit));
  const domain::RecordId id = any_record_id();
  RC_ASSERT(real.find(id, now).value() == model.find(id, now).value());
  const domain::OrderNumber after(*rc::gen::inRange<std::uint64_t>(0, 12));
  RC_ASSERT(real.pending(after, limit, now).value() == model.pending(after, limit, now).value());
  const std::string by = any_settler();
  RC_ASSERT(real.settled_by(by, now).value() == model.settled_by(by, now).value());
}

inline void expect_same_accepted(const ports::WriteAnswer& real, const ports::WriteAnswer& model) {
  RC_ASSERT(told_of_orders(real) == told_of_orders(model));
  const auto* const accepted = real ? std::get_if<ports::OrdersAccepted>(&*real) : nullptr;
  if (accepted != nullptr) RC_ASSERT(*accepted == std::get<ports::OrdersAccepted>(*model));
}

// One life, of any.
inline void live_as_the_orders_model(const StoreFactory& factory) {
  const std::unique_ptr<StoreUnderTest> real = factory.make();
  MemoryStore model;
  base::WallTime now = at_ms(0);
  const int turns = *rc::gen::inRange(1, 16);
  for (int turn = 0; turn < turns; ++turn) {
    now = now + base::Millis(*rc::gen::inRange(0, 4));
    const int what = *rc::gen::inRange(0, 8);
    if (what == 0) {
      real->reopen();
    } else if (what == 1) {
      const ports::Expiry expiry{at_ms(-1), at_ms(-1), now};
      const ports::ExpiryBite bite{*rc::gen::inRange<std::size_t>(1, 5),
                                   *rc::gen::inRange<std::size_t>(1, 30)};
      RC_ASSERT(real->store().expire(expiry, bite).value() == model.expire(expiry, bite).value());
    } else {
      std::vector<ports::Write> writes;
      const int count = *rc::gen::inRange(0, 4);
      for (int i = 0; i < count; ++i) {
        // Those of one transaction may have been made at several times.
        now = now + base::Millis(*rc::gen::inRange(0, 3));
        writes.push_back(any_numbered_order_write(now));
      }
      const auto answers = real->store().apply(writes).value();
      const auto expected = model.apply(writes).value();
      RC_ASSERT(answers.size() == expected.size());
      for (std::size_t i = 0; i < answers.size(); ++i) {
        expect_same_accepted(answers[i], expected[i]);
      }
    }
    expect_same_orders(real->order_reads(), model, now);
  }
}

class OrdersModel : public ::testing::TestWithParam<StoreFactory> {};

TEST_P(OrdersModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] { live_as_the_orders_model(GetParam()); }));
}

}  // namespace ordo::testing
