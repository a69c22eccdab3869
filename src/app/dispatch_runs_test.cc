// Runs: what an early queue hands over of a lane.
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>

#include "support/dispatch_harness.h"

namespace ordo::app {
namespace {

using std::chrono::milliseconds;

class DispatchRuns : public testing::Dispatching {
 protected:
  DispatchRuns() { queue("tasks").handoff = domain::Handoff::early; }
  // As one run.
  void hand_over(std::initializer_list<const char*> ids) {
    boot();
    be_quick();
    submit(ids);
    turns();
    ASSERT_EQ(host_->calls().size(), 1U);
  }
  void advance_oldest() { dispatcher_->ended(host_->advance_oldest()); }
};

TEST_F(DispatchRuns, AnEarlyQueueHandsOverARunOfItsLane) {
  hand_over({"a", "b", "c"});
  EXPECT_EQ(host_->calls(), Ids{"a,b,c"});
  advance_oldest();
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  EXPECT_EQ(status("b"), "running");
  submit({"d"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b,c"}) << "d waits for the run to end";
  fail_oldest();
  turns();
  EXPECT_EQ(attempts("b"), "failed");
  EXPECT_EQ(attempts("c"), "") << "it did not run";
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"});
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"c,d"});
}

TEST_F(DispatchRuns, AnEarlyQueueWithoutASecondAttemptStartsOneAtATime) {
  queue("tasks").max_attempts = 1;
  boot();
  submit({"a", "b"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
}

TEST_F(DispatchRuns, ATaskCancelledInARunIsNotBegunAndTheOthersGoOn) {
  hand_over({"a", "b", "c"});
  cancel("b");
  turns();
  EXPECT_EQ(host_->cancelled(), Ids{});
  EXPECT_EQ(host_->curtailed(), Ids{"a"});
  end_not_begun(1);
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  EXPECT_EQ(status("b"), "cancelled");
  EXPECT_EQ(host_->calls(), Ids{"c"});
  end_oldest();
  turns();
  EXPECT_EQ(attempts("c"), "succeeded") << "the start that came to nothing does not count";
  EXPECT_EQ(task("c").attempts, 1U);
  EXPECT_EQ(view("tasks").running, 0U);
}

TEST_F(DispatchRuns, ACancelReachesTheTaskOfARunThatRunsAndNoOther) {
  hand_over({"a", "b", "c"});
  advance_oldest();
  turns();
  cancel("b");
  turns();
  EXPECT_EQ(host_->cancelled(), Ids{"b"});
  fail_oldest();
  turns();
  EXPECT_EQ(status("b"), "cancelled");
  EXPECT_EQ(host_->calls(), Ids{"c"});
  EXPECT_EQ(attempts("c"), "running");
}

TEST_F(DispatchRuns, ARunThatMeetsSlowTasksIsCutShort) {
  hand_over({"a", "b", "c"});
  EXPECT_EQ(host_->calls(), Ids{"a,b,c"});
  clock_.advance(milliseconds(100));
  advance_oldest();
  turns();
  EXPECT_EQ(host_->curtailed(), Ids{"b"});
  end_not_begun(1);
  turns();
  EXPECT_EQ(status("b"), "succeeded");
  EXPECT_EQ(host_->calls(), Ids{"c"}) << "and the next runs are shorter";
}

TEST_F(DispatchRuns, ARunThatFailsTeachesToo) {
  hand_over({"a", "b", "c"});
  EXPECT_EQ(host_->calls(), Ids{"a,b,c"});
  clock_.advance(milliseconds(100));
  fail_oldest();
  turns();
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
  clock_.advance(milliseconds(6));
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"}) << "not a run";
}

TEST_F(DispatchRuns, ASlowDiskMakesNoRunShort) {
  boot();
  store_.before_commit = [this] { clock_.advance(milliseconds(60)); };
  be_quick();
  submit({"a", "b", "c"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a,b,c"});
  store_.during = [this] { advance_oldest(); };
  submit({"d"});
  turns();
  EXPECT_EQ(host_->curtailed(), Ids{});
}

TEST_F(DispatchRuns, ARunOfSlowTasksIsShort) {
  hand_over({"a", "b", "c", "d", "e", "f"});
  EXPECT_EQ(host_->calls(), Ids{"a,b,c,d"});
  clock_.advance(milliseconds(400));
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"e"});
}

TEST_F(DispatchRuns, APauseLetsNothingMoreOfARunBegin) {
  hand_over({"a", "b"});
  pause("tasks", true);
  turns();
  EXPECT_EQ(host_->curtailed(), Ids{"a"});
  end_not_begun(1);
  turns();
  EXPECT_EQ(host_->calls(), Ids{});
  EXPECT_EQ(status("b"), "queued");
  EXPECT_EQ(task("b").attempts, 0U);
}

TEST_F(DispatchRuns, AStopLetsNothingMoreBegin) {
  hand_over({"a", "b"});
  dispatcher_->stop_starting();
  turns();
  EXPECT_EQ(host_->curtailed(), Ids{"a"});
  end_not_begun(1);
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  EXPECT_EQ(status("b"), "queued");
}

}  // namespace
}  // namespace ordo::app
