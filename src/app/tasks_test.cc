#include "app/tasks.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/fake_clock.h"
#include "support/memory_store.h"

namespace ordo::app {
namespace {

using base::ErrorCode;

class TasksTest : public ::testing::Test {
 protected:
  TasksTest() {
    queues[domain::QueueName("tasks")] = {};
    domain::Queue mail;
    mail.name = domain::QueueName("mail");
    mail.max_attempts = 7;
    queues[mail.name] = mail;
  }

  static Submission titled(std::string title) {
    Submission submission;
    submission.draft.content.title = std::move(title);
    return submission;
  }

  // Calls `verb` with an answer that is waited for; the committer takes its turn in between.
  template <class T, class Verb>
  base::Result<T> wait_for(Verb verb) {
    std::promise<base::Result<T>> promised;
    verb([&promised](base::Result<T> result) { promised.set_value(std::move(result)); });
    committer.turn();
    return promised.get_future().get();
  }
  base::Result<Submitted> submit_one(Submission submission) {
    return wait_for<Submitted>(
        [&](auto answer) { submit(backend, std::move(submission), std::move(answer)); });
  }
  base::Result<domain::Task> find_one(const domain::TaskId& id) {
    return wait_for<domain::Task>([&](auto answer) { find(backend, id, std::move(answer)); });
  }

  testing::FakeClock clock;
  testing::SeededRandom random;
  testing::MemoryStore store;
  domain::Queues queues;
  Committer committer{store, clock, {}, [](const base::Error&) {}};
  Readers readers{store.reads(), 2};
  Backend backend{committer, readers, clock, random, queues};
};

TEST_F(TasksTest, ASubmittedTaskIsQueuedWithWhatItsQueueSays) {
  Submission submission = titled("Send invoice");
  submission.draft.queue = domain::QueueName("mail");
  submission.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const base::Result<Submitted> submitted = submit_one(std::move(submission));
  ASSERT_TRUE(submitted.has_value());
  EXPECT_FALSE(submitted->replayed);
  const domain::Task& task = submitted->task;
  EXPECT_EQ(task.status, domain::TaskStatus::queued);
  EXPECT_EQ(task.max_attempts, 7U);
  EXPECT_EQ(task.created_at, clock.wall());
  EXPECT_EQ(task.id.value().size(), 36U);
  const base::Result<domain::Task> found = find_one(task.id);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, task);
}

TEST_F(TasksTest, AnUnknownQueueIsABadField) {
  Submission submission = titled("x");
  submission.draft.queue = domain::QueueName("nowhere");
  const base::Result<Submitted> submitted = submit_one(std::move(submission));
  ASSERT_FALSE(submitted.has_value());
  EXPECT_EQ(submitted.error().code, ErrorCode::invalid);
  ASSERT_EQ(submitted.error().fields.size(), 1U);
  EXPECT_EQ(submitted.error().fields[0].pointer, "/queue");
  EXPECT_EQ(submitted.error().fields[0].code, "unknown_queue");
}

TEST_F(TasksTest, TheSameSubmissionReplaysAndAnotherConflicts) {
  Submission submission = titled("once");
  submission.draft.id = domain::TaskId("invoice-17");
  const base::Result<Submitted> first = submit_one(submission);
  clock.advance(base::Millis(5));
  const base::Result<Submitted> again = submit_one(submission);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->task, first->task);
  submission.draft.content.title = "other";
  const base::Result<Submitted> other = submit_one(submission);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
}

TEST_F(TasksTest, AKeyReplaysATaskWhoseIdWasMade) {
  Submission submission = titled("once");
  submission.key = domain::IdempotencyKey("k-1");
  const base::Result<Submitted> first = submit_one(submission);
  const base::Result<Submitted> again = submit_one(submission);
  ASSERT_TRUE(first.has_value() && again.has_value());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->task.id, first->task.id);
}

TEST_F(TasksTest, SubmissionsThatNobodyNamedAreAllNew) {
  const base::Result<Submitted> a = submit_one(titled("same"));
  const base::Result<Submitted> b = submit_one(titled("same"));
  EXPECT_NE(a->task.id, b->task.id);
  EXPECT_LT(a->task.sequence, b->task.sequence);
}

TEST_F(TasksTest, ABatchAnswersEachInItsPlace) {
  std::vector<base::Result<Submission>> batch;
  batch.emplace_back(titled("first"));
  batch.emplace_back(base::fail(ErrorCode::invalid, "bad"));
  Submission lost = titled("nowhere");
  lost.draft.queue = domain::QueueName("nowhere");
  batch.emplace_back(std::move(lost));
  batch.emplace_back(titled("last"));
  const auto results = wait_for<std::vector<base::Result<Submitted>>>(
      [&](auto answer) { submit_batch(backend, std::move(batch), std::move(answer)); });
  ASSERT_TRUE(results.has_value());
  ASSERT_EQ(results->size(), 4U);
  EXPECT_EQ((*results)[0]->task.content.title, "first");
  EXPECT_EQ((*results)[1].error().message, "bad");
  EXPECT_EQ((*results)[2].error().fields[0].code, "unknown_queue");
  EXPECT_EQ((*results)[3]->task.content.title, "last");
  EXPECT_LT((*results)[0]->task.sequence, (*results)[3]->task.sequence);
  EXPECT_EQ(committer.stats().commits, 1U);
}

TEST_F(TasksTest, ABatchOfNothingButErrorsWritesNothing) {
  std::vector<base::Result<Submission>> batch;
  batch.emplace_back(base::fail(ErrorCode::invalid, "bad"));
  const auto results = wait_for<std::vector<base::Result<Submitted>>>(
      [&](auto answer) { submit_batch(backend, std::move(batch), std::move(answer)); });
  ASSERT_TRUE(results.has_value());
  EXPECT_EQ(results->size(), 1U);
  EXPECT_EQ(committer.stats().commits, 0U);
}

TEST_F(TasksTest, ChangeHonoursTheExpectedVersion) {
  const domain::TaskId id = submit_one(titled("before"))->task.id;
  domain::TaskPatch patch;
  patch.title = "after";
  const auto change_at = [&](std::uint64_t version) {
    return wait_for<domain::Task>([&](auto answer) {
      change(backend, id, patch, domain::Version(version), std::move(answer));
    });
  };
  const base::Result<domain::Task> stale = change_at(9);
  ASSERT_FALSE(stale.has_value());
  EXPECT_EQ(stale.error().code, ErrorCode::precondition_failed);
  const base::Result<domain::Task> fresh = change_at(1);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(fresh->content.title, "after");
  EXPECT_EQ(fresh->version, domain::Version(2));
}

TEST_F(TasksTest, ACancelledTaskStaysAndARemovedOneIsForgotten) {
  const domain::TaskId id = submit_one(titled("x"))->task.id;
  const auto cancelled =
      wait_for<domain::Task>([&](auto answer) { cancel(backend, id, std::move(answer)); });
  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->status, domain::TaskStatus::cancelled);
  const auto removed = wait_for<std::monostate>(
      [&](auto answer) { remove(backend, id, std::nullopt, std::move(answer)); });
  EXPECT_TRUE(removed.has_value());
  EXPECT_EQ(find_one(id).error().code, ErrorCode::not_found);
  const auto gone = wait_for<std::monostate>(
      [&](auto answer) { remove(backend, id, std::nullopt, std::move(answer)); });
  EXPECT_EQ(gone.error().code, ErrorCode::not_found);
}

TEST_F(TasksTest, ListAndCountSeeWhatIsCommitted) {
  for (const char* title : {"one", "two", "three"}) ASSERT_TRUE(submit_one(titled(title)));
  const auto page = wait_for<ports::TaskPage>(
      [&](auto answer) { list(backend, ports::TaskFilter{}, std::nullopt, 2, std::move(answer)); });
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].content.title, "three");
  EXPECT_TRUE(page->next_before.has_value());
  const auto counts =
      wait_for<domain::TaskCounts>([&](auto answer) { count(backend, std::move(answer)); });
  EXPECT_EQ(counts->of(domain::TaskStatus::queued), 3U);
}

TEST_F(TasksTest, ReadyMeansAWriteAndARead) {
  const auto ready =
      wait_for<std::monostate>([&](auto answer) { check_ready(backend, std::move(answer)); });
  EXPECT_TRUE(ready.has_value());
}

TEST_F(TasksTest, ReadsAreBounded) {
  Readers none{store.reads(), 0, 1};
  Backend stuck{committer, none, clock, random, queues};
  find(stuck, domain::TaskId("a"), [](base::Result<domain::Task>) { FAIL() << "nobody reads"; });
  std::optional<ErrorCode> refusal;
  find(stuck, domain::TaskId("b"),
       [&](base::Result<domain::Task> result) { refusal = result.error().code; });
  EXPECT_EQ(refusal, ErrorCode::busy);
  EXPECT_EQ(none.waiting(), 1U);
}

}  // namespace
}  // namespace ordo::app
