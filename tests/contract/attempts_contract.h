// What every home of tasks must do with attempts. Holds tests, as task_store_contract.h does.
#pragma once

#include "contract/task_store_contract.h"

namespace ordo::testing {

class AttemptsContract : public TaskStoreContract {
 protected:
  domain::Task task(const std::string& id) { return find(id).value_or(domain::Task{}); }
  std::vector<domain::Attempt> attempts(const std::string& id) {
    const auto all = home->task_reads().attempts(domain::TaskId(id));
    EXPECT_TRUE(all && *all);
    return all && *all ? **all : std::vector<domain::Attempt>{};
  }
  Told apply_following(std::initializer_list<ports::Write> writes,
                       std::vector<ports::Write> following) {
    const std::vector<ports::Write> batch(writes);
    std::size_t asked = 0;
    Told all = told(home->store().apply(batch, [&](std::span<const ports::WriteAnswer> answers) {
      EXPECT_EQ(answers.size(), batch.size() + asked * following.size());
      return asked++ == 0 ? std::span<const ports::Write>(following)
                          : std::span<const ports::Write>();
    }));
    EXPECT_EQ(asked, following.empty() ? 1U : 2U);
    return all;
  }
  static constexpr const char* kConflict = "error 2";
};

TEST_P(AttemptsContract, ALifeWithARetry) {
  EXPECT_EQ(apply({add("a"), start(1), retry_later(1, 1)}),
            (Told{"added 1", "started 1 #1", "ended"}));
  domain::Task waits = task("a");
  EXPECT_EQ(waits.status, domain::TaskStatus::queued);
  EXPECT_EQ(waits.attempts, 1U);
  EXPECT_EQ(waits.next_attempt_at, at_ms(5000));
  EXPECT_EQ(waits.last_error, "E: again");
  EXPECT_EQ(waits.version, domain::Version(3));
  EXPECT_EQ(apply({start(1, at_ms(6000)), succeed(1, 2)}), (Told{"started 1 #2", "ended"}));
  const domain::Task done = task("a");
  EXPECT_EQ(done.status, domain::TaskStatus::succeeded);
  EXPECT_EQ(done.attempts, 2U);
  EXPECT_EQ(done.result, R"({"ok":true})");
  EXPECT_EQ(done.started_at, at_ms(6000));
  EXPECT_EQ(done.next_attempt_at, std::nullopt);
  EXPECT_EQ(done.version, domain::Version(5));
  const auto all = attempts("a");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].outcome, domain::AttemptOutcome::failed);
  EXPECT_EQ(all[0].error, "E: again");
  EXPECT_EQ(all[1].outcome, domain::AttemptOutcome::succeeded);
}

TEST_P(AttemptsContract, AnAttemptThatRunsIsSeenAsSuch) {
  EXPECT_EQ(apply({add("a"), add("b"), start(1)}), (Told{"added 1", "added 2", "started 1 #1"}));
  EXPECT_EQ(task("a").status, domain::TaskStatus::running);
  EXPECT_EQ(ids({.status = domain::TaskStatus::running}), Told{"a"});
  EXPECT_EQ(ids({.status = domain::TaskStatus::queued}), Told{"b"});
  EXPECT_EQ(home->task_reads().counts()->of(domain::TaskStatus::running), 1U);
  EXPECT_EQ(apply({start(1), remove("a"), retitle("a", "late")}),
            (Told{kConflict, kConflict, kConflict}));
  ASSERT_EQ(attempts("a").size(), 1U);
  EXPECT_EQ(attempts("a")[0].outcome, domain::AttemptOutcome::running);
}

TEST_P(AttemptsContract, ALateOutcomeCountsForNothing) {
  EXPECT_EQ(apply({add("a"), succeed(1), start(1), retry_later(1, 1), succeed(1, 1), start(1),
                   succeed(1, 1), succeed(1, 2), succeed(1, 2)}),
            (Told{"added 1", kConflict, "started 1 #1", "ended", kConflict, "started 1 #2",
                  kConflict, "ended", kConflict}));
}

TEST_P(AttemptsContract, WhatIsReleasedHasNotRun) {
  EXPECT_EQ(
      apply({add("a"), start(1), release(1), start(1), retry_later(1, 1), start(1), release(1, 2)}),
      (Told{"added 1", "started 1 #1", "ended", "started 1 #1", "ended", "started 1 #2", "ended"}));
  EXPECT_EQ(task("a").attempts, 1U);
  EXPECT_EQ(task("a").status, domain::TaskStatus::queued);
  EXPECT_EQ(task("a").version, domain::Version(7));
}

TEST_P(AttemptsContract, ADeadTaskCanBePutBack) {
  EXPECT_EQ(apply({add("a"), add("b"), start(1), die(1), start(2), die(2)}),
            (Told{"added 1", "added 2", "started 1 #1", "ended", "started 2 #1", "ended"}));
  EXPECT_EQ(ids({.status = domain::TaskStatus::dead}), (Told{"b", "a"}));
  EXPECT_EQ(apply({ports::RedriveDead{domain::QueueName("tasks"), domain::Sequence(2), 1, at_ms(9)},
                   requeue("b"), requeue("b")}),
            (Told{"redriven a 3 and more", "requeued 4", kConflict}));
  EXPECT_EQ(task("a").attempts, 0U);
  EXPECT_EQ(task("a").sequence, domain::Sequence(3));
  EXPECT_TRUE(attempts("a").empty());
}

TEST_P(AttemptsContract, NoAttemptsAndNoTaskAreToldApart) {
  EXPECT_EQ(apply({add("a"), add("b"), remove("b")}), (Told{"added 1", "added 2", "removed"}));
  EXPECT_TRUE(attempts("a").empty());
  EXPECT_EQ(home->task_reads().attempts(domain::TaskId("b")).value(), std::nullopt);
}

TEST_P(AttemptsContract, PurgingForgetsDeadLettersOfOneQueue) {
  domain::NewTask other = new_task("b");
  other.queue = domain::QueueName("mail");
  EXPECT_EQ(
      apply({add("a"), add(other), start(1), die(1), start(2), die(2),
             ports::PurgeDead{domain::QueueName("mail"), domain::Sequence(9), 5}}),
      (Told{"added 1", "added 2", "started 1 #1", "ended", "started 2 #1", "ended", "purged 1"}));
  EXPECT_EQ(ids(), Told{"a"});
}

TEST_P(AttemptsContract, CancellingEndsAnAttempt) {
  EXPECT_EQ(apply({add("a"), start(1), cancel("a"), succeed(1)}),
            (Told{"added 1", "started 1 #1", "changed 1 v3", kConflict}));
  ASSERT_EQ(attempts("a").size(), 1U);
  EXPECT_EQ(attempts("a")[0].outcome, domain::AttemptOutcome::cancelled);
  EXPECT_EQ(apply({requeue("a")}), Told{"requeued 2"});
}

TEST_P(AttemptsContract, ATaskBetweenTwoAttemptsCanBeChangedAndRemoved) {
  EXPECT_EQ(apply({add("a"), start(1), retry_later(1, 1), retitle("a", "new")}),
            (Told{"added 1", "started 1 #1", "ended", "changed 1 v4"}));
  EXPECT_EQ(task("a").version, domain::Version(4));
  EXPECT_EQ(task("a").attempts, 1U);
  EXPECT_EQ(apply({remove("a"), add("a")}), (Told{"removed", "added 2"}));
  EXPECT_TRUE(attempts("a").empty());
}

TEST_P(AttemptsContract, WhatFollowsIsPartOfTheTransaction) {
  EXPECT_EQ(apply_following({add("a")}, {start(1)}), (Told{"added 1", "started 1 #1"}));
  EXPECT_EQ(apply_following({succeed(1), add("b")}, {start(2), start(7)}),
            (Told{"ended", "added 2", "started 2 #1", "error 1"}));
}

TEST_P(AttemptsContract, TheOldestThatWaitsIsKnownForEachQueue) {
  const auto oldest = [&](const char* queue) {
    const auto found = home->task_reads().oldest_queued(domain::QueueName(queue));
    EXPECT_TRUE(found.has_value());
    return found.value_or(std::nullopt);
  };
  EXPECT_EQ(oldest("tasks"), std::nullopt);
  domain::NewTask second = new_task("b");
  second.created_at = at_ms(10);
  domain::NewTask other = new_task("c");
  other.queue = domain::QueueName("mail");
  other.created_at = at_ms(20);
  EXPECT_EQ(apply({add("a"), add(second), add(other)}), (Told{"added 1", "added 2", "added 3"}));
  EXPECT_EQ(oldest("tasks"), at_ms(0));
  EXPECT_EQ(oldest("mail"), at_ms(20));
  EXPECT_EQ(apply({start(1)}), Told{"started 1 #1"});
  EXPECT_EQ(oldest("tasks"), at_ms(10));
  EXPECT_EQ(apply({retry_later(1, 1)}), Told{"ended"});
  EXPECT_EQ(oldest("tasks"), at_ms(0));
  EXPECT_EQ(apply({start(1), succeed(1, 2), cancel("b")}).size(), 3U);
  EXPECT_EQ(oldest("tasks"), std::nullopt);
}

}  // namespace ordo::testing
