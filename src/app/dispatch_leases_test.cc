// Work that is done elsewhere, and the end of a process.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "support/dispatch_harness.h"

namespace ordo::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class DispatchLeases : public testing::Dispatching {
 protected:
  DispatchLeases() {
    queue("tasks");
    queue("pulled").function = domain::kPullFunction;
  }
};

TEST_F(DispatchLeases, ALeaseRunsOutWhenItSaysAndTheTaskIsTriedAgain) {
  boot();
  claimed("a");
  EXPECT_EQ(sleeps(), kLease);
  clock_.advance(kLease - nanoseconds(1));
  turns();
  EXPECT_EQ(status("a"), "running");
  clock_.advance(nanoseconds(1));
  turns();
  EXPECT_EQ(attempts("a"), "lost");
  EXPECT_EQ(dispatcher_->stats().lost, 1U);
  claim();
  turns();
  EXPECT_EQ(attempts("a"), "lost running") << "a lost attempt is followed by another at once";
}

TEST_F(DispatchLeases, AnExtensionThatComesInTimeHoldsAlthoughTheTurnIsLate) {
  boot();
  const std::string lease = claimed("a");
  std::string heard = "nothing";
  dispatcher_->say({domain::TaskId("a"), lease, LeaseWord::Extend{kLease},
                    [&heard](const base::Result<void>& answer) { heard = answer ? "" : "no"; }});
  clock_.advance(kLease);
  turns();
  EXPECT_EQ(heard, "");
  EXPECT_EQ(status("a"), "running");
  EXPECT_EQ(sleeps(), kLease);
  EXPECT_EQ(say("a", lease, domain::Succeeded{}), "");
}

TEST_F(DispatchLeases, AnExtensionHoldsWhileItsCommitFails) {
  boot();
  const std::string lease = claimed("a");
  clock_.advance(kLease - milliseconds(1));
  store_.kept.fail_next_commit(disk_full());
  std::string heard = "nothing";
  dispatcher_->say({domain::TaskId("a"), lease, LeaseWord::Extend{kLease},
                    [&heard](const base::Result<void>& answer) { heard = answer ? "" : "no"; }});
  turn();
  EXPECT_EQ(heard, "nothing");
  clock_.advance(milliseconds(200));
  turns();
  EXPECT_EQ(heard, "");
  EXPECT_EQ(status("a"), "running");
}

TEST_F(DispatchLeases, AWorkerThatIsToldOfACancelHoldsTheLaneNoLonger) {
  boot();
  const std::string lease = claimed("a");
  submit({"b"}, {.queue = "pulled"});
  cancel("a");
  turns();
  EXPECT_EQ(say("a", lease, LeaseWord::Extend{kLease}), "the task was cancelled meanwhile");
  claim();
  turns();
  ASSERT_TRUE(given_ && given_->size() == 1);
  EXPECT_EQ(given_->front().task.id.value(), "b");
}

TEST_F(DispatchLeases, NothingIsGivenToAWorkerThatHasGone) {
  boot();
  bool gone = false;
  gone_ = [&gone] { return gone; };
  claim(milliseconds(20'000));
  turns();
  gone = true;
  submit({"a"}, {.queue = "pulled"});
  turns();
  EXPECT_FALSE(given_);
  EXPECT_EQ(status("a"), "queued");
  EXPECT_EQ(task("a").attempts, 0U);
  gone_ = nullptr;
  claim();
  turns();
  ASSERT_TRUE(given_ && given_->size() == 1);
}

TEST_F(DispatchLeases, SoManyClaimsMayWaitHoweverManyTurnsTheyHaveWaitedFor) {
  boot();
  std::size_t refused = 0;
  const auto claim_one = [&] {
    Claim claim;
    claim.queue = domain::QueueName("pulled");
    claim.deadline = clock_.mono() + milliseconds(20'000);
    claim.answer = [&](const base::Result<std::vector<Claim::Given>>& given) {
      refused += !given && given.error().code == base::ErrorCode::busy ? 1U : 0U;
    };
    dispatcher_->claim(std::move(claim));
  };
  for (int half = 0; half < 2; ++half) {
    for (int i = 0; i < 5'000; ++i) claim_one();
    turns();
    EXPECT_EQ(refused, 0U);
  }
  claim_one();
  EXPECT_EQ(refused, 1U);
  clock_.advance(milliseconds(20'000));
  turns();
  claim_one();
  EXPECT_EQ(refused, 1U) << "those have been answered";
}

TEST_F(DispatchLeases, WhatCannotBeGivenToAWorkerAnyMoreIsNotCounted) {
  boot();
  bool gone = false;
  gone_ = [&gone] { return gone; };
  claim(milliseconds(20'000));
  turns();
  submit({"a"}, {.queue = "pulled"});
  store_.before_commit = [&gone] { gone = true; };
  turns();
  EXPECT_FALSE(given_);
  EXPECT_EQ(status("a"), "queued");
  EXPECT_EQ(task("a").attempts, 0U);
}

TEST_F(DispatchLeases, ALateOutcomeOfALostLeaseIsRefused) {
  boot();
  const std::string old = claimed("a");
  clock_.advance(kLease);
  turns();
  EXPECT_NE(say("a", old, domain::Succeeded{}), "");
  EXPECT_EQ(attempts("a"), "lost");
  claim();
  turns();
  ASSERT_TRUE(given_ && given_->size() == 1);
  const std::string lease = given_->front().lease;
  EXPECT_NE(lease, old);
  EXPECT_NE(say("a", old, domain::Succeeded{}), "");
  EXPECT_NE(say("a", old, domain::Failure{"E", "late"}), "");
  EXPECT_NE(say("a", old, LeaseWord::Extend{kLease}), "");
  EXPECT_EQ(status("a"), "running");
  EXPECT_EQ(say("a", lease, domain::Succeeded{}), "");
  EXPECT_EQ(attempts("a"), "lost succeeded");
  EXPECT_NE(say("a", lease, domain::Succeeded{}), "") << "once is enough";
}

TEST_F(DispatchLeases, AnExtendedLeaseLastsAsLongAsWasAsked) {
  boot();
  const std::string lease = claimed("a");
  clock_.advance(milliseconds(4000));
  EXPECT_EQ(say("a", lease, LeaseWord::Extend{base::Millis(7000)}), "");
  EXPECT_EQ(sleeps(), milliseconds(7000));
  clock_.advance(milliseconds(6999));
  turns();
  EXPECT_EQ(status("a"), "running");
  EXPECT_EQ(say("a", lease, domain::Succeeded{}), "");
  EXPECT_EQ(sleeps(), std::nullopt);
}

TEST_F(DispatchLeases, AClaimWaitsForWorkUntilItsDeadline) {
  boot();
  claim(milliseconds(300));
  turns();
  EXPECT_FALSE(given_);
  EXPECT_EQ(sleeps(), milliseconds(300));
  submit({"a"}, {.queue = "pulled"});
  turns();
  ASSERT_TRUE(given_);
  EXPECT_EQ(given_->size(), 1U);
  given_.reset();
  claim(milliseconds(300));
  clock_.advance(milliseconds(300));
  turns();
  ASSERT_TRUE(given_);
  EXPECT_TRUE(given_->empty());
}

TEST_F(DispatchLeases, AClaimOutlivesAFailedCommit) {
  boot();
  submit({"a"}, {.queue = "pulled"});
  turns();
  claim(milliseconds(60'000));
  store_.kept.fail_next_commit(disk_full());
  turn();
  EXPECT_FALSE(given_);
  EXPECT_EQ(status("a"), "queued");
  clock_.advance(milliseconds(200));
  turns();
  ASSERT_TRUE(given_);
  EXPECT_EQ(given_->size(), 1U);
}

TEST_F(DispatchLeases, ACancelledLeaseKeepsItsLaneUntilItEnds) {
  boot();
  const std::string lease = claimed("a");
  submit({"b"}, {.queue = "pulled"});
  cancel("a");
  claim(milliseconds(60'000));
  turns();
  EXPECT_FALSE(given_);
  EXPECT_NE(say("a", lease, domain::Succeeded{}), "");
  EXPECT_EQ(status("a"), "cancelled");
  ASSERT_TRUE(given_ && given_->size() == 1);
  EXPECT_EQ(given_->front().task.id.value(), "b");
}

using DispatchStop = DispatchLeases;

TEST_F(DispatchStop, NothingStartsAnyMoreAndWhatRunsIsWrittenDown) {
  boot();
  submit({"a", "b"});
  turns();
  dispatcher_->stop_starting();
  turns();
  EXPECT_FALSE(dispatcher_->wait_until_idle(base::Millis(0)));
  submit({"c"}, {.lane = "other"});
  end_oldest();
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  EXPECT_EQ(status("b"), "queued");
  EXPECT_EQ(status("c"), "queued") << "accepted all the same";
  EXPECT_EQ(host_->running(), Ids{});
  EXPECT_EQ(sleeps(), std::nullopt);
  EXPECT_TRUE(dispatcher_->wait_until_idle(base::Millis(0)));
  boot();
  turns();
  EXPECT_EQ(host_->running(), (Ids{"b", "c"}));
}

TEST_F(DispatchStop, NoRetryStartsAnyMore) {
  boot();
  submit({"a"});
  turns();
  dispatcher_->stop_starting();
  fail_oldest();
  turns();
  EXPECT_EQ(attempts("a"), "failed");
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->running(), Ids{});
}

TEST_F(DispatchStop, WaitingClaimsAreAnsweredWithNothing) {
  boot();
  claim(milliseconds(60'000));
  turns();
  EXPECT_FALSE(given_);
  dispatcher_->stop_starting();
  turns();
  ASSERT_TRUE(given_);
  EXPECT_TRUE(given_->empty());
  given_.reset();
  submit({"a"}, {.queue = "pulled"});
  claim(milliseconds(60'000));
  turns();
  ASSERT_TRUE(given_) << "and so is one that comes now";
  EXPECT_TRUE(given_->empty());
  EXPECT_EQ(status("a"), "queued");
}

TEST_F(DispatchStop, AnOutsideWorkerDoesNotHoldItUp) {
  boot();
  claimed("a");
  dispatcher_->stop_starting();
  turns();
  EXPECT_TRUE(dispatcher_->wait_until_idle(base::Millis(0)));
}

}  // namespace
}  // namespace ordo::app
