// What a queue's rules make of its tasks: order, batches, limits.
#include <gtest/gtest.h>

#include <chrono>

#include "support/dispatch_harness.h"

namespace ordo::app {
namespace {

using domain::Priority;
using std::chrono::milliseconds;

using DispatchRules = testing::Dispatching;

TEST_F(DispatchRules, ABatchIsOneCallAndEachOfItsTasksHasItsOwnOutcome) {
  queue("tasks").batch_size = 3;
  boot();
  submit({"a", "b", "c", "d"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a+b+c"});
  fail_oldest(1);
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  EXPECT_EQ(attempts("b"), "failed");
  EXPECT_EQ(attempts("c"), "") << "it did not run";
  EXPECT_EQ(task("c").attempts, 0U);
  EXPECT_EQ(host_->calls(), Ids{});
  EXPECT_EQ(sleeps(), kRetryPause);
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"}) << "alone: it has failed";
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"c+d"});
  end_oldest();
  turns();
  for (const char* id : {"a", "b", "c", "d"}) EXPECT_EQ(status(id), "succeeded") << id;
  EXPECT_EQ(dispatcher_->stats().succeeded, 4U);
  EXPECT_EQ(dispatcher_->stats().retried, 1U);
}

TEST_F(DispatchRules, WhatHasFailedIsTriedAloneSoThatNoFailureBehindItCountsForIt) {
  queue("tasks").batch_size = 3;
  boot();
  submit({"a", "b", "c", "d"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a+b+c"});
  for (int i = 1; i < 3; ++i) {
    fail_oldest();
    turns();
    clock_.advance(kRetryPause);
    turns();
    EXPECT_EQ(host_->calls(), Ids{"a"}) << i;
  }
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b+c+d"});
}

TEST_F(DispatchRules, TwoThatHaveFailedInALaneAreBothTriedAlone) {
  queue("tasks").batch_size = 3;
  queue("tasks").ordering = domain::Ordering::priority;
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  submit({"urgent"}, {.priority = Priority::high});
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"urgent"});
  fail_oldest();
  turns();
  boot();
  clock_.advance(kRetryPause);
  turns();
  for (const char* next : {"urgent", "a", "b"}) {
    EXPECT_EQ(host_->calls(), Ids{next});
    end_oldest();
    turns();
  }
}

TEST_F(DispatchRules, ATaskOfABatchThatIsCancelledNeedNotBegin) {
  queue("tasks").batch_size = 2;
  boot();
  submit({"a", "b"});
  turns();
  cancel("b");
  turns();
  EXPECT_EQ(host_->cancelled(), Ids{});
  EXPECT_EQ(host_->curtailed(), Ids{"a"});
  cancel("a");
  turns();
  EXPECT_EQ(host_->cancelled(), Ids{"a"});
}

TEST_F(DispatchRules, WhatHasFailedAndWasThenNotBegunIsStillTriedAlone) {
  queue("tasks").batch_size = 2;
  boot();
  submit({"a", "b"});
  turns();
  fail_oldest();
  turns();
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
  end_not_begun(0);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
  EXPECT_EQ(attempts("a"), "failed running");
}

TEST_F(DispatchRules, AFailedCommitLeavesABatchAsItWas) {
  queue("tasks").batch_size = 2;
  boot();
  submit({"a", "b", "c"});
  turns();
  fail_oldest(1);
  store_.kept.fail_next_commit(disk_full());
  turn();
  EXPECT_EQ(view("tasks").queued, 1U);
  EXPECT_EQ(view("tasks").running, 1U);
  clock_.advance(milliseconds(200));
  turn();
  EXPECT_EQ(store_.commits.back(), (Ids{"end 1", "end 2"}));
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"});
  end_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"c"});
}

TEST_F(DispatchRules, APauseTakesBackWhatStartsInItsOwnTurn) {
  queue("tasks");
  boot();
  submit({"a"});
  pause("tasks", true);
  turns();
  EXPECT_EQ(host_->curtailed(), Ids{"a"});
  end_not_begun(0);
  turns();
  EXPECT_EQ(status("a"), "queued");
  EXPECT_EQ(task("a").attempts, 0U);
}

TEST_F(DispatchRules, AFunctionIsGivenNoMoreThanItRunsSideBySide) {
  queue("tasks").concurrency = 8;
  boot();
  host_->set_capacity(1);
  submit({"a"}, {.lane = "x"});
  submit({"b"}, {.lane = "y"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
  EXPECT_EQ(status("b"), "queued") << "what waits has not begun";
  fail_oldest();
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"});
}

TEST_F(DispatchRules, AFunctionThatIsNotReadyIsGivenItsTasksWhenItIs) {
  queue("tasks");
  boot();
  host_->set_capacity(0);
  submit({"a"});
  turns();
  EXPECT_EQ(status("a"), "queued");
  host_->set_capacity(1);
  dispatcher_->ended({});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"a"});
}

TEST_F(DispatchRules, AFailedCommitGivesTheSlotBack) {
  queue("tasks");
  boot();
  host_->set_capacity(1);
  submit({"a"});
  store_.kept.fail_next_commit(disk_full());
  turn();
  clock_.advance(milliseconds(200));
  submit({"b"});
  turns();
  EXPECT_EQ(host_->calls(), Ids{"b"});
}

TEST_F(DispatchRules, QueuesTakeTurns) {
  for (const char* name : {"a", "b", "c"}) queue(name).concurrency = 10'000;
  boot();
  std::vector<ports::Write> many;
  for (int i = 0; i < 3000; ++i) many.push_back(task_in("a", "l" + std::to_string(i)));
  many.push_back(task_in("c", "main"));
  send(std::move(many));
  turn();
  EXPECT_EQ(view("c").running, 1U) << "although the first queue has more than a turn takes";
  EXPECT_LT(view("a").running, 3000U);
}

TEST_F(DispatchRules, ACancelledTaskDoesNotMakeTheRestOfItsBatchWait) {
  queue("tasks").batch_size = 2;
  boot();
  submit({"a", "b"});
  turns();
  cancel("a");
  turns();
  fail_oldest();
  turns();
  EXPECT_EQ(status("a"), "cancelled");
  EXPECT_EQ(host_->calls(), Ids{"b"});
  EXPECT_EQ(task("b").attempts, 1U);
}

TEST_F(DispatchRules, TheStatisticsForgetACancelledTaskThatHasEnded) {
  queue("tasks");
  boot();
  submit({"a"});
  turns();
  cancel("a");
  turns();
  EXPECT_EQ(dispatcher_->stats().running, 1U) << "until its handler has stopped";
  fail_oldest();
  turns();
  EXPECT_EQ(dispatcher_->stats().running, 0U);
}

TEST_F(DispatchRules, InAQueueByPriorityTheHighestOfALaneIsNext) {
  queue("tasks").ordering = domain::Ordering::priority;
  boot();
  submit({"low"}, {.priority = Priority::low});
  submit({"high 1"}, {.priority = Priority::high});
  submit({"medium"}, {.priority = Priority::medium});
  submit({"high 2"}, {.priority = Priority::high});
  Ids order;
  for (int i = 0; i < 4; ++i) {
    turns();
    const Ids running = host_->running();
    order.insert(order.end(), running.begin(), running.end());
    end_oldest();
  }
  EXPECT_EQ(order, (Ids{"high 1", "high 2", "medium", "low"}));
}

TEST_F(DispatchRules, AHigherPriorityDoesNotOvertakeInAQueueByAcceptance) {
  queue("tasks");
  boot();
  submit({"low"}, {.priority = Priority::low});
  submit({"high"}, {.priority = Priority::high});
  turns();
  EXPECT_EQ(host_->running(), Ids{"low"});
}

TEST_F(DispatchRules, ATaskThatIsMadeMoreUrgentIsNext) {
  queue("tasks").ordering = domain::Ordering::priority;
  boot();
  submit({"a", "b", "c"});
  turns();
  make_urgent("c");
  turns();
  end_oldest();
  turns();
  EXPECT_EQ(host_->running(), Ids{"c"});
}

TEST_F(DispatchRules, APausedQueueStartsNothingAndLetsWhatRunsEnd) {
  queue("tasks");
  queue("mail");
  boot();
  submit({"a", "b"});
  turns();
  pause("tasks", true);
  turns();
  end_oldest();
  turns();
  EXPECT_EQ(status("a"), "succeeded");
  submit({"c"}, {.lane = "other"});
  submit({"m"}, {.queue = "mail"});
  turns();
  EXPECT_EQ(host_->running(), Ids{"m"});
  EXPECT_EQ(sleeps(), std::nullopt);
  pause("tasks", false);
  turns();
  EXPECT_EQ(host_->running(), (Ids{"m", "b", "c"}));
}

TEST_F(DispatchRules, SoManyLanesRunSideBySideAndTheNextOneWaits) {
  queue("tasks").concurrency = 2;
  boot();
  submit({"a", "d"}, {.lane = "1"});
  submit({"b"}, {.lane = "2"});
  submit({"c"}, {.lane = "3"});
  turns();
  EXPECT_EQ(host_->running(), (Ids{"a", "b"}));
  EXPECT_EQ(sleeps(), std::nullopt);
  end_oldest();
  turns();
  EXPECT_EQ(host_->running(), (Ids{"b", "c"})) << "the lane that has waited for longest";
  end_oldest();
  turns();
  EXPECT_EQ(host_->running(), (Ids{"c", "d"}));
}

TEST_F(DispatchRules, AnAttemptThatBeginsAfterTheDueDateIsLate) {
  queue("tasks");
  boot();
  const base::WallTime now = clock_.wall();
  submit({"past"}, {.lane = "1", .due = now - milliseconds(1)});
  submit({"just in time"}, {.lane = "2", .due = now});
  submit({"ahead"}, {.lane = "3", .due = now + milliseconds(1)});
  submit({"whenever"}, {.lane = "4"});
  turns();
  EXPECT_EQ(dispatcher_->stats().started, 4U);
  EXPECT_EQ(dispatcher_->stats().late, 1U);
  for (int i = 0; i < 4; ++i) fail_oldest();
  turns();
  clock_.advance(kRetryPause);
  turns();
  EXPECT_EQ(dispatcher_->stats().late, 4U) << "the second attempts of three came late";
}

}  // namespace
}  // namespace ordo::app
