// Two nodes on one database that write orders at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <cstddef>
#include <future>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "postgres/two_nodes.h"
#include "support/order_writes.h"

namespace ordo::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kDrawing[] = "SELECT hold_order()";
constexpr char kAllOrders[] = "SELECT FROM orders FOR UPDATE";

class OrderRaces : public TwoNodes {
 protected:
  std::string apply(std::size_t which, const ports::Write& write) {
    const auto answers = node(which).store().apply(std::vector<ports::Write>{write});
    return answers ? told_of_orders(answers->front()) : "failed: " + answers.error().message;
  }
  std::array<std::string, 2> race(const std::string& held, const ports::Write& one,
                                  const ports::Write& other) {
    return TwoNodes::race(
        held, [this, &one] { return apply(0, one); }, [this, &other] { return apply(1, other); });
  }

  ports::OrderReads& reads() { return node(0).order_reads(); }
  std::vector<domain::Order> kept(base::WallTime now = at_ms(0)) { return walk(reads(), now); }
  std::set<std::string> ids(base::WallTime now = at_ms(0)) {
    std::set<std::string> all;
    for (const domain::Order& one : kept(now)) all.insert(one.record.id.value());
    return all;
  }
  std::vector<domain::Order> settled_by(const std::string& name) {
    return reads().settled_by(name, at_ms(0)).value();
  }
  // As many as there are numbers up to the last.
  void expect_no_number_lost() {
    const auto all = kept();
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.front().number.value(), all.size());
  }
};

std::vector<domain::OrderRecord> records(std::size_t from, std::size_t to,
                                         const std::string& value = "4") {
  std::vector<domain::OrderRecord> all;
  for (std::size_t i = from; i < to; ++i) all.push_back(order("r" + std::to_string(i), value));
  return all;
}

ports::SettleOrders settle_all(std::size_t from, std::size_t to, domain::OrderStatus status,
                               const std::string& by) {
  ports::SettleOrders all{{}, at_ms(0), by};
  for (std::size_t i = from; i < to; ++i) {
    all.orders.push_back({domain::RecordId("r" + std::to_string(i)), status});
  }
  return all;
}

TEST_F(OrderRaces, TheSameListIsAnsweredToBothAndKeptOnce) {
  const ports::AddOrders list = orders(records(0, 1000));
  EXPECT_THAT(race(kDrawing, list, list),
              UnorderedElementsAre("accepted 1000, 1000 new", "accepted 1000, 0 new"));
  EXPECT_EQ(ids().size(), 1000U);
  expect_no_number_lost();
}

TEST_F(OrderRaces, OfListsThatShareSomeEachOrderIsAddedOnce) {
  EXPECT_THAT(race(kDrawing, orders(records(0, 30)), orders(records(20, 60))),
              AnyOf(ElementsAre("accepted 30, 30 new", "accepted 40, 30 new"),
                    ElementsAre("accepted 30, 20 new", "accepted 40, 40 new")));
  EXPECT_EQ(ids().size(), 60U);
  expect_no_number_lost();
}

TEST_F(OrderRaces, OfTwoValuesOneWinsAndNothingOfTheOtherListIsKept) {
  const auto told = race(kDrawing, orders({order("a1"), order("shared", "4"), order("a2")}),
                         orders({order("b1"), order("b2"), order("shared", "5")}));
  const bool first = reads().find(domain::RecordId("a1"), at_ms(0)).value().has_value();
  if (first) {
    EXPECT_THAT(told, ElementsAre("accepted 3, 3 new", "conflict /2/record_id"));
    EXPECT_EQ(ids(), (std::set<std::string>{"a1", "a2", "shared"}));
  } else {
    EXPECT_THAT(told, ElementsAre("conflict /1/record_id", "accepted 3, 3 new"));
    EXPECT_EQ(ids(), (std::set<std::string>{"b1", "b2", "shared"}));
  }
  expect_no_number_lost();
}

TEST_F(OrderRaces, OneThatHasExpiredIsReplacedOnce) {
  apply(0, orders({order("a"), order("b")}));
  const base::WallTime gone = at_ms(0) + kKept;
  EXPECT_THAT(race(kAllOrders, orders({order("a", "5"), order("b", "5")}, gone),
                   orders({order("b", "5"), order("a", "5")}, gone)),
              UnorderedElementsAre("accepted 2, 2 new", "accepted 2, 0 new"));
  const auto all = kept(gone);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].number, domain::OrderNumber(4));
  EXPECT_EQ(all[1].number, domain::OrderNumber(3));
}

TEST_F(OrderRaces, WhatSomebodyDeletesMeanwhileIsAddedAnew) {
  apply(0, orders({order("a"), order("b")}));
  const base::WallTime gone = at_ms(0) + kKept;
  EXPECT_THAT(race("DELETE FROM orders", orders({order("a", "5")}, gone),
                   orders({order("a", "5"), order("b", "5")}, gone)),
              AnyOf(ElementsAre("accepted 1, 1 new", "accepted 2, 1 new"),
                    ElementsAre("accepted 1, 0 new", "accepted 2, 2 new")));
  EXPECT_EQ(ids(gone), (std::set<std::string>{"a", "b"}));
}

TEST_F(OrderRaces, RetentionLeavesToOthersWhatTheyAreAt) {
  apply(0, orders({order("a"), order("b")}));
  const base::WallTime gone = at_ms(0) + kKept;
  const ports::Expiry expiry{at_ms(-1), at_ms(-1), gone};
  EXPECT_EQ(while_kept(
                "SELECT FROM orders WHERE record_id = 'a' FOR UPDATE",
                [&] { return apply(0, orders({order("a", "5")}, gone)); },
                [&] { EXPECT_EQ(node(1).store().expire(expiry, {100, 1000}).value().rows, 1U); }),
            "accepted 1, 1 new");
  EXPECT_EQ(ids(gone), std::set<std::string>{"a"});
  EXPECT_EQ(node(1).store().expire(expiry, {100, 1000}).value().rows, 0U);
}

TEST_F(OrderRaces, EachOrderIsSettledByOne) {
  apply(0, orders(records(0, 1000)));
  EXPECT_THAT(race(kAllOrders, settle_all(0, 1000, domain::OrderStatus::accepted, "one"),
                   settle_all(0, 1000, domain::OrderStatus::rejected, "other")),
              UnorderedElementsAre("settled 1000", "settled 0"));
  EXPECT_EQ(settled_by("one").size() + settled_by("other").size(), 1000U);
}

TEST_F(OrderRaces, OfWhatBothSettleEachOrderIsSettledByOne) {
  apply(0, orders(records(0, 50)));
  auto backwards = settle_all(20, 50, domain::OrderStatus::rejected, "other");
  std::ranges::reverse(backwards.orders);
  EXPECT_THAT(
      race(kAllOrders, settle_all(0, 30, domain::OrderStatus::accepted, "one"), backwards),
      AnyOf(ElementsAre("settled 30", "settled 20"), ElementsAre("settled 20", "settled 30")));
  for (const domain::Order& one : settled_by("one")) {
    EXPECT_EQ(one.status, domain::OrderStatus::accepted);
  }
  for (const domain::Order& one : settled_by("other")) {
    EXPECT_EQ(one.status, domain::OrderStatus::rejected);
  }
  EXPECT_EQ(settled_by("one").size() + settled_by("other").size(), 50U);
}

// Whoever follows has been told of writes that do not hold: nothing is kept, and it is said so.
TEST_F(OrderRaces, WhoWasOvertakenWhileOthersFollowedHasKeptNothing) {
  bool overtaken = false;
  const auto answers = node(0).store().apply(
      std::vector<ports::Write>{orders({order("a", "4"), order("b")})},
      [&](std::span<const ports::WriteAnswer>) -> std::span<const ports::Write> {
        if (!std::exchange(overtaken, true)) {
          EXPECT_EQ(apply(1, orders({order("a", "5")})), "accepted 1, 1 new");
        }
        return {};
      });
  ASSERT_FALSE(answers.has_value());
  EXPECT_EQ(answers.error().code, base::ErrorCode::conflict) << "it may come again";
  EXPECT_EQ(ids(), std::set<std::string>{"a"});
  EXPECT_EQ(apply(0, orders({order("a", "4"), order("b")})), "conflict /0/record_id");
  EXPECT_EQ(apply(0, orders({order("b")})), "accepted 1, 1 new");
  expect_no_number_lost();
}

TEST_F(OrderRaces, WhateverTwoNodesDoEachOrderIsAddedAndSettledOnce) {
  constexpr std::size_t kRounds = 30;
  constexpr std::size_t kLength = 20;
  struct Sums {
    std::size_t added = 0;
    std::size_t settled = 0;
  };
  std::barrier together(2);
  const auto live = [&](std::size_t which) {
    Sums sums;
    for (std::size_t round = 0; round < kRounds; ++round) {
      // Now these are ahead, now those.
      const std::size_t at = round * kLength / 2 + (round % 3) * which * 3;
      auto list = orders(records(at, at + kLength));
      if (which == 1) std::ranges::reverse(list.records);
      const auto settlement = settle_all(at, at + kLength / 2, domain::OrderStatus::accepted,
                                         "node " + std::to_string(which));
      together.arrive_and_wait();
      const auto answers = node(which).store().apply(std::vector<ports::Write>{list, settlement});
      if (!answers) {
        ADD_FAILURE() << answers.error().message;
        continue;
      }
      sums.added += std::get<ports::OrdersAccepted>(answers->at(0).value()).added;
      sums.settled += std::get<ports::OrdersSettled>(answers->at(1).value()).changed;
    }
    return sums;
  };
  auto other = std::async(std::launch::async, [&] { return live(1); });
  const Sums one = live(0);
  const Sums two = other.get();
  EXPECT_EQ(one.added + two.added, kept().size());
  EXPECT_EQ(one.settled, settled_by("node 0").size());
  EXPECT_EQ(two.settled, settled_by("node 1").size());
  EXPECT_EQ(one.settled + two.settled,
            walk(reads(), at_ms(0), {domain::OrderStatus::accepted}).size());
  expect_no_number_lost();
}

}  // namespace
}  // namespace ordo::testing
