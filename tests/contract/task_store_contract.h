// What every home of tasks must do. An adapter passes it by instantiating TaskStoreContract with
// a factory of its own. Holds tests: one file of a program includes it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "contract/store_under_test.h"
#include "domain/task.h"
#include "ports/store.h"
#include "ports/task_reads.h"
#include "support/task_writes.h"

namespace ordo::testing {

class TaskStoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  using Told = std::vector<std::string>;

  Told apply(std::initializer_list<ports::Write> writes) {
    const std::vector<ports::Write> batch(writes);
    return told(home->store().apply(batch));
  }
  std::optional<domain::Task> find(const std::string& id) {
    const auto found = home->task_reads().find(domain::TaskId(id));
    EXPECT_TRUE(found.has_value());
    return found ? *found : std::nullopt;
  }
  std::vector<std::string> ids(const ports::TaskFilter& filter = {}, std::size_t limit = 100) {
    std::vector<std::string> all;
    for (const domain::Task& task : walk(home->task_reads(), filter, limit)) {
      all.push_back(task.id.value());
    }
    return all;
  }
  domain::TaskCounts counts() { return home->task_reads().counts().value(); }

  std::unique_ptr<StoreUnderTest> home = GetParam().make();
};

inline const std::string kInvalid = told(base::ErrorCode::invalid);

TEST_P(TaskStoreContract, AnEmptyBatchIsFine) {
  EXPECT_EQ(apply({}), Told{});
  EXPECT_TRUE(ids().empty());
}

TEST_P(TaskStoreContract, AnAddedTaskIsReadBackAsAccepted) {
  domain::NewTask task = new_task("a", "Grüße, 世界\tzwei\nZeilen");
  task.content.description = std::string(5000, 'd');
  task.content.payload = R"({"n":1e400,"big":")" + std::string(20'000, 'p') + "\"}";
  task.content.priority = domain::Priority::high;
  task.content.due_date = at_ms(-5);
  task.max_attempts = 9;
  task.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(apply({add(task)}), Told{"added 1"});
  const auto expected = domain::accepted(task, domain::Sequence(1));
  EXPECT_EQ(find("a"), expected);
  home->reopen();
  EXPECT_EQ(find("a"), expected);
  EXPECT_EQ(walk(home->task_reads()), std::vector{expected});
  EXPECT_EQ(find("A"), std::nullopt);
}

TEST_P(TaskStoreContract, TheOrderOfWritesIsTheOrderOfSequences) {
  EXPECT_EQ(apply({add("z"), add("a"), add("m")}), (Told{"added 1", "added 2", "added 3"}));
  EXPECT_EQ(apply({add("b")}), Told{"added 4"});
  EXPECT_EQ(ids(), (Told{"b", "m", "a", "z"}));
}

TEST_P(TaskStoreContract, ASequenceIsNeverUsedAgain) {
  EXPECT_EQ(apply({add("a"), add("b"), remove("b")}), (Told{"added 1", "added 2", "removed"}));
  EXPECT_EQ(apply({remove("a")}), Told{"removed"});
  home->reopen();
  EXPECT_EQ(apply({add("b")}), Told{"added 3"});
  EXPECT_EQ(apply({cancel("b", at_ms(0))}), Told{"changed 3 v2"});
  EXPECT_EQ(apply({remove("b"), add("c")}), (Told{"removed", "added 4"}));
}

TEST_P(TaskStoreContract, TheSameSubmissionReplaysAndAnotherConflicts) {
  EXPECT_EQ(apply({add("a"), add("a"), add("a", "other")}),
            (Told{"added 1", "replayed 1", kConflict}));
  home->reopen();
  EXPECT_EQ(apply({retitle("a", "renamed"), add("a"), add("a", "other"), add("b")}),
            (Told{"changed 1 v2", "replayed 1", kConflict, "added 2"}));
  const auto answers = home->store().apply(std::vector{add("a")});
  EXPECT_EQ(std::get<ports::Replayed>(*answers->front()).task.content.title, "renamed");
}

TEST_P(TaskStoreContract, AnIdWithoutAFingerprintNeverReplays) {
  domain::NewTask made = new_task("made");
  made.fingerprint.reset();
  EXPECT_EQ(apply({add(made), add(made), add("made")}), (Told{"added 1", kConflict, kConflict}));
  EXPECT_EQ(counts().of(domain::TaskStatus::queued), 1U);
}

TEST_P(TaskStoreContract, AMadeIdThatIsTakenTouchesNoOther) {
  std::vector<ports::Write> writes;
  for (int i = 0; i < 40; ++i) {
    domain::NewTask made = new_task(i == 13 ? "made-3" : "made-" + std::to_string(i));
    made.fingerprint.reset();
    writes.push_back(add(made));
    if (i == 20) writes.push_back(cancel("made-19"));
  }
  const Told answers = told(home->store().apply(writes));
  ASSERT_EQ(answers.size(), 41U);
  EXPECT_EQ(answers[12], "added 13");
  EXPECT_EQ(answers[13], kConflict);
  EXPECT_EQ(answers[14], "added 14");
  EXPECT_EQ(answers[21], "changed 19 v2");
  EXPECT_EQ(answers[40], "added 39");
  EXPECT_EQ(counts().of(domain::TaskStatus::queued), 38U);
  EXPECT_EQ(ids({}, 1000).size(), 39U);
  home->reopen();
  EXPECT_EQ(counts().of(domain::TaskStatus::queued), 38U);
  EXPECT_EQ(apply({add("next")}), Told{"added 40"});
}

TEST_P(TaskStoreContract, AnIdIsFreeAgainOnceItsTaskIsRemoved) {
  EXPECT_EQ(apply({add("a"), remove("a"), add("a", "other")}),
            (Told{"added 1", "removed", "added 2"}));
}

TEST_P(TaskStoreContract, AKeyIsLookedUpBeforeTheId) {
  domain::NewTask first = new_task("made-1");
  first.key = domain::IdempotencyKey("k");
  domain::NewTask again = first;
  again.id = domain::TaskId("made-2");
  domain::NewTask other = new_task("made-3", "other");
  other.key = first.key;
  EXPECT_EQ(apply({add(first), add(again), add(other)}),
            (Told{"added 1", "replayed 1", kConflict}));
  home->reopen();
  EXPECT_EQ(apply({add(again)}), Told{"replayed 1"});
  EXPECT_EQ(find("made-2"), std::nullopt);
}

TEST_P(TaskStoreContract, AKeyIsBoundByAReplayToo) {
  EXPECT_EQ(apply({add("a")}), Told{"added 1"});
  domain::NewTask keyed = new_task("a");
  keyed.key = domain::IdempotencyKey("k");
  domain::NewTask other = new_task("b", "other");
  other.key = keyed.key;
  EXPECT_EQ(apply({add(keyed), add(other)}), (Told{"replayed 1", kConflict}));
}

TEST_P(TaskStoreContract, AKeyOutlivesItsTask) {
  domain::NewTask keyed = new_task("a");
  keyed.key = domain::IdempotencyKey("k");
  EXPECT_EQ(apply({add(keyed), remove("a"), add(keyed)}), (Told{"added 1", "removed", kConflict}));
  // Another task of that name is not the key's task.
  EXPECT_EQ(apply({add("a", "another"), add(keyed)}), (Told{"added 2", kConflict}));
}

TEST_P(TaskStoreContract, AKeyFollowsItsTaskThatIsPutBack) {
  domain::NewTask keyed = new_task("a");
  keyed.key = domain::IdempotencyKey("k");
  EXPECT_EQ(apply({add(keyed), start(1), die(1), requeue("a"), add(keyed)}),
            (Told{"added 1", "started 1 #1", "ended", "requeued 2", "replayed 2"}));
}

TEST_P(TaskStoreContract, ARefusedWriteTouchesNothingElse) {
  EXPECT_EQ(apply({add("a"), retitle("nobody", "x"), cancel("nobody"), remove("nobody"),
                   retitle("a", ""), retitle("a", "late", 7), remove("a", 7), add("b")}),
            (Told{"added 1", kNotFound, kNotFound, kNotFound, kInvalid, kPreconditionFailed,
                  kPreconditionFailed, "added 2"}));
  EXPECT_EQ(find("a"), domain::accepted(new_task("a"), domain::Sequence(1)));
}

TEST_P(TaskStoreContract, AWriteSeesThoseBeforeIt) {
  EXPECT_EQ(
      apply({add("a"), retitle("a", "two", 1), retitle("a", "three", 2), cancel("a"), cancel("a"),
             retitle("a", "four")}),
      (Told{"added 1", "changed 1 v2", "changed 1 v3", "changed 1 v4", "changed 1 v4", kConflict}));
  const auto task = find("a");
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->content.title, "three");
  EXPECT_EQ(task->status, domain::TaskStatus::cancelled);
  EXPECT_EQ(task->finished_at, at_ms(2000));
}

TEST_P(TaskStoreContract, AChangeReachesEveryField) {
  EXPECT_EQ(apply({add("a")}), Told{"added 1"});
  ports::ChangeTask change;
  change.id = domain::TaskId("a");
  change.patch.description = "longer";
  change.patch.priority = domain::Priority::low;
  change.patch.due_date = std::optional(at_ms(99));
  change.patch.payload_patch = R"({"a":1})";
  change.now = at_ms(7);
  EXPECT_EQ(apply({change}), Told{"changed 1 v2"});
  const auto task = find("a");
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->content.description, "longer");
  EXPECT_EQ(task->content.priority, domain::Priority::low);
  EXPECT_EQ(task->content.due_date, at_ms(99));
  EXPECT_EQ(task->content.payload, R"({"a":1})");
  EXPECT_EQ(task->updated_at, at_ms(7));
  EXPECT_EQ(task->version, domain::Version(2));
}

TEST_P(TaskStoreContract, AChangeThatChangesNothingKeepsTheVersion) {
  EXPECT_EQ(apply({add("a"), retitle("a", "work")}), (Told{"added 1", "changed 1 v1"}));
}

TEST_P(TaskStoreContract, CountsAreExact) {
  EXPECT_EQ(apply({add("a"), add("b"), add("c"), cancel("a"), remove("b"), add("c")}).size(), 6U);
  domain::TaskCounts expected;
  expected.of(domain::TaskStatus::queued) = 1;
  expected.of(domain::TaskStatus::cancelled) = 1;
  EXPECT_EQ(counts(), expected);
  home->reopen();
  EXPECT_EQ(counts(), expected);
}

TEST_P(TaskStoreContract, ListsByEveryFilter) {
  domain::NewTask mail = new_task("mail");
  mail.queue = domain::QueueName("mail");
  domain::NewTask lane = new_task("lane");
  lane.lane = domain::LaneKey("other");
  domain::NewTask high = new_task("high");
  high.content.priority = domain::Priority::high;
  apply({add(mail), add(lane), add(high), add("gone"), cancel("gone")});
  const auto only = [this](auto set) {
    ports::TaskFilter filter;
    set(filter);
    return ids(filter);
  };
  using Filter = ports::TaskFilter;
  using domain::TaskStatus;
  EXPECT_EQ(only([](Filter& f) { f.queue = domain::QueueName("mail"); }), Told{"mail"});
  EXPECT_EQ(only([](Filter& f) { f.lane = domain::LaneKey("other"); }), Told{"lane"});
  EXPECT_EQ(only([](Filter& f) { f.priority = domain::Priority::high; }), Told{"high"});
  EXPECT_EQ(only([](Filter& f) { f.status = TaskStatus::cancelled; }), Told{"gone"});
  EXPECT_EQ(only([](Filter& f) { f.status = TaskStatus::running; }), Told{});
  EXPECT_EQ(only([](Filter& f) { f.status = TaskStatus::queued; }), (Told{"high", "lane", "mail"}));
  EXPECT_EQ(only([](Filter& f) {
              f.status = TaskStatus::queued;
              f.lane = domain::LaneKey("main");
            }),
            (Told{"high", "mail"}));
  EXPECT_EQ(only([](Filter& f) {
              f.queue = domain::QueueName("mail");
              f.lane = domain::LaneKey("other");
            }),
            Told{});
}

TEST_P(TaskStoreContract, TextIsFoundInTitleDescriptionAndPayload) {
  domain::NewTask described = new_task("described", "x");
  described.content.description = "pay 100% of a_b";
  domain::NewTask loaded = new_task("loaded", "y");
  loaded.content.payload = R"({"Customer":"O'Brien"})";
  apply({add("titled", "Send INVOICE äÖ"), add(described), add(loaded)});
  const auto about = [this](std::string text) {
    ports::TaskFilter filter;
    filter.text = std::move(text);
    return ids(filter);
  };
  EXPECT_EQ(about("invoice"), Told{"titled"});
  EXPECT_EQ(about("sEND inv"), Told{"titled"});
  EXPECT_EQ(about("äÖ"), Told{"titled"});
  EXPECT_EQ(about("%"), Told{"described"});
  EXPECT_EQ(about("A_B"), Told{"described"});
  EXPECT_EQ(about("0__"), Told{});
  EXPECT_EQ(about("o'brien"), Told{"loaded"});
  EXPECT_EQ(about("*"), Told{});
}

TEST_P(TaskStoreContract, PagesAreAStableWalkWhileTasksArrive) {
  for (int i = 0; i < 7; ++i) apply({add("t" + std::to_string(i))});
  const auto first = home->task_reads().list({}, std::nullopt, 3);
  ASSERT_TRUE(first.has_value());
  ASSERT_EQ(first->items.size(), 3U);
  EXPECT_EQ(first->items.back().id.value(), "t4");
  ASSERT_TRUE(first->next_before.has_value());
  apply({add("new"), remove("t4"), remove("t3")});
  const auto second = home->task_reads().list({}, first->next_before, 3);
  ASSERT_TRUE(second.has_value());
  ASSERT_EQ(second->items.size(), 3U);
  EXPECT_EQ(second->items.front().id.value(), "t2");
  EXPECT_EQ(second->next_before, std::nullopt) << "the last page knows that it is the last";
}

TEST_P(TaskStoreContract, APageEndsOnceItsTextsAreLarge) {
  const std::size_t size = ports::kFullPageBytes / 3;
  for (int i = 0; i < 5; ++i) {
    domain::NewTask large = new_task("t" + std::to_string(i));
    large.content.payload = std::string(size, 'p');
    apply({add(large)});
  }
  const auto first = home->task_reads().list({}, std::nullopt, 100);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->items.size(), 3U) << "the task that fills the page is its last";
  const auto second = home->task_reads().list({}, first->next_before, 100);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->items.size(), 2U);
  EXPECT_EQ(second->next_before, std::nullopt);
}

TEST_P(TaskStoreContract, ATaskLargerThanAPageIsAPageOfItsOwn) {
  domain::NewTask large = new_task("large");
  large.content.payload = std::string(2 * ports::kFullPageBytes, 'p');
  if (!home->keeps(domain::text_bytes(domain::accepted(large, domain::Sequence(1))))) {
    EXPECT_EQ(apply({add("a"), add(large), add("b")}),
              (Told{"added 1", told(base::ErrorCode::too_large), "added 2"}));
    EXPECT_EQ(ids(), (Told{"b", "a"}));
    return;
  }
  apply({add("a"), add(large), add("b")});
  EXPECT_EQ(ids(), (Told{"b", "large", "a"}));
  const auto page = home->task_reads().list({}, domain::Sequence(3), 100);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->next_before, domain::Sequence(2));
}

// Whoever asks for it must not take others' writes down with him.
TEST_P(TaskStoreContract, ATextThatIsNoNameIsThatOfNoTask) {
  const std::string id("a\0b", 3);
  EXPECT_EQ(apply({add("a"), cancel(id), remove(id), retitle(id, "new"), requeue(id)}),
            (Told{"added 1", kNotFound, kNotFound, kNotFound, kNotFound}));
  EXPECT_EQ(find(id), std::nullopt);
  EXPECT_EQ(home->task_reads().attempts(domain::TaskId(id)).value(), std::nullopt);
  EXPECT_TRUE(ids({.queue = domain::QueueName(id)}).empty());
  EXPECT_TRUE(ids({.lane = domain::LaneKey(id)}).empty());
  EXPECT_TRUE(ids({.text = id}).empty());
}

TEST_P(TaskStoreContract, AProbeChangesNothingThatAnyoneSees) {
  apply({add("a")});
  EXPECT_TRUE(home->store().probe().has_value());
  EXPECT_EQ(ids(), Told{"a"});
  EXPECT_EQ(apply({add("b")}), Told{"added 2"});
}

}  // namespace ordo::testing
