// What a process finds of the one before it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/dispatch_harness.h"

namespace ordo::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class DispatchLoad : public testing::Dispatching {
 protected:
  DispatchLoad() {
    queue("tasks");
    queue("pulled").function = domain::kPullFunction;
  }
};

TEST_F(DispatchLoad, AnAttemptThatNobodyHoldsIsLostAndTriedAgain) {
  boot();
  submit({"a", "b"});
  turns();
  boot();
  EXPECT_EQ(host_->running(), Ids{}) << "not before that is durable";
  EXPECT_EQ(sleeps(), nanoseconds(0));
  turns();
  EXPECT_EQ(attempts("a"), "lost running");
  EXPECT_EQ(dispatcher_->stats().lost, 1U);
  EXPECT_EQ(host_->running(), Ids{"a"}) << "b waits behind it";
  end_oldest();
  turns();
  EXPECT_EQ(attempts("a"), "lost succeeded");
  EXPECT_EQ(host_->running(), Ids{"b"});
}

TEST_F(DispatchLoad, ALostAttemptThatWasTheLastOneKillsTheTask) {
  queue("tasks").max_attempts = 1;
  boot();
  submit({"a", "b"});
  turns();
  boot();
  turns();
  EXPECT_EQ(status("a"), "dead");
  EXPECT_EQ(attempts("a"), "lost");
  EXPECT_EQ(host_->running(), Ids{"b"});
}

TEST_F(DispatchLoad, AfterALostRunItsFirstTaskIsToBlameAndTheOthersDidNotRun) {
  queue("tasks").handoff = domain::Handoff::early;
  boot();
  be_quick();
  submit({"a", "b", "c"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a,b,c"});
  boot();
  turns();
  EXPECT_EQ(attempts("a"), "lost running");
  EXPECT_EQ(attempts("b"), "");
  EXPECT_EQ(host_->calls(), Ids{"a"}) << "alone, to show whether it was the one";
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b,c"});
}

TEST_F(DispatchLoad, WhatHasFailedIsTriedAloneAfterARestartToo) {
  queue("tasks").batch_size = 2;
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  boot();
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
  fail_oldest();
  turns();
  clock_.advance(2 * kRetryPause);
  boot();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"}) << "though it waited no longer";
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"});
}

TEST_F(DispatchLoad, WhatWasGivenByPriorityIsDoneInThatOrder) {
  queue("pulled").ordering = domain::Ordering::priority;
  queue("pulled").batch_size = 2;
  boot();
  submit({"low"}, {.queue = "pulled", .priority = domain::Priority::low});
  submit({"high"}, {.queue = "pulled", .priority = domain::Priority::high});
  turns();
  claim(milliseconds(0), 2);
  turns();
  ASSERT_TRUE(given_ && given_->size() == 2);
  EXPECT_EQ(given_->front().task.id.value(), "high");
  const std::string lease = given_->front().lease;
  boot();
  EXPECT_EQ(say("high", lease, domain::Succeeded{}), "");
}

TEST_F(DispatchLoad, ALeaseGoesOnAsIfNothingHadHappened) {
  boot();
  const std::string lease = claimed("a");
  submit({"b"}, {.queue = "pulled"});
  turns();
  clock_.advance(milliseconds(2000));
  boot();
  turns();
  EXPECT_EQ(status("a"), "running");
  EXPECT_EQ(sleeps(), kLease - milliseconds(2000));
  claim();
  turns();
  ASSERT_TRUE(given_);
  EXPECT_TRUE(given_->empty()) << "b waits behind it";
  EXPECT_EQ(say("a", lease, domain::Succeeded{}), "");
  EXPECT_EQ(attempts("a"), "succeeded");
}

TEST_F(DispatchLoad, ALeaseThatRanOutMeanwhileIsLost) {
  boot();
  const std::string lease = claimed("a");
  clock_.advance(kLease);
  boot();
  turns();
  EXPECT_EQ(attempts("a"), "lost");
  EXPECT_NE(say("a", lease, domain::Succeeded{}), "");
}

TEST_F(DispatchLoad, AClockThatWasSetBackMakesNoLeaseLonger) {
  boot();
  claimed("a");
  clock_.jump(-hours(1));
  boot();
  EXPECT_EQ(sleeps(), kLease);
}

TEST_F(DispatchLoad, WhatIsLeftOfAPauseIsWaitedFor) {
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  clock_.advance(milliseconds(400));
  boot();
  EXPECT_EQ(sleeps(), kRetryPause - milliseconds(400));
  turns();
  EXPECT_EQ(host_->running(), Ids{});
  clock_.advance(kRetryPause - milliseconds(400));
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
}

TEST_F(DispatchLoad, AClockThatWasSetNeitherStretchesAPauseNorLosesTheTask) {
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  clock_.jump(-hours(1));
  boot();
  EXPECT_EQ(sleeps(), kRetryPause) << "set back: as long as it was, no longer";
  clock_.jump(hours(2));
  boot();
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"}) << "set ahead: it is over";
}

TEST_F(DispatchLoad, APausedQueueStaysPaused) {
  boot();
  pause("tasks", true);
  turns();
  submit({"a"});
  turns();
  boot();
  turns();
  EXPECT_EQ(host_->running(), Ids{});
  pause("tasks", false);
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
}

}  // namespace
}  // namespace ordo::app
