// How lanes go on, turn by turn.
#include "app/dispatcher.h"

#include <gtest/gtest.h>

#include <chrono>

#include "support/dispatch_harness.h"

namespace ordo::app {
namespace {

using domain::Priority;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class DispatcherTest : public testing::Dispatching {
 protected:
  DispatcherTest() { queue("tasks"); }
};

TEST_F(DispatcherTest, AnAcceptedTaskStartsInTheCommitThatAcceptsIt) {
  boot();
  submit({"a"});
  store_.before_commit = [this] { EXPECT_EQ(host_->running(), Ids{}) << "not durable yet"; };
  turn();
  ASSERT_EQ(store_.commits.size(), 1U);
  EXPECT_EQ(store_.commits[0], (Ids{"add a", "start 1"}));
  EXPECT_EQ(host_->running(), Ids{"a"});
  EXPECT_EQ(status("a"), "running");
}

TEST_F(DispatcherTest, ASuccessorStartsInTheCommitThatHoldsTheOutcomeBeforeIt) {
  boot();
  submit({"a", "b"});
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
  EXPECT_EQ(sleeps(), std::nullopt);
  end_oldest();
  EXPECT_EQ(host_->running(), Ids{});
  store_.commits.clear();
  store_.before_commit = [this] { EXPECT_EQ(host_->running(), Ids{}) << "not durable yet"; };
  turn();
  ASSERT_EQ(store_.commits.size(), 1U);
  EXPECT_EQ(store_.commits[0], (Ids{"end 1", "start 2"}));
  EXPECT_EQ(host_->running(), Ids{"b"});
  EXPECT_EQ(status("a"), "succeeded");
}

TEST_F(DispatcherTest, AnOutcomeThatComesWhileTheTransactionIsWrittenIsPartOfIt) {
  boot();
  submit({"a", "b"});
  turns();
  submit({"c"}, {.lane = "other"});
  store_.commits.clear();
  store_.during = [this] { end_oldest(); };
  turn();
  ASSERT_EQ(store_.commits.size(), 1U);
  EXPECT_EQ(store_.commits[0], (Ids{"add c", "end 1", "start 3", "start 2"}));
  EXPECT_EQ(host_->running(), (Ids{"c", "b"}));
}

TEST_F(DispatcherTest, AnOutcomeThatComesTooLateForATransactionIsInTheNextOne) {
  boot();
  submit({"a", "b"});
  turns();
  submit({"c"}, {.lane = "other"});
  store_.commits.clear();
  store_.before_commit = [this] { end_oldest(); };
  turn();
  store_.before_commit = nullptr;
  EXPECT_EQ(status("a"), "running");
  turns();
  ASSERT_EQ(store_.commits.size(), 2U);
  EXPECT_EQ(store_.commits[0], (Ids{"add c", "start 3"}));
  EXPECT_EQ(store_.commits[1], (Ids{"end 1", "start 2"}));
}

TEST_F(DispatcherTest, AnIdleDispatcherSleepsUntilItIsWoken) {
  boot();
  EXPECT_EQ(sleeps(), std::nullopt);
  EXPECT_FALSE(turn());
  submit({"a"});
  turns();
  EXPECT_EQ(sleeps(), std::nullopt) << "a handler runs";
  end_oldest();
  turns();
  EXPECT_EQ(sleeps(), std::nullopt) << "all is done";
  const std::size_t tries = store_.tries;
  EXPECT_FALSE(turn());
  EXPECT_EQ(store_.tries, tries);
}

// Which of the two ways a commit fails: before anything is written, or at its very end.
class DispatcherAfterFailure : public DispatcherTest, public ::testing::WithParamInterface<bool> {
 protected:
  void fail_next() {
    if (GetParam()) {
      store_.kept.fail_next_commit(disk_full());
    } else {
      store_.kept.fail_next(disk_full());
    }
  }
};
INSTANTIATE_TEST_SUITE_P(EarlyAndLate, DispatcherAfterFailure, ::testing::Bool());

TEST_P(DispatcherAfterFailure, AnOutcomeIsWrittenAtTheNextTryAfterAPause) {
  boot();
  submit({"a", "b"});
  turns();
  end_oldest();
  fail_next();
  turn();
  EXPECT_EQ(status("a"), "running");
  EXPECT_EQ(host_->running(), Ids{}) << "b may not start";
  EXPECT_EQ(sleeps(), milliseconds(200));
  const domain::QueueView view = this->view("tasks");
  EXPECT_EQ(view.running, 1U);
  EXPECT_EQ(view.queued, 1U);

  const std::size_t tries = store_.tries;
  clock_.advance(milliseconds(200) - nanoseconds(1));
  turn();
  EXPECT_EQ(store_.tries, tries);
  clock_.advance(nanoseconds(1));
  turn();
  EXPECT_EQ(store_.commits.back(), (Ids{"end 1", "start 2"}));
  EXPECT_EQ(host_->running(), Ids{"b"});
  EXPECT_EQ(dispatcher_->stats().succeeded, 1U);
}

TEST_P(DispatcherAfterFailure, AnAcceptedTaskLeavesNoTrace) {
  boot();
  submit({"a"});
  fail_next();
  turn();
  EXPECT_EQ(refused_, 1);
  EXPECT_EQ(host_->running(), Ids{});
  EXPECT_EQ(view("tasks").queued, 0U);
  clock_.advance(milliseconds(200));
  turns();
  EXPECT_EQ(sleeps(), std::nullopt);
  submit({"a"});
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
}

TEST_P(DispatcherAfterFailure, TasksAreAcceptedDuringThePauseAndStartAfterIt) {
  boot();
  submit({"a"});
  turns();
  end_oldest();
  fail_next();
  turn();
  submit({"b"}, {.lane = "other"});
  turn();
  EXPECT_EQ(store_.commits.back(), (Ids{"add b"}));
  EXPECT_EQ(host_->running(), Ids{});
  clock_.advance(milliseconds(200));
  turns();
  EXPECT_EQ(store_.commits.back(), (Ids{"end 1", "start 2"}));
}

TEST_P(DispatcherAfterFailure, ARetryIsNotTakenForGranted) {
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  fail_next();
  turn();
  EXPECT_EQ(view("tasks").waiting, 0U);
  EXPECT_EQ(view("tasks").queued, 1U) << "a runs still, as far as anybody knows";
  clock_.advance(milliseconds(200));
  turn();
  EXPECT_EQ(status("a"), "queued");
  EXPECT_EQ(attempts("a"), "failed");
  EXPECT_EQ(view("tasks").queued, 2U);
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
}

TEST_P(DispatcherAfterFailure, AnotherPriorityIsTakenBack) {
  queue("tasks").ordering = domain::Ordering::priority;
  boot();
  submit({"a", "b", "c"});
  turns();
  make_urgent("c");
  fail_next();
  turn();
  clock_.advance(milliseconds(200));
  end_oldest();
  turns();
  EXPECT_EQ(host_->running(), Ids{"b"});
}

TEST_F(DispatcherTest, ARetryStartsWhenItIsDueAndNotANanosecondBefore) {
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  EXPECT_EQ(attempts("a"), "failed");
  EXPECT_EQ(task("a").next_attempt_at, clock_.wall() + kRetryPause);
  EXPECT_EQ(sleeps(), kRetryPause);
  EXPECT_EQ(view("tasks").waiting, 1U);
  clock_.advance(kRetryPause - nanoseconds(1));
  EXPECT_EQ(sleeps(), nanoseconds(1));
  EXPECT_FALSE(turn());
  EXPECT_EQ(host_->running(), Ids{});
  clock_.advance(nanoseconds(1));
  EXPECT_EQ(sleeps(), nanoseconds(0));
  turn();
  EXPECT_EQ(host_->running(), Ids{"a"}) << "b waits behind it";
  EXPECT_EQ(sleeps(), std::nullopt);
  end_oldest();
  turns();
  EXPECT_EQ(attempts("a"), "failed succeeded");
  EXPECT_EQ(host_->running(), Ids{"b"});
}

TEST_F(DispatcherTest, ALaneThatWaitsForARetryKeepsNoOtherLaneWaiting) {
  queue("tasks").concurrency = 1;
  boot();
  submit({"a"});
  submit({"b"}, {.lane = "other"});
  turns();
  EXPECT_EQ(host_->running(), Ids{"a"});
  fail_oldest();
  turns();
  EXPECT_EQ(host_->running(), Ids{"b"});
}

TEST_F(DispatcherTest, ATaskWithoutAttemptsLeftIsDeadAndTheNextOneStarts) {
  queue("tasks").max_attempts = 2;
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  clock_.advance(kRetryPause);
  turns();
  fail_oldest();
  turns();
  EXPECT_EQ(status("a"), "dead");
  EXPECT_EQ(host_->running(), Ids{"b"});
  EXPECT_EQ(dispatcher_->stats().dead, 1U);
  EXPECT_EQ(dispatcher_->stats().retried, 1U);
}

TEST_F(DispatcherTest, ACancelReachesTheHandlerAndTheLaneWaitsUntilItEnds) {
  boot();
  submit({"a", "b"});
  turns();
  cancel("a");
  turns();
  EXPECT_EQ(host_->cancelled(), Ids{"a"});
  EXPECT_EQ(status("a"), "cancelled");
  EXPECT_EQ(host_->running(), Ids{"a"}) << "b waits";
  EXPECT_EQ(view("tasks").running, 1U);
  end_oldest();
  turns();
  EXPECT_EQ(host_->running(), Ids{"b"});
  EXPECT_EQ(status("a"), "cancelled") << "its success counts for nothing";
  EXPECT_EQ(attempts("a"), "cancelled");
  EXPECT_EQ(dispatcher_->stats().succeeded, 0U);
}

TEST_F(DispatcherTest, ACancelInTheTurnOfTheOutcomeLetsTheLaneGoOn) {
  boot();
  submit({"a", "b"});
  turns();
  cancel("a");
  fail_oldest();
  turns();
  EXPECT_EQ(status("a"), "cancelled");
  EXPECT_EQ(host_->running(), Ids{"b"}) << "nobody waits for a retry";
}

TEST_F(DispatcherTest, ATaskThatIsCancelledInTheTurnOfItsStartIsNotStarted) {
  boot();
  submit({"a", "b"});
  cancel("a");
  turns();
  EXPECT_EQ(host_->running(), Ids{"b"});
  EXPECT_EQ(attempts("a"), "");
  EXPECT_EQ(dispatcher_->stats().started, 1U);
}

}  // namespace
}  // namespace ordo::app
