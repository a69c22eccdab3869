// What executions make of crashes, of a disk that will not write, and of many at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/execution_harness.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using base::Millis;
using states::Status;
using testing::ExecutionWorld;

constexpr char kWork[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","Resource":"work","End":true,
        "TimeoutSeconds":60,"Retry":[{"ErrorEquals":["States.Timeout"]}]}}})";
const base::Error kDiskFull{ErrorCode::unavailable, "the disk is full", {}};

class RecoveryTest : public ::testing::Test, protected ExecutionWorld {
 protected:
  // The outer one has called, and what it called has begun an inner one.
  void begin_both() {
    define("outer", kWork);
    define("inner", kWork);
    boot();
    outer_ = start({"outer"})->value().record.id;
    Executions::StartOrder order;
    order.pipeline = domain::PipelineName("inner");
    order.input = "{}";
    order.parent = calls->open.at(0).call.token;
    order.answer = [this](base::Result<Executions::Started> started) {
      inner_ = started->record.id;
    };
    executions->start(std::move(order));
    settle();
  }
  void restart() {
    boot();
    settle();
  }
  using Answered = std::vector<base::Result<std::monostate>>;
  Executions::Answer<std::monostate> into(Answered& answered) {
    return [&answered](base::Result<std::monostate> said) { answered.push_back(std::move(said)); };
  }

  domain::ExecutionId outer_;
  domain::ExecutionId inner_;
};

TEST_F(RecoveryTest, AnInnerOneIsLeftAloneWhileItsOuterOneWaits) {
  begin_both();
  restart();
  EXPECT_EQ(find(inner_).status, Status::running);
  EXPECT_EQ(find(outer_).status, Status::running);
}

TEST_F(RecoveryTest, AnInnerOneIsStoppedWhenItsOuterOneEndedBeforeTheCrash) {
  begin_both();
  Answered answered;
  executions->stop(outer_, {"Enough", ""}, into(answered));
  settle();
  EXPECT_EQ(find(inner_).status, Status::running);
  restart();
  EXPECT_EQ(find(inner_).status, Status::stopped);
  EXPECT_EQ(find(inner_).cause, "nobody waits for this execution any more");
}

TEST_F(RecoveryTest, AnInnerOneIsStoppedWhenItsCallWasGivenUpBeforeTheCrash) {
  begin_both();
  pass(Millis(60'000));
  EXPECT_EQ(find(outer_).status, Status::running) << "it is about to call anew";
  EXPECT_EQ(find(inner_).status, Status::running);
  restart();
  EXPECT_EQ(find(inner_).status, Status::stopped);
}

TEST_F(RecoveryTest, NobodyIsKeptWaitingForADiskThatIsFull) {
  define("p", kWork);
  boot();
  const auto id = start({"p"})->value().record.id;
  Answered answered;
  store.fail_next_commit(kDiskFull);
  executions->stop(id, {"Enough", ""}, into(answered));
  settle();
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].error().code, ErrorCode::unavailable);
  executions->redrive(id, into(answered));
  settle();
  ASSERT_EQ(answered.size(), 2U);
  EXPECT_EQ(answered[1].error().code, ErrorCode::unavailable);
  EXPECT_EQ(find(id).status, Status::running);
  // The stop has happened, and is kept as soon as there is room.
  pass(Millis(60'000));
  EXPECT_EQ(find(id).status, Status::stopped);
  executions->redrive(id, into(answered));
  settle();
  EXPECT_TRUE(answered.at(2));
}

TEST_F(RecoveryTest, ManyLargeOnesThatWaitForOneMomentAreLoadedBitByBit) {
  constexpr std::size_t kCount = 70;
  define("p", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"Next":"Z"},
                  "Z":{"Type":"Task","Resource":"work","End":true}}})");
  boot();
  const std::string input = "\"" + std::string(150'000, 'x') + "\"";
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_TRUE(start({"p", "", input})->has_value());
  EXPECT_EQ(executions->stats().loaded, 0U);
  clock.advance(Millis(3'600'000));
  std::vector<std::size_t> at_once;
  for (;;) {
    const bool moved = executions->turn();
    at_once.push_back(readers->waiting());
    while (readers->turn()) {
    }
    if (!committer->turn() && !moved && at_once.back() == 0) break;
  }
  EXPECT_EQ(calls->open.size(), kCount);
  EXPECT_LE(std::ranges::max(at_once), 64U);
  EXPECT_GT(std::ranges::count(at_once, 1U), 0) << "with a full memory one is loaded at a time";
}

}  // namespace
}  // namespace ordo::app
