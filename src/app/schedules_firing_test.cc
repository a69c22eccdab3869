// What a schedule starts, through the store and through restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "support/execution_harness.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using base::Millis;
using base::WallTime;
using domain::MissedFirings;
using domain::PipelineName;
using states::Status;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ExecutionWorld;

constexpr char kOneState[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","Resource":"work","End":true}}})";
const PipelineName kName("p");
const base::Error kFull{ErrorCode::unavailable, "the disk is full", {}};

// Pipeline "p" fires on each hour. It is 03:00:01 when it is first known.
class FiringTest : public ::testing::Test, protected ExecutionWorld {
 protected:
  static inline const WallTime kThree = base::parse_time("2026-01-02T03:00:00Z").value();

  explicit FiringTest(MissedFirings missed = MissedFirings::skip) {
    clock.jump(kThree + Millis(1000) - clock.wall());
    Timetable timetable{domain::Schedule::parse("rate(1 hour)", domain::utc(), WallTime()).value(),
                        Millis(0), missed, R"({"n":1})"};
    define("p", kOneState, std::move(timetable));
    boot();
    settle();
  }

  void go_to(WallTime time) { clock.advance(time - clock.wall()); }
  void pass_to(WallTime time) {
    go_to(time);
    settle();
  }
  // Both begin and end what is on their way.
  void restart() {
    boot();
    settle();
  }
  std::optional<ErrorCode> pause(bool paused) {
    std::optional<base::Result<std::monostate>> answer;
    executions->pause(kName, paused,
                      [&](base::Result<std::monostate> said) { answer = std::move(said); });
    settle();
    return *answer ? std::optional<ErrorCode>() : answer->error().code;
  }

  // The hours of firings that have an execution, in the order in which these began.
  std::string fired() {
    constexpr std::string_view kPrefix = "schedule@2026-01-02T";
    constexpr std::string_view kOnTheHour = "-00-00-000Z";
    std::string hours_of_all;
    auto records = all();
    std::ranges::reverse(records);
    for (const ports::ExecutionRecord& record : records) {
      if (!record.name.starts_with(kPrefix) || !record.name.ends_with(kOnTheHour)) continue;
      if (!hours_of_all.empty()) hours_of_all += ' ';
      hours_of_all += record.name.substr(kPrefix.size(), 2);
    }
    return hours_of_all;
  }
  std::optional<WallTime> noted() {
    const auto firings = store.execution_reads().firings().value();
    const auto one = firings.find(kName);
    return one == firings.end() ? std::nullopt : std::optional(one->second.at);
  }
};

class FiringOnceTest : public FiringTest {
 protected:
  FiringOnceTest() : FiringTest(MissedFirings::once) {}
};

TEST_F(FiringTest, StartsOneExecutionWithTheInputOfTheTimetable) {
  EXPECT_EQ(executions->next_firing(kName), kThree + hours(1));
  EXPECT_EQ(executions->next_wake(), kThree + hours(1));
  pass_to(kThree + hours(1));
  ASSERT_EQ(fired(), "04");
  EXPECT_EQ(all()[0].input, R"({"n":1})");
  EXPECT_EQ(calls->open.size(), 1U);
  EXPECT_EQ(executions->next_firing(kName), kThree + hours(2));
  settle();
  pass_to(kThree + hours(2) - Millis(1));
  EXPECT_EQ(fired(), "04");
  pass_to(kThree + hours(2));
  EXPECT_EQ(fired(), "04 05");
}

TEST_F(FiringTest, IsTriedAgainUntilItIsDurable) {
  store.fail_next(kFull);
  pass_to(kThree + hours(1));
  EXPECT_EQ(fired(), "");
  store.fail_next_commit(kFull);
  pass(Millis(200));
  EXPECT_EQ(fired(), "");
  EXPECT_EQ(noted(), kThree + Millis(1000));
  EXPECT_TRUE(calls->open.empty());
  pass(Millis(200));
  EXPECT_EQ(fired(), "04");
  EXPECT_EQ(noted(), kThree + hours(1));
  EXPECT_EQ(calls->open.size(), 1U);
  pass(minutes(30));
  EXPECT_EQ(fired(), "04");
}

TEST_F(FiringTest, IsSkippedWhenTheProcessEndsBeforeItIsDurable) {
  go_to(kThree + hours(1));
  executions->turn();
  clock.advance(Millis(1));
  restart();
  EXPECT_EQ(fired(), "");
  pass_to(kThree + hours(2));
  EXPECT_EQ(fired(), "05");
}

TEST_F(FiringOnceTest, IsMadeUpForWhenTheProcessEndsBeforeItIsDurable) {
  go_to(kThree + hours(1));
  executions->turn();
  clock.advance(Millis(1));
  restart();
  EXPECT_EQ(fired(), "04");
  EXPECT_EQ(calls->open.size(), 1U);
  store.fail_next_commit(kFull);
  pass_to(kThree + hours(2));
  clock.advance(minutes(70));
  restart();
  EXPECT_EQ(fired(), "04 06");
}

TEST_F(FiringOnceTest, GoesOnWhenTheProcessEndsBeforeItHearsThatItIsDurable) {
  go_to(kThree + hours(1));
  executions->turn();
  committer->turn();
  EXPECT_EQ(fired(), "04");
  EXPECT_TRUE(calls->open.empty());
  restart();
  EXPECT_EQ(fired(), "04");
  ASSERT_EQ(calls->open.size(), 1U);
  answer(CallDone{"1"});
  EXPECT_EQ(all()[0].status, Status::succeeded);
}

TEST_F(FiringOnceTest, IsNotRepeatedByRestarts) {
  pass_to(kThree + hours(1));
  for (int i = 0; i < 3; ++i) {
    pass(minutes(10));
    restart();
    EXPECT_EQ(fired(), "04");
    EXPECT_EQ(calls->open.size(), 1U);
  }
  pass_to(kThree + hours(2));
  EXPECT_EQ(fired(), "04 05");
}

// The name alone would not tell.
TEST_F(FiringOnceTest, IsNotRepeatedWhenItsExecutionIsNotKeptAnyMore) {
  pass_to(kThree + hours(1));
  answer(CallDone{"1"});
  EXPECT_EQ(noted(), kThree + hours(1));
  pass(minutes(10));
  ports::Expiry expiry;
  expiry.finished_before = clock.wall();
  ASSERT_TRUE(store.expire(expiry, ports::ExpiryBite{100, 1'000'000}));
  ASSERT_TRUE(all().empty());
  restart();
  EXPECT_TRUE(all().empty());
  pass_to(kThree + hours(2));
  EXPECT_EQ(fired(), "05");
}

TEST_F(FiringOnceTest, OfManyMissedOnesTheLatestIsMadeUpFor) {
  pass_to(kThree + hours(1));
  clock.advance(hours(5) + minutes(3));
  restart();
  EXPECT_EQ(fired(), "04 09");
  pass_to(kThree + hours(7));
  EXPECT_EQ(fired(), "04 09 10");
}

TEST_F(FiringTest, OfMissedOnesNoneIsMadeUpFor) {
  pass_to(kThree + hours(1));
  clock.advance(hours(5) + minutes(3));
  restart();
  EXPECT_EQ(fired(), "04");
  pass_to(kThree + hours(7));
  EXPECT_EQ(fired(), "04 10");
}

TEST_F(FiringOnceTest, AClockThatIsSetBackStartsNothingTwice) {
  pass_to(kThree + hours(1));
  pass_to(kThree + hours(2));
  clock.jump(-hours(2));
  pass_to(kThree + hours(1) + minutes(10));
  EXPECT_EQ(all().size(), 2U);
  restart();
  pass_to(kThree + hours(2));
  EXPECT_EQ(all().size(), 2U);
  pass_to(kThree + hours(3));
  EXPECT_EQ(fired(), "04 05 06");
}

TEST_F(FiringTest, APauseOutlivesARestart) {
  EXPECT_EQ(pause(true), std::nullopt);
  restart();
  EXPECT_TRUE(executions->is_paused(kName));
  EXPECT_EQ(executions->next_firing(kName), std::nullopt);
  EXPECT_EQ(executions->next_wake(), std::nullopt);
  pass_to(kThree + hours(1));
  pass_to(kThree + hours(2) + minutes(1));
  EXPECT_EQ(fired(), "");
  EXPECT_EQ(pause(false), std::nullopt);
  EXPECT_FALSE(executions->is_paused(kName));
  EXPECT_EQ(executions->next_firing(kName), kThree + hours(3));
  EXPECT_EQ(fired(), "");
  pass_to(kThree + hours(3));
  EXPECT_EQ(fired(), "06");
}

TEST_F(FiringOnceTest, WhatFellIntoAPauseIsNotMadeUpForAfterARestart) {
  pass_to(kThree + hours(1));
  EXPECT_EQ(pause(true), std::nullopt);
  pass_to(kThree + hours(2) + minutes(1));
  EXPECT_EQ(pause(false), std::nullopt);
  EXPECT_EQ(fired(), "04");
  pass(minutes(1));
  restart();
  EXPECT_EQ(fired(), "04");
  clock.advance(hours(1));
  restart();
  EXPECT_EQ(fired(), "04 06");
}

TEST_F(FiringOnceTest, WhatFellIntoAPauseThatEndsAfterARestartIsNotMadeUpFor) {
  pass_to(kThree + hours(1));
  EXPECT_EQ(pause(true), std::nullopt);
  clock.advance(hours(2) + minutes(1));
  restart();
  EXPECT_EQ(pause(false), std::nullopt);
  EXPECT_EQ(fired(), "04");
  restart();
  EXPECT_EQ(fired(), "04");
  pass_to(kThree + hours(4));
  EXPECT_EQ(fired(), "04 07");
}

TEST_F(FiringOnceTest, APauseWhoseEndIsNotDurableGoesOn) {
  EXPECT_EQ(pause(true), std::nullopt);
  pass(minutes(1));
  store.fail_next_commit(kFull);
  EXPECT_EQ(pause(false), ErrorCode::unavailable);
  EXPECT_TRUE(executions->is_paused(kName));
  EXPECT_EQ(noted(), kThree + Millis(1000));
  pass_to(kThree + hours(1) + minutes(5));
  EXPECT_EQ(fired(), "");
  EXPECT_EQ(pause(false), std::nullopt);
  EXPECT_EQ(fired(), "");
  restart();
  EXPECT_EQ(fired(), "");
}

TEST_F(FiringOnceTest, ComesDueThoughSomebodyEndsAPauseThatIsNone) {
  pass_to(kThree + hours(1) - Millis(1));
  clock.advance(Millis(1));
  EXPECT_EQ(pause(false), std::nullopt);
  EXPECT_EQ(fired(), "04");
  EXPECT_EQ(noted(), kThree + hours(1));
}

TEST_F(FiringTest, NobodyElseHasItsName) {
  for (const char* const input : {R"({"n":1})", R"({"n":2})"}) {
    const auto time = *executions->next_firing(kName);
    std::string name = base::format_time(time);
    std::ranges::replace(name, ':', '-');
    std::ranges::replace(name, '.', '-');
    EXPECT_TRUE(start({"p", name, input})->has_value());
    pass_to(time);
  }
  EXPECT_EQ(fired(), "04 05");
  EXPECT_EQ(all().size(), 4U);
}

TEST_F(FiringTest, NothingFiresAnyMoreInAProcessThatEnds) {
  executions->stop_calling();
  go_to(kThree + hours(1));
  EXPECT_FALSE(executions->turn());
  EXPECT_EQ(executions->next_wake(), std::nullopt);
  settle();
  EXPECT_EQ(fired(), "");
}

}  // namespace
}  // namespace ordo::app
