// What every home of orders must do. Holds tests: one file of a program includes it, behind
// task_store_contract.h.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/task_store_contract.h"
#include "support/order_writes.h"

namespace ordo::testing {

class OrdersContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  using Told = std::vector<std::string>;

  Told apply(const std::vector<ports::Write>& writes) {
    const auto answers = home->store().apply(writes);
    if (!answers) return {"failed: " + answers.error().message};
    Told all;
    for (const ports::WriteAnswer& answer : *answers) all.push_back(told_of_orders(answer));
    return all;
  }
  ports::OrdersAccepted accept(const ports::AddOrders& add) {
    const auto answers = home->store().apply(std::vector<ports::Write>{add});
    return std::get<ports::OrdersAccepted>(answers->front().value());
  }
  std::optional<domain::Order> find(const std::string& id, base::WallTime now = at_ms(0)) {
    return home->order_reads().find(domain::RecordId(id), now).value();
  }
  Told ids(const std::vector<domain::Order>& orders) {
    Told all;
    for (const domain::Order& one : orders) all.push_back(one.record.id.value());
    return all;
  }
  Told listed(base::WallTime now = at_ms(0), const ports::OrderFilter& filter = {},
              std::size_t limit = 100) {
    return ids(walk(home->order_reads(), now, filter, limit));
  }
  Told pending(base::WallTime now = at_ms(0), std::uint64_t after = 0, std::size_t limit = 100) {
    return ids(home->order_reads().pending(domain::OrderNumber(after), limit, now).value());
  }

  std::unique_ptr<StoreUnderTest> home = GetParam().make();
};

TEST_P(OrdersContract, AnAcceptedOrderIsReadBackAsItWasSent) {
  const domain::OrderRecord sent =
      order("r:1", "-4.50e-3", "Grüße,\t世界\n" + std::string(9000, 'p'));
  const ports::OrdersAccepted accepted = accept(orders({sent, order("r:2", "1e300", "")}));
  EXPECT_EQ(accepted, (ports::OrdersAccepted{2, 2, at_ms(0) + kKept}));
  const domain::Order expected{domain::OrderNumber(1), sent, domain::OrderStatus::pending, at_ms(0),
                               at_ms(0) + kKept};
  EXPECT_EQ(find("r:1"), expected);
  home->reopen();
  EXPECT_EQ(find("r:1"), expected);
  EXPECT_EQ(find("R:1"), std::nullopt);
  EXPECT_EQ(find("r:2")->record.parameter_2, "1e300");
}

TEST_P(OrdersContract, NothingSentIsNothingAccepted) {
  EXPECT_EQ(apply({orders({})}), Told{"accepted 0, 0 new"});
  EXPECT_EQ(listed(), Told{});
}

TEST_P(OrdersContract, TheSameRecordWithTheSameValuesChangesNothing) {
  accept(orders({order("a", "4"), order("b")}));
  const domain::Order before = find("a").value();
  const ports::OrdersAccepted again =
      accept(orders({order("a", "4.0"), order("c"), order("c")}, at_ms(10)));
  EXPECT_EQ(again, (ports::OrdersAccepted{3, 1, at_ms(0) + kKept})) << "the first to go is old";
  EXPECT_EQ(find("a"), before) << "its spelling, too";
  home->reopen();
  EXPECT_EQ(apply({orders({order("c"), order("a")}, at_ms(20))}), Told{"accepted 2, 0 new"});
  EXPECT_EQ(listed(), (Told{"c", "b", "a"}));
}

TEST_P(OrdersContract, ARecordWithOtherValuesConflictsAndNothingIsAccepted) {
  accept(orders({order("a"), order("b")}));
  EXPECT_EQ(apply({orders({order("new"), order("a", "5"), order("b"), order("b", "4", "other"),
                           order("new", "9")})}),
            Told{"conflict /1/record_id /3/record_id /4/record_id"});
  EXPECT_EQ(listed(), (Told{"b", "a"}));
  EXPECT_EQ(find("a")->record.parameter_2, "4");
  EXPECT_EQ(apply({orders({order("new")})}), Told{"accepted 1, 1 new"});
}

TEST_P(OrdersContract, AConflictDoesNotTouchTheOtherWritesOfItsTransaction) {
  EXPECT_EQ(apply({orders({order("a")}), orders({order("x"), order("a", "5")}), add("task"),
                   orders({order("b")})}),
            (Told{"accepted 1, 1 new", "conflict /1/record_id", "added 1", "accepted 1, 1 new"}));
  EXPECT_EQ(listed(), (Told{"b", "a"}));
  EXPECT_TRUE(home->task_reads().find(domain::TaskId("task")).value().has_value());
}

TEST_P(OrdersContract, AnOrderIsGoneExactlyWhenItExpires) {
  accept(orders({order("a")}));
  const base::WallTime last = at_ms(0) + kKept - base::Millis(1);
  const base::WallTime gone = at_ms(0) + kKept;
  EXPECT_TRUE(find("a", last).has_value());
  EXPECT_EQ(listed(last), Told{"a"});
  EXPECT_EQ(pending(last), Told{"a"});
  EXPECT_EQ(find("a", gone), std::nullopt);
  EXPECT_EQ(listed(gone), Told{});
  EXPECT_EQ(listed(gone, {domain::OrderStatus::pending}), Told{});
  EXPECT_EQ(pending(gone), Told{});
  EXPECT_EQ(apply({settle({accepted("a")}, gone)}), Told{"settled 0"});
}

TEST_P(OrdersContract, AnExpiredRecordIsAsIfItWereNotThere) {
  accept(orders({order("a", "4"), order("b")}));
  apply({settle({rejected("a")})});
  const base::WallTime gone = at_ms(0) + kKept;
  EXPECT_EQ(apply({orders({order("a", "5")}, gone)}), Told{"accepted 1, 1 new"});
  const domain::Order now = find("a", gone).value();
  EXPECT_EQ(now.record.parameter_2, "5");
  EXPECT_EQ(now.status, domain::OrderStatus::pending);
  EXPECT_EQ(now.number, domain::OrderNumber(3));
  EXPECT_EQ(now.expires_at, gone + kKept);
  EXPECT_EQ(listed(gone), Told{"a"});
}

TEST_P(OrdersContract, WhatIsSaidOfOneOrderSettlesNoLaterOneOfItsName) {
  accept(orders({order("a")}));
  ports::SettleOrders::Settlement of_the_first = accepted("a");
  of_the_first.number = find("a")->number;
  const base::WallTime gone = at_ms(0) + kKept;
  accept(orders({order("a", "5")}, gone));
  EXPECT_EQ(apply({settle({of_the_first}, gone)}), Told{"settled 0"});
  EXPECT_EQ(find("a", gone)->status, domain::OrderStatus::pending);
  of_the_first.number = find("a", gone)->number;
  EXPECT_EQ(apply({settle({of_the_first}, gone)}), Told{"settled 1"});
}

TEST_P(OrdersContract, AnOrderIsSettledOnce) {
  accept(orders({order("a"), order("b"), order("c")}));
  EXPECT_EQ(apply({settle({accepted("a"), rejected("b"), accepted("nobody"), rejected("a")}),
                   settle({accepted("b")})}),
            (Told{"settled 2", "settled 0"}));
  home->reopen();
  EXPECT_EQ(find("a")->status, domain::OrderStatus::accepted);
  EXPECT_EQ(find("b")->status, domain::OrderStatus::rejected);
  EXPECT_EQ(find("c")->status, domain::OrderStatus::pending);
  EXPECT_EQ(apply({settle({{domain::RecordId("a"), domain::OrderStatus::pending},
                           {domain::RecordId("c"), domain::OrderStatus::pending}})}),
            Told{"settled 0"});
  EXPECT_EQ(find("a")->status, domain::OrderStatus::accepted);
  EXPECT_EQ(apply({orders({order("a")}, at_ms(10))}), Told{"accepted 1, 0 new"})
      << "the same record again does not open it";
  EXPECT_EQ(find("a")->status, domain::OrderStatus::accepted);
}

TEST_P(OrdersContract, AWriteSeesThoseBeforeItInItsTransaction) {
  const auto numbered = [](ports::SettleOrders::Settlement one, std::uint64_t number) {
    one.number = domain::OrderNumber(number);
    return one;
  };
  ports::SettleOrders first = settle({accepted("a"), numbered(rejected("b"), 1)});
  first.by = "first";
  ports::SettleOrders second =
      settle({accepted("b"), numbered(rejected("b"), 2), numbered(rejected("c"), 3)});
  second.by = "second";
  EXPECT_EQ(apply({orders({order("a"), order("b")}), first, orders({order("b", "5"), order("x")}),
                   orders({order("c"), order("a", "4.0")}), second}),
            (Told{"accepted 2, 2 new", "settled 1", "conflict /0/record_id", "accepted 2, 1 new",
                  "settled 2"}));
  home->reopen();
  EXPECT_EQ(listed(), (Told{"c", "b", "a"}));
  EXPECT_EQ(listed(at_ms(0), {domain::OrderStatus::accepted}), (Told{"b", "a"}));
  EXPECT_EQ(listed(at_ms(0), {domain::OrderStatus::rejected}), Told{"c"});
  EXPECT_EQ(ids(home->order_reads().settled_by("first", at_ms(0)).value()), Told{"a"});
  EXPECT_EQ(ids(home->order_reads().settled_by("second", at_ms(0)).value()), (Told{"b", "c"}));
}

TEST_P(OrdersContract, OneThatExpiresWithinATransactionGivesWayInIt) {
  const base::WallTime gone = at_ms(0) + kKept;
  ports::SettleOrders settled = settle({accepted("a")});
  settled.by = "first";
  EXPECT_EQ(apply({orders({order("a"), order("b")}), settled, orders({order("a", "5")}, gone)}),
            (Told{"accepted 2, 2 new", "settled 1", "accepted 1, 1 new"}));
  const domain::Order now = find("a", gone).value();
  EXPECT_EQ(now.record.parameter_2, "5");
  EXPECT_EQ(now.status, domain::OrderStatus::pending);
  EXPECT_EQ(ids(home->order_reads().settled_by("first", gone).value()), Told{});
  EXPECT_EQ(listed(gone), Told{"a"});
}

// Pipelines hand in whatever text they have.
TEST_P(OrdersContract, ATextThatIsNoNameIsThatOfNoOrder) {
  const std::string odd("a\0b", 3);
  accept(orders({order("a")}));
  EXPECT_EQ(find(odd), std::nullopt);
  ports::SettleOrders settled = settle({accepted(odd), accepted("a")});
  settled.by = odd;
  EXPECT_EQ(apply({settled}), Told{"settled 1"});
  EXPECT_EQ(ids(home->order_reads().settled_by(odd, at_ms(0)).value()), Told{"a"});
  EXPECT_EQ(ids(home->order_reads().settled_by("a", at_ms(0)).value()), Told{});
}

TEST_P(OrdersContract, WhoSettledAnOrderIsKeptWithIt) {
  accept(orders({order("a"), order("b"), order("c"), order("d")}));
  ports::SettleOrders first = settle({accepted("c"), rejected("a")});
  first.by = "first";
  ports::SettleOrders second = settle({accepted("a"), accepted("b")});
  second.by = "second";
  EXPECT_EQ(apply({first, second, settle({accepted("d")})}),
            (Told{"settled 2", "settled 1", "settled 1"}));
  home->reopen();
  const auto by = [&](const std::string& name, base::WallTime now = at_ms(0)) {
    return ids(home->order_reads().settled_by(name, now).value());
  };
  EXPECT_EQ(by("first"), (Told{"a", "c"}));
  EXPECT_EQ(by("second"), Told{"b"});
  EXPECT_EQ(by("third"), Told{});
  EXPECT_EQ(by(""), Told{}) << "who has no name is not found";
  EXPECT_EQ(by("first", at_ms(0) + kKept), Told{}) << "expired";
  EXPECT_EQ(home->order_reads().settled_by("first", at_ms(0)).value().front().status,
            domain::OrderStatus::rejected);
}

TEST_P(OrdersContract, OneThatIsSettledAgainInALaterLifeIsFoundOnce) {
  accept(orders({order("a")}));
  ports::SettleOrders settled = settle({accepted("a")});
  settled.by = "first";
  EXPECT_EQ(apply({settled}), Told{"settled 1"});
  const base::WallTime later = at_ms(0) + kKept;
  accept(orders({order("a")}, later));
  settled.now = later;
  EXPECT_EQ(apply({settled}), Told{"settled 1"});
  EXPECT_EQ(ids(home->order_reads().settled_by("first", later).value()), Told{"a"});
}

TEST_P(OrdersContract, ListsGoNewestFirstAndPendingOnesOldestFirst) {
  accept(orders({order("a"), order("b"), order("c"), order("d"), order("e")}));
  apply({settle({accepted("b"), rejected("c"), accepted("e")})});
  EXPECT_EQ(listed(), (Told{"e", "d", "c", "b", "a"}));
  for (const std::size_t limit : {1U, 2U, 3U}) {
    EXPECT_EQ(listed(at_ms(0), {}, limit), (Told{"e", "d", "c", "b", "a"}));
    EXPECT_EQ(listed(at_ms(0), {domain::OrderStatus::accepted}, limit), (Told{"e", "b"}));
    EXPECT_EQ(listed(at_ms(0), {domain::OrderStatus::rejected}, limit), Told{"c"});
    EXPECT_EQ(listed(at_ms(0), {domain::OrderStatus::pending}, limit), (Told{"d", "a"}));
  }
  EXPECT_EQ(pending(), (Told{"a", "d"}));
  EXPECT_EQ(pending(at_ms(0), 0, 1), Told{"a"});
  EXPECT_EQ(pending(at_ms(0), 1), Told{"d"});
  EXPECT_EQ(pending(at_ms(0), 4), Told{});
}

TEST_P(OrdersContract, AWalkIsStableWhileOrdersArrive) {
  accept(orders({order("a"), order("b"), order("c")}));
  const ports::OrderPage first = home->order_reads().list({}, std::nullopt, 2, at_ms(0)).value();
  EXPECT_EQ(ids(first.items), (Told{"c", "b"}));
  ASSERT_TRUE(first.next_before.has_value());
  accept(orders({order("d")}));
  const ports::OrderPage rest =
      home->order_reads().list({}, first.next_before, 2, at_ms(0)).value();
  EXPECT_EQ(ids(rest.items), Told{"a"});
  EXPECT_EQ(rest.next_before, std::nullopt);
}

TEST_P(OrdersContract, APageOfLargeOrdersIsShort) {
  const std::string large(40'000, 'x');
  std::vector<domain::OrderRecord> records;
  for (int i = 0; i < 60; ++i) records.push_back(order("r" + std::to_string(i), "1", large));
  accept(orders(records));
  const auto page = home->order_reads().list({}, std::nullopt, 100, at_ms(0)).value();
  EXPECT_EQ(page.items.size(), 27U) << "the first that hold kFullPageBytes";
  EXPECT_TRUE(page.next_before.has_value());
  EXPECT_EQ(listed().size(), 60U);
  const auto waiting = home->order_reads().pending(domain::OrderNumber(0), 100, at_ms(0)).value();
  EXPECT_EQ(waiting.size(), 27U);
}

}  // namespace ordo::testing
