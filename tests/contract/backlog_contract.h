// What every home whose lanes are kept by the process itself must do: what a start finds, and the
// notices. Holds tests, as task_store_contract.h does.
#pragma once

#include <string>
#include <vector>

#include "contract/attempts_contract.h"

namespace ordo::testing {

class BacklogContract : public AttemptsContract {};

TEST_P(BacklogContract, AnAttemptOutlivesTheProcess) {
  EXPECT_EQ(apply({add("a"), add("b"), start(2)}), (Told{"added 1", "added 2", "started 2 #1"}));
  home->reopen();
  const auto open = home->backlog().open_tasks();
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->front().id, domain::TaskId("b"));
  EXPECT_TRUE(open->front().running);
  EXPECT_EQ(home->backlog().pending(domain::Sequence(0), 10)->size(), 2U);
  EXPECT_EQ(apply({succeed(2)}), Told{"ended"});
}

TEST_P(BacklogContract, ADeadTaskLeavesANotice) {
  EXPECT_EQ(apply({add("a"), add("b"), start(1), die(1), start(2), die(2)}),
            (Told{"added 1", "added 2", "started 1 #1", "ended", "started 2 #1", "ended"}));
  const auto notices = home->backlog().notices(0, 10);
  ASSERT_EQ(notices->size(), 2U);
  EXPECT_NE(notices->front().data.find(R"("task_id":"a")"), std::string::npos);
  EXPECT_EQ(home->backlog().dead_by_queue()->at(domain::QueueName("tasks")), 2U);
}

TEST_P(BacklogContract, ATaskThatIsRemovedIsNotOpen) {
  EXPECT_EQ(apply({add("a"), start(1), retry_later(1, 1)}),
            (Told{"added 1", "started 1 #1", "ended"}));
  EXPECT_EQ(home->backlog().open_tasks()->size(), 1U);
  EXPECT_EQ(apply({remove("a"), add("a")}), (Told{"removed", "added 2"}));
  EXPECT_TRUE(home->backlog().open_tasks()->empty());
}

TEST_P(BacklogContract, LeasesArePartOfTheAttempt) {
  const domain::Lease lease{"token", at_ms(50), base::Millis(50)};
  EXPECT_EQ(apply({add("a"), ports::StartAttempt{domain::Sequence(1), at_ms(0), lease},
                   ports::ExtendLease{domain::Sequence(1), 1, at_ms(90), base::Millis(40)},
                   ports::ExtendLease{domain::Sequence(1), 2, at_ms(90), base::Millis(40)}}),
            (Told{"added 1", "started 1 #1", "noted", kConflict}));
  home->reopen();
  EXPECT_EQ(home->backlog().open_tasks()->front().lease,
            (domain::Lease{"token", at_ms(90), base::Millis(40)}));
}

TEST_P(BacklogContract, APausedQueueStaysPaused) {
  const domain::QueueName queue("tasks");
  EXPECT_EQ(apply({ports::PauseQueue{queue, true}, ports::PauseQueue{queue, true}}),
            (Told{"noted", "noted"}));
  home->reopen();
  EXPECT_EQ(*home->backlog().paused_queues(), std::vector{queue});
  EXPECT_EQ(apply({ports::PauseQueue{queue, false}}), Told{"noted"});
  EXPECT_TRUE(home->backlog().paused_queues()->empty());
}

TEST_P(BacklogContract, WhatAChannelHasHeardIsKept) {
  EXPECT_EQ(apply({add("a"), start(1), die(1), ports::NoticesTold{"log", 1},
                   ports::NoticesTold{"log", 0}}),
            (Told{"added 1", "started 1 #1", "ended", "noted", "noted"}));
  home->reopen();
  EXPECT_EQ(home->backlog().told()->at("log"), 1U);
  EXPECT_EQ(apply({ports::ForgetNotices{1}}), Told{"noted"});
  EXPECT_TRUE(home->backlog().notices(0, 10)->empty());
}

TEST_P(BacklogContract, TheNoticesThatAreKeptAreCountedByTheirNumbers) {
  const auto kept = [&] { return *home->backlog().kept_notices(); };
  const auto notice = [] { return ports::AddNotice{"message", "{}", at_ms(1)}; };
  EXPECT_EQ(kept().after(0), 0U);
  EXPECT_EQ(apply({notice(), notice(), notice(), notice()}),
            (Told{"noted", "noted", "noted", "noted"}));
  EXPECT_EQ(kept(), (ports::KeptNotices{1, 4}));
  EXPECT_EQ(kept().after(0), 4U);
  EXPECT_EQ(kept().after(3), 1U);
  EXPECT_EQ(apply({ports::ForgetNotices{2}}), Told{"noted"});
  home->reopen();
  EXPECT_EQ(kept(), (ports::KeptNotices{3, 4}));
  EXPECT_EQ(kept().after(0), 2U) << "of what a new channel finds";
  EXPECT_EQ(kept().after(4), 0U);
  EXPECT_EQ(apply({ports::ForgetNotices{4}}), Told{"noted"});
  EXPECT_EQ(kept().after(0), 0U);
  EXPECT_EQ(kept().after(4), 0U);
}

}  // namespace ordo::testing
