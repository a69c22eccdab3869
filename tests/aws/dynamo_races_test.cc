// Several processes on the same tables.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "aws/dynamo_tables.h"
#include "aws/order_items.h"
#include "aws/order_writes.h"
#include "aws/unreliable_dynamo.h"
#include "contract/store_under_test.h"
#include "support/order_writes.h"
#include "support/task_writes.h"

namespace ordo::testing {
namespace {

class DynamoRaces : public ::testing::Test {
 protected:
  // Each runs in a process of its own, as it were, all at once.
  template <class Work>
  void side_by_side(std::size_t count, Work work) {
    std::vector<std::unique_ptr<DynamoStores>> stores;
    for (std::size_t i = 0; i < count; ++i) {
      stores.push_back(std::make_unique<DynamoStores>(emulated, options));
    }
    std::latch begin(static_cast<std::ptrdiff_t>(count));
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        work(*stores[i], i);
      });
    }
  }

  // One call at a time: the emulator has no locks, and a transaction that fails takes back what
  // others have written beside it.
  UnreliableDynamo calm{aws_emulator().url(), 1};
  EmulatedAws emulated{calm.url()};
  const HomeTables tables{emulated};
  const aws::HomeOptions& options = tables.options();
  DynamoStores one{emulated, options};
};

std::vector<std::string> applied(DynamoStores& stores, const std::vector<ports::Write>& writes) {
  return told(stores.store.apply(writes));
}

TEST_F(DynamoRaces, OfOneIdThereIsOneTask) {
  std::array<std::string, 4> outcomes;
  side_by_side(outcomes.size(), [&](DynamoStores& stores, std::size_t i) {
    outcomes[i] = applied(stores, {add("same")}).front();
  });
  EXPECT_EQ(std::ranges::count_if(outcomes, [](const auto& s) { return s.starts_with("added"); }),
            1);
  EXPECT_EQ(
      std::ranges::count_if(outcomes, [](const auto& s) { return s.starts_with("replayed"); }), 3);
  EXPECT_EQ(walk(one.tasks).size(), 1U);
}

TEST_F(DynamoRaces, OfOneIdWithDifferentBodiesOneWins) {
  std::array<std::string, 3> outcomes;
  side_by_side(outcomes.size(), [&](DynamoStores& stores, std::size_t i) {
    outcomes[i] = applied(stores, {add("same", "body " + std::to_string(i))}).front();
  });
  EXPECT_EQ(std::ranges::count(outcomes, kConflict), 2);
}

TEST_F(DynamoRaces, EachSequenceIsOfOneTaskAndGrows) {
  constexpr std::size_t kWriters = 4;
  constexpr int kEach = 8;
  side_by_side(kWriters, [&](DynamoStores& stores, std::size_t i) {
    std::uint64_t last = 0;
    for (int n = 0; n < kEach; ++n) {
      const std::string id = std::to_string(i) + "-" + std::to_string(n);
      const auto answers = stores.store.apply(std::vector{add(id), add(id + "b")});
      ASSERT_TRUE(answers.has_value());
      for (const auto& answer : *answers) {
        const std::uint64_t sequence = std::get<ports::Added>(answer.value()).sequence.value();
        EXPECT_GT(sequence, last);
        last = sequence;
      }
    }
  });
  std::set<std::uint64_t> sequences;
  for (const domain::Task& task : walk(one.tasks)) sequences.insert(task.sequence.value());
  EXPECT_EQ(sequences.size(), 2 * kWriters * kEach);
}

TEST_F(DynamoRaces, AnAttemptBeginsOnce) {
  applied(one, {add("a")});
  std::array<std::string, 4> outcomes;
  side_by_side(outcomes.size(), [&](DynamoStores& stores, std::size_t i) {
    outcomes[i] = applied(stores, {start(1)}).front();
  });
  EXPECT_EQ(std::ranges::count(outcomes, "started 1 #1"), 1);
  EXPECT_EQ(std::ranges::count(outcomes, kConflict), 3);
}

TEST_F(DynamoRaces, MoreOrdersThanATransactionTakesAreAllThereOrNone) {
  std::vector<domain::OrderRecord> records;
  for (int i = 0; i < 250; ++i) records.push_back(order("r" + std::to_string(i)));
  std::vector<ports::Write> writes{orders(records)};
  auto answers = one.store.apply(writes);
  ASSERT_TRUE(answers.has_value()) << answers.error().message;
  EXPECT_EQ(std::get<ports::OrdersAccepted>(answers->front().value()).added, 250U);
  EXPECT_TRUE(one.orders.find(domain::RecordId("r249"), at_ms(0)).value().has_value());
  EXPECT_EQ(walk(one.orders, at_ms(0), {}, 1000).size(), 250U);
  EXPECT_EQ(one.orders.pending(domain::OrderNumber(0), 1000, at_ms(0)).value().size(), 250U);

  // With one that is there with other values: nothing of it.
  for (domain::OrderRecord& record : records) record.id = domain::RecordId("n" + record.id.value());
  records[170] = order("r3", "5");
  writes = {orders(records)};
  answers = one.store.apply(writes);
  ASSERT_TRUE(answers.has_value());
  ASSERT_FALSE(answers->front().has_value());
  EXPECT_EQ(answers->front().error().fields.front().pointer, "/170/record_id");
  EXPECT_EQ(one.orders.find(domain::RecordId("nr1"), at_ms(0)).value(), std::nullopt);
  EXPECT_EQ(walk(one.orders, at_ms(0), {}, 1000).size(), 250U);
}

TEST_F(DynamoRaces, OfTwoLargeBatchesWithTheSameOrdersEachIsWhole) {
  std::array<std::string, 2> outcomes;
  side_by_side(outcomes.size(), [&](DynamoStores& stores, std::size_t i) {
    std::vector<domain::OrderRecord> records;
    for (int n = 0; n < 130; ++n) {
      records.push_back(order("r" + std::to_string(n), std::to_string(i)));
    }
    const std::vector<ports::Write> writes{orders(records)};
    const auto answers = stores.store.apply(writes);
    outcomes[i] = !answers ? "unavailable" : !answers->front() ? "conflict" : "accepted";
  });
  const auto all = walk(one.orders, at_ms(0), {}, 1000);
  const auto winners = std::ranges::count(outcomes, "accepted");
  ASSERT_LE(winners, 1);
  EXPECT_EQ(all.size(), winners == 0 ? 0U : 130U);
  std::set<std::string> values;
  for (const domain::Order& one_of : all) values.insert(one_of.record.parameter_2);
  EXPECT_LE(values.size(), 1U) << "all of one batch";
}

// Whoever wrote the first part of a large batch was cut off.
TEST_F(DynamoRaces, WhatACutOffBatchLeftIsNotThereAndStandsInNobodysWay) {
  aws::OrderRow row;
  row.order = {domain::OrderNumber(7), order("r1", "9"), domain::OrderStatus::pending, at_ms(0),
               at_ms(0) + kKept};
  row.batch = "cut-off";
  const std::array change{aws::ItemChange{&options.orders, "r1", aws::item_of(row), std::nullopt}};
  ASSERT_EQ(one.dynamo.write(change).value(), aws::Wrote::done);
  EXPECT_EQ(one.orders.find(domain::RecordId("r1"), at_ms(0)).value(), std::nullopt);
  EXPECT_TRUE(walk(one.orders, at_ms(0), {}, 10).empty());
  EXPECT_TRUE(one.orders.pending(domain::OrderNumber(0), 10, at_ms(0)).value().empty());

  const std::vector<ports::Write> writes{orders({order("r1", "4")})};
  ASSERT_TRUE(one.store.apply(writes)->front().has_value());
  EXPECT_EQ(one.orders.find(domain::RecordId("r1"), at_ms(0)).value()->record.parameter_2, "4");
  // The cut-off one can never come to be now.
  EXPECT_EQ(one.batches.commit("cut-off", at_ms(0)).value(), aws::Wrote::contended);
  EXPECT_EQ(one.orders.find(domain::RecordId("r1"), at_ms(0)).value()->record.parameter_2, "4");
}

TEST_F(DynamoRaces, AnOrderIsSettledByOneOfTwo) {
  std::vector<domain::OrderRecord> records;
  std::vector<ports::SettleOrders::Settlement> all;
  for (int i = 0; i < 110; ++i) {
    records.push_back(order("r" + std::to_string(i)));
    all.push_back(accepted("r" + std::to_string(i)));
  }
  ASSERT_TRUE(one.store.apply(std::vector<ports::Write>{orders(records)})->front().has_value());
  side_by_side(2, [&](DynamoStores& stores, std::size_t i) {
    ports::SettleOrders settle{all, at_ms(1), "call " + std::to_string(i)};
    const auto answers = stores.store.apply(std::vector<ports::Write>{settle});
    ASSERT_TRUE(answers.has_value()) << answers.error().message;
  });
  const auto first = one.orders.settled_by("call 0", at_ms(1)).value();
  const auto second = one.orders.settled_by("call 1", at_ms(1)).value();
  EXPECT_EQ(first.size() + second.size(), 110U) << "each order is handed out once";
}

TEST_F(DynamoRaces, MoreThanATransactionTakesIsSeveral) {
  std::vector<ports::Write> writes;
  for (int i = 0; i < 130; ++i) writes.push_back(add("t" + std::to_string(i)));
  writes.push_back(add("t7", "other"));
  const auto answers = applied(one, writes);
  ASSERT_EQ(answers.size(), 131U);
  EXPECT_EQ(answers[0], "added 1");
  EXPECT_EQ(answers[129], "added 130");
  EXPECT_EQ(answers[130], kConflict);
  EXPECT_EQ(one.announcer.told().size(), 130U);
}

}  // namespace
}  // namespace ordo::testing
