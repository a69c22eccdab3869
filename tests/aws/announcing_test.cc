// What the queue is told of tasks, and when it cannot be told.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "aws/dead_letter_watch.h"
#include "aws/dynamo_tables.h"
#include "aws/late_announcements.h"
#include "contract/store_under_test.h"
#include "support/fake_clock.h"
#include "support/task_writes.h"

namespace ordo::testing {
namespace {

class Announcing : public ::testing::Test {
 protected:
  using Told = std::vector<std::string>;
  Told apply(const std::vector<ports::Write>& writes) { return told(stores.store.apply(writes)); }

  EmulatedAws emulated;
  const HomeTables tables{emulated};
  const aws::HomeOptions& options = tables.options();
  DynamoStores stores{emulated, options};
};

TEST_F(Announcing, EachTaskIsAnnouncedInItsOrder) {
  EXPECT_EQ(apply({add("a"), add("b"), add("a"), add("a", "other")}),
            (Told{"added 1", "added 2", "replayed 1", kConflict}));
  EXPECT_EQ(stores.announcer.words(), (Told{"a", "b"}))
      << "a replay of long ago was announced long ago";
  EXPECT_EQ(stores.announcer.told().front().task.sequence, domain::Sequence(1));
}

TEST_F(Announcing, AReplayOfAMomentAgoIsAnnouncedAgain) {
  domain::NewTask fresh = new_task("a");
  fresh.created_at = emulated.clock.wall();
  EXPECT_EQ(apply({add(fresh)}), Told{"added 1"});
  EXPECT_EQ(apply({add(fresh)}), Told{"replayed 1"});
  EXPECT_EQ(stores.announcer.words(), (Told{"a", "a"}));
  EXPECT_EQ(apply({start(1)}), Told{"started 1 #1"});
  EXPECT_EQ(apply({add(fresh)}), Told{"replayed 1"});
  EXPECT_EQ(stores.announcer.words().size(), 2U) << "it is known that the queue has heard";
}

TEST_F(Announcing, ALaterLifeIsNoRepetition) {
  EXPECT_EQ(apply({add("a"), remove("a")}), (Told{"added 1", "removed"}));
  EXPECT_EQ(apply({add("a")}), Told{"added 2"});
  EXPECT_EQ(apply({start(2)}), Told{"started 2 #1"});
  EXPECT_EQ(apply({die(2), requeue("a")}), (Told{"ended", "requeued 3"}));
  EXPECT_EQ(stores.announcer.words(), (Told{"a", "a again", "a again"}));
}

TEST_F(Announcing, ATaskThatCannotBeAnnouncedWasNotAccepted) {
  stores.announcer.fails = [](const ports::Announcement& one) {
    return one.task.id == domain::TaskId("b");
  };
  EXPECT_EQ(apply({add("a"), add("b"), add("c")}),
            (Told{"added 1", told(base::ErrorCode::unavailable), "added 3"}));
  EXPECT_EQ(stores.tasks.find(domain::TaskId("b")).value(), std::nullopt);
  stores.announcer.fails = nullptr;
  EXPECT_EQ(apply({add("b")}), Told{"added 4"});
  EXPECT_EQ(stores.announcer.words(), (Told{"a", "c", "b again"}));
}

TEST_F(Announcing, ItsKeyIsFreeAgainToo) {
  domain::NewTask keyed = new_task("a");
  keyed.key = domain::IdempotencyKey("k");
  stores.announcer.fails = [](const ports::Announcement&) { return true; };
  EXPECT_EQ(apply({add(keyed)}), Told{told(base::ErrorCode::unavailable)});
  stores.announcer.fails = nullptr;
  EXPECT_EQ(apply({add(keyed), add(keyed)}), (Told{"added 2", "replayed 2"}));
}

// Somebody else is told that it is there while its first sender is about to take it back.
TEST_F(Announcing, WhatSomebodyElseWasToldOfIsNotTakenBack) {
  domain::NewTask fresh = new_task("a");
  fresh.created_at = emulated.clock.wall();
  DynamoStores other(emulated, options);
  Told others;
  stores.announcer.fails = [&](const ports::Announcement&) {
    others = told(other.store.apply(std::vector{add(fresh)}));
    return true;
  };
  EXPECT_EQ(apply({add(fresh)}), Told{told(base::ErrorCode::unavailable)});
  EXPECT_EQ(others, Told{"replayed 1"});
  EXPECT_EQ(other.announcer.words(), Told{"a"});
  EXPECT_TRUE(stores.tasks.find(domain::TaskId("a")).value().has_value());
}

TEST_F(Announcing, AReplayThatCannotBeAnnouncedIsToBeTriedAgain) {
  domain::NewTask fresh = new_task("a");
  fresh.created_at = emulated.clock.wall();
  EXPECT_EQ(apply({add(fresh)}), Told{"added 1"});
  stores.announcer.fails = [](const ports::Announcement&) { return true; };
  EXPECT_EQ(apply({add(fresh)}), Told{told(base::ErrorCode::unavailable)});
  EXPECT_TRUE(stores.tasks.find(domain::TaskId("a")).value().has_value());
}

TEST_F(Announcing, AQueueThatIsNotConfiguredHoldsUpNoOther) {
  domain::NewTask lost = new_task("lost");
  lost.queue = domain::QueueName("gone");
  EXPECT_EQ(apply({add(lost), add("a")}), (Told{"added 1", "added 2"}));
  const FakeClock later(at_ms(200'000).ms());
  aws::LateAnnouncements late(stores.dynamo, options, stores.tasks, stores.announcer, later);
  const auto step = late.step().value();
  EXPECT_EQ(step.seen, 2U);
  EXPECT_EQ(step.left_out, std::vector{domain::TaskId("lost")});
  EXPECT_EQ(step.announced, 1U);
}

TEST_F(Announcing, WhatIsPutBackButNotAnnouncedIsAnnouncedLate) {
  EXPECT_EQ(apply({add("a"), start(1), die(1)}), (Told{"added 1", "started 1 #1", "ended"}));
  stores.announcer.fails = [](const ports::Announcement&) { return true; };
  EXPECT_EQ(apply({requeue("a")}), Told{"requeued 2"});
  stores.announcer.fails = nullptr;
  const FakeClock later(at_ms(200'000).ms());
  aws::LateAnnouncements late(stores.dynamo, options, stores.tasks, stores.announcer, later);
  EXPECT_EQ(late.step().value().announced, 1U);
  EXPECT_EQ(stores.announcer.words(), (Told{"a", "a again"}));
}

TEST_F(Announcing, LateAnnouncementsAreOfThoseThatAreOldEnoughAndOnce) {
  domain::NewTask young = new_task("young");
  young.created_at = at_ms(100'000);
  EXPECT_EQ(apply({add("old"), add("started"), add("done"), add(young), add("behind")}).size(), 5U);
  EXPECT_EQ(apply({start(2), start(3), cancel("behind")}).size(), 3U);
  EXPECT_EQ(apply({succeed(3)}), Told{"ended"});
  const std::size_t before = stores.announcer.told().size();
  const FakeClock clock(at_ms(150'000).ms());
  aws::LateAnnouncements late(stores.dynamo, options, stores.tasks, stores.announcer, clock);
  const auto first = late.step().value();
  EXPECT_EQ(first.seen, 3U) << "up to the one that is too young";
  EXPECT_EQ(first.announced, 1U);
  EXPECT_EQ(stores.announcer.words().back(), "old");
  EXPECT_EQ(late.step().value().seen, 0U);
  const FakeClock later(at_ms(200'000).ms());
  aws::LateAnnouncements again(stores.dynamo, options, stores.tasks, stores.announcer, later);
  EXPECT_EQ(again.step().value().announced, 1U);
  EXPECT_EQ(stores.announcer.words().back(), "young");
  EXPECT_EQ(stores.announcer.told().size(), before + 2);
}

// Its sender drew its number first and is still at work, or the index does not know it yet.
TEST_F(Announcing, NobodyIsPassedOverForSomebodyFaster) {
  domain::NewTask fast = new_task("fast");
  fast.created_at = at_ms(100'000);
  EXPECT_EQ(stores.dynamo.draw(options.tasks, "#sequence", 1).value(), 1U);
  EXPECT_EQ(apply({add(fast), start(2)}), (Told{"added 2", "started 2 #1"}));
  EXPECT_EQ(apply({succeed(2)}), Told{"ended"});
  const FakeClock clock(at_ms(150'000).ms());
  aws::LateAnnouncements late(stores.dynamo, options, stores.tasks, stores.announcer, clock);
  EXPECT_EQ(late.step().value().seen, 0U) << "the mark stays before the one that is to come";
}

TEST_F(Announcing, ALateAnnouncementThatFailsIsMadeAgain) {
  EXPECT_EQ(apply({add("a"), add("b")}), (Told{"added 1", "added 2"}));
  const FakeClock clock(at_ms(200'000).ms());
  aws::LateAnnouncements late(stores.dynamo, options, stores.tasks, stores.announcer, clock);
  stores.announcer.fails = [](const ports::Announcement& one) {
    return one.task.id == domain::TaskId("b");
  };
  const auto failed = late.step().value();
  EXPECT_EQ(failed.announced, 1U);
  EXPECT_TRUE(failed.failure.has_value());
  stores.announcer.fails = nullptr;
  EXPECT_EQ(late.step().value().announced, 1U);
  EXPECT_EQ(stores.announcer.words().back(), "b");
  EXPECT_EQ(late.step().value().seen, 0U);
}

}  // namespace
}  // namespace ordo::testing
