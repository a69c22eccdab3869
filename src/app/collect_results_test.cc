#include "app/collect_results.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/orders.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/order_writes.h"

namespace ordo::app {
namespace {

using testing::order;

// Does as the test says; rejects those whose id begins with "r".
class ScriptedAuction : public ports::Auction {
 public:
  void ask(std::vector<domain::Order> orders,
           std::move_only_function<void(ports::AuctionAnswer)> answer) override {
    ++asked;
    begun_with.push_back(orders.front().record.id.value());
    if (auto now = std::exchange(meanwhile, nullptr)) now();
    if (failure) return answer(base::fail(*failure));
    if (!ready) return answer(std::nullopt);
    std::vector<ports::AuctionResult> results;
    for (const domain::Order& one : orders) {
      const std::string& id = one.record.id.value();
      if (id == silent_about || (id.starts_with('s') && never_decides_on_s)) continue;
      results.push_back({one.record.id, !one.record.id.value().starts_with('r')});
    }
    answer(std::optional(std::move(results)));
  }

  bool ready = true;
  std::optional<base::Error> failure;
  std::string silent_about;
  bool never_decides_on_s = false;  // whatever begins so
  std::function<void()> meanwhile;
  int asked = 0;
  std::vector<std::string> begun_with;  // the first one of each question
};

class CollectResultsTest : public ::testing::Test {
 protected:
  void accept(std::vector<domain::OrderRecord> records) {
    write(ports::AddOrders{std::move(records), clock.wall(), clock.wall() + base::Millis(60'000)});
  }
  void write(ports::Write write) {
    std::vector<ports::Write> writes;
    writes.push_back(std::move(write));
    ASSERT_TRUE(store.apply(writes).has_value());
  }
  // What it answers, or "the error: its cause".
  std::string collect(const std::string& payload) {
    std::optional<std::string> answer;
    begin(payload, answer);
    turns();
    return answer.value_or("no answer");
  }
  void begin(const std::string& payload, std::optional<std::string>& answer) {
    collect_results(backend, auction, round, payload, [&](ports::CallOutcome outcome) {
      ASSERT_FALSE(answer) << "answered twice";
      answer = outcome ? std::move(*outcome)
                       : fmt::format("{}: {}", outcome.error().error, outcome.error().cause);
    });
  }
  // "s0", "s1", …
  void accept_many(const std::string& prefix, std::size_t count) {
    std::vector<domain::OrderRecord> many;
    for (std::size_t i = 0; i < count; ++i) many.push_back(order(fmt::format("{}{}", prefix, i)));
    accept(std::move(many));
  }
  void turns() {
    while (readers.turn() || committer.turn()) {
    }
  }
  domain::OrderStatus status(const std::string& id) {
    return store.find(domain::RecordId(id), clock.wall()).value()->status;
  }

  testing::FakeClock clock;
  testing::SeededRandom random;
  testing::MemoryStore store;
  domain::Queues queues;
  Committer committer{store, clock, {}, [](const base::Error&) {}};
  Readers readers{store.reads(), 0};
  Backend backend{.committer = committer,
                  .readers = readers,
                  .clock = clock,
                  .random = random,
                  .queues = queues};
  ScriptedAuction auction;
  AuctionRound round;
};

constexpr char kNone[] = R"({"results":true,"orders":[],"more":false})";

TEST_F(CollectResultsTest, SettlesPendingOrdersAndTellsThem) {
  accept({order("a"), order("r", "2.50")});
  EXPECT_EQ(collect("{}"),
            R"({"results":true,"orders":[)"
            R"({"record_id":"a","parameter_1":"abc","parameter_2":4,"status":"accepted"},)"
            R"({"record_id":"r","parameter_1":"abc","parameter_2":2.50,"status":"rejected"}],)"
            R"("more":false})");
  EXPECT_EQ(status("a"), domain::OrderStatus::accepted);
  EXPECT_EQ(status("r"), domain::OrderStatus::rejected);
  EXPECT_EQ(collect("{}"), kNone);
  EXPECT_EQ(auction.asked, 1) << "nobody is asked about nothing";
}

TEST_F(CollectResultsTest, AnAuctionThatIsNotReadyChangesNothing) {
  accept({order("a")});
  auction.ready = false;
  EXPECT_EQ(collect(R"({"call":"one"})"), R"({"results":false})");
  EXPECT_EQ(status("a"), domain::OrderStatus::pending);
  auction.ready = true;
  EXPECT_TRUE(collect(R"({"call":"one"})").contains(R"("record_id":"a")"));
}

TEST_F(CollectResultsTest, AnOrderThatTheAuctionHasNotDecidedAboutStaysPending) {
  accept({order("a"), order("b")});
  auction.silent_about = "b";
  EXPECT_EQ(collect(R"({"call":"one"})"),
            R"({"results":true,"orders":[)"
            R"({"record_id":"a","parameter_1":"abc","parameter_2":4,"status":"accepted"}],)"
            R"("more":true})");
  EXPECT_EQ(status("b"), domain::OrderStatus::pending);
  EXPECT_EQ(collect(R"({"call":"two"})"), R"({"results":false})") << "to be asked later";
  auction.silent_about = "";
  EXPECT_TRUE(collect(R"({"call":"two"})").contains(R"("record_id":"b")"));
}

TEST_F(CollectResultsTest, ACallMadeAgainAnswersWithWhatItSettled) {
  accept({order("a"), order("r")});
  const std::string first = collect(R"({"call":"one"})");
  accept({order("b")});
  EXPECT_EQ(collect(R"({"call":"one"})"),
            first.substr(0, first.size() - std::string("false}").size()) + "true}");
  EXPECT_EQ(auction.asked, 1);
  EXPECT_EQ(status("b"), domain::OrderStatus::pending);
  const std::string second = collect(R"({"call":"two"})");
  EXPECT_TRUE(second.contains(R"("record_id":"b")") && !second.contains(R"("record_id":"a")"));
}

TEST_F(CollectResultsTest, AnOrderThatSomebodyElseSettledMeanwhileIsTheirs) {
  accept({order("a"), order("b")});
  auction.meanwhile = [&] { write(testing::settle({testing::rejected("a")}, clock.wall())); };
  const std::string told = collect(R"({"call":"one"})");
  EXPECT_FALSE(told.contains(R"("record_id":"a")"));
  EXPECT_TRUE(told.contains(R"("record_id":"b")"));
  EXPECT_EQ(status("a"), domain::OrderStatus::rejected);
}

TEST_F(CollectResultsTest, OneCallTakesSoManyOrdersAndSaysThatThereAreMore) {
  accept_many("o", kMaxCollectedOrders + 1);
  const std::string first = collect("{}");
  EXPECT_TRUE(first.ends_with(R"("more":true})"));
  EXPECT_LE(first.size(), kMaxCollectedBytes);
  EXPECT_EQ(collect("{}"), R"({"results":true,"orders":[{"record_id":"o1000","parameter_1":"abc",)"
                           R"("parameter_2":4,"status":"accepted"}],"more":false})");
}

TEST_F(CollectResultsTest, OrdersThatAreNeverDecidedAboutKeepNoOtherWaiting) {
  auction.never_decides_on_s = true;
  accept_many("s", kMaxCollectedOrders + 1);
  accept({order("new")});
  EXPECT_EQ(collect(R"({"call":"one"})"), R"({"results":false})");
  EXPECT_EQ(collect(R"({"call":"one"})"),
            R"({"results":true,"orders":[)"
            R"({"record_id":"new","parameter_1":"abc","parameter_2":4,"status":"accepted"}],)"
            R"("more":true})");
  EXPECT_EQ(collect(R"({"call":"two"})"), R"({"results":false})");
  EXPECT_EQ(auction.begun_with, (std::vector<std::string>{"s0", "s1000", "s0"}))
      << "then the oldest are asked about again";
  auction.never_decides_on_s = false;
  EXPECT_TRUE(collect(R"({"call":"two"})").contains(R"("record_id":"s1000")"));
  EXPECT_TRUE(collect(R"({"call":"three"})").ends_with(R"("more":false})"));
}

TEST_F(CollectResultsTest, AnAuctionThatIsNotReadyOrAwayIsAskedAboutOthersNext) {
  accept_many("o", 2 * kMaxCollectedOrders + 1);
  auction.ready = false;
  EXPECT_EQ(collect("{}"), R"({"results":false})");
  auction.failure = base::Error{base::ErrorCode::invalid, "what?"};
  EXPECT_TRUE(collect("{}").starts_with("AuctionFault: "));
  auction.failure = std::nullopt;
  auction.ready = true;
  EXPECT_TRUE(collect("{}").contains(R"("record_id":"o2000")"));
  EXPECT_EQ(auction.begun_with, (std::vector<std::string>{"o0", "o1000", "o2000"}));
}

TEST_F(CollectResultsTest, ARoundEndsHoweverManyOrdersComeMeanwhile) {
  auction.never_decides_on_s = true;
  accept_many("s", 2 * kMaxCollectedOrders);
  for (int call = 0; call < 3; ++call) {
    EXPECT_EQ(collect("{}"), R"({"results":false})");
    accept_many(fmt::format("s{}-", call), kMaxCollectedOrders);
  }
  EXPECT_EQ(auction.begun_with, (std::vector<std::string>{"s0", "s1000", "s0"}));
}

TEST_F(CollectResultsTest, ACallMadeAgainWhileItIsUnderWayAsksAboutTheSame) {
  accept_many("o", kMaxCollectedOrders + 1);
  std::optional<std::string> again;
  auction.meanwhile = [&] { begin(R"({"call":"one"})", again); };
  const std::string told = collect(R"({"call":"one"})");
  EXPECT_EQ(auction.begun_with, (std::vector<std::string>{"o0", "o0"}));
  EXPECT_EQ(again, told);
  EXPECT_LE(told.size(), kMaxCollectedBytes);
  EXPECT_TRUE(told.ends_with(R"("more":true})"));
  EXPECT_TRUE(collect(R"({"call":"two"})").contains(R"("record_id":"o1000")"));
}

TEST_F(CollectResultsTest, LargeOrdersAreToldFewAtATime) {
  const std::string large(domain::kMaxParameterLength, '"');
  std::vector<domain::OrderRecord> many;
  for (int i = 0; i < 30; ++i) many.push_back(order(fmt::format("o{}", i), "4", large));
  accept(std::move(many));
  int calls = 0;
  std::string told;
  do {
    told = collect("{}");
    EXPECT_LE(told.size(), kMaxCollectedBytes);
  } while (told.ends_with(R"("more":true})") && ++calls < 30);
  EXPECT_GT(calls, 3);
  EXPECT_EQ(collect("{}"), kNone);
}

TEST_F(CollectResultsTest, ExpiredOrdersAreNobodys) {
  accept({order("a")});
  clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(collect("{}"), kNone);
}

TEST_F(CollectResultsTest, WhatGoesWrongIsSaidAndChangesNothing) {
  accept({order("a"), order("b")});
  auction.failure = base::Error{base::ErrorCode::unavailable, "away"};
  EXPECT_EQ(collect("{}"),
            R"(AuctionUnavailable: {"errorMessage":"away","errorType":"AuctionUnavailable"})");
  auction.failure = base::Error{base::ErrorCode::invalid, "what?"};
  EXPECT_TRUE(collect("{}").starts_with("AuctionFault: "));
  for (const char* const bad : {"[]", R"({"call":1})", R"({"call":""})", "null"}) {
    EXPECT_TRUE(collect(bad).starts_with("InvalidPayload: ")) << bad;
  }
  EXPECT_EQ(status("a"), domain::OrderStatus::pending);
}

}  // namespace
}  // namespace ordo::app
