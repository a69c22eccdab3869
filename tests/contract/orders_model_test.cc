// Random lives of orders: the embedded home and the store in memory give the same answers.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

#include "contract/any_writes.h"
#include "contract/sqlite_under_test.h"
#include "support/memory_store.h"
#include "support/order_writes.h"

namespace ordo::testing {
namespace {

void expect_same_orders(ports::OrderReads& real, ports::OrderReads& model, base::WallTime now) {
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
}

TEST(OrdersModel, RandomLivesAreTheSameInBothStores) {
  EXPECT_TRUE(rc::check([] {
    SqliteUnderTest real;
    MemoryStore model;
    base::WallTime now = at_ms(0);
    const int turns = *rc::gen::inRange(1, 16);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(*rc::gen::inRange(0, 4));
      const int what = *rc::gen::inRange(0, 8);
      if (what == 0) {
        real.reopen();
      } else if (what == 1) {
        const ports::Expiry expiry{at_ms(-1), at_ms(-1), now};
        const ports::ExpiryBite bite{*rc::gen::inRange<std::size_t>(1, 5),
                                     *rc::gen::inRange<std::size_t>(1, 30)};
        RC_ASSERT(real.store().expire(expiry, bite).value() == model.expire(expiry, bite).value());
      } else {
        std::vector<ports::Write> writes;
        const int count = *rc::gen::inRange(0, 4);
        for (int i = 0; i < count; ++i) writes.push_back(any_order_write(now));
        const auto answers = real.store().apply(writes).value();
        const auto expected = model.apply(writes).value();
        RC_ASSERT(answers.size() == expected.size());
        for (std::size_t i = 0; i < answers.size(); ++i) {
          RC_ASSERT(told_of_orders(answers[i]) == told_of_orders(expected[i]));
          const auto* const accepted =
              answers[i] ? std::get_if<ports::OrdersAccepted>(&*answers[i]) : nullptr;
          if (accepted != nullptr) {
            RC_ASSERT(*accepted == std::get<ports::OrdersAccepted>(*expected[i]));
          }
        }
      }
      expect_same_orders(real.order_reads(), model, now);
    }
  }));
}

}  // namespace
}  // namespace ordo::testing
