#include "domain/task.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/queue.h"

namespace ordo::domain {
namespace {

TEST(TaskStatus, NamesGoBothWays) {
  const std::vector<std::pair<TaskStatus, std::string_view>> rows{
      {TaskStatus::queued, "queued"},
      {TaskStatus::running, "running"},
      {TaskStatus::succeeded, "succeeded"},
      {TaskStatus::dead, "dead"},
      {TaskStatus::cancelled, "cancelled"}};
  ASSERT_EQ(rows.size(), kTaskStatuses);
  for (const auto& [status, name] : rows) {
    EXPECT_EQ(name_of(status), name);
    EXPECT_EQ(task_status_named(name), status);
  }
  for (const std::string_view other : {"", "Queued", "queued ", "pending", "done"}) {
    EXPECT_EQ(task_status_named(other), std::nullopt) << other;
  }
}

TEST(TaskStatus, NumbersAreAsStored) {
  EXPECT_EQ(static_cast<int>(TaskStatus::queued), 0);
  EXPECT_EQ(static_cast<int>(TaskStatus::running), 1);
  EXPECT_EQ(static_cast<int>(TaskStatus::succeeded), 2);
  EXPECT_EQ(static_cast<int>(TaskStatus::dead), 3);
  EXPECT_EQ(static_cast<int>(TaskStatus::cancelled), 4);
  EXPECT_EQ(static_cast<int>(Priority::low), 0);
  EXPECT_EQ(static_cast<int>(Priority::medium), 1);
  EXPECT_EQ(static_cast<int>(Priority::high), 2);
}

TEST(TaskStatus, OnlyQueuedAndRunningAreNotFinished) {
  EXPECT_FALSE(is_finished(TaskStatus::queued));
  EXPECT_FALSE(is_finished(TaskStatus::running));
  EXPECT_TRUE(is_finished(TaskStatus::succeeded));
  EXPECT_TRUE(is_finished(TaskStatus::dead));
  EXPECT_TRUE(is_finished(TaskStatus::cancelled));
}

TEST(Priority, NamesGoBothWays) {
  for (const Priority priority : {Priority::low, Priority::medium, Priority::high}) {
    EXPECT_EQ(priority_named(name_of(priority)), priority);
  }
  EXPECT_EQ(name_of(Priority::high), "high");
  EXPECT_EQ(priority_named("HIGH"), std::nullopt);
  EXPECT_EQ(priority_named(""), std::nullopt);
}

TEST(Task, AcceptedKeepsWhatWasSentAndStartsAtTheBeginning) {
  NewTask sent;
  sent.id = TaskId("t1");
  sent.queue = QueueName("mail");
  sent.lane = LaneKey("lane 7");
  sent.content = {"title", "text", Priority::high, base::WallTime::from_ms(99), R"({"a":1})"};
  sent.max_attempts = 5;
  sent.created_at = base::WallTime::from_ms(42);
  sent.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Task task = accepted(sent, Sequence(17));
  EXPECT_EQ(task.id, sent.id);
  EXPECT_EQ(task.queue, sent.queue);
  EXPECT_EQ(task.lane, sent.lane);
  EXPECT_EQ(task.content, sent.content);
  EXPECT_EQ(task.max_attempts, 5U);
  EXPECT_EQ(task.traceparent, sent.traceparent);
  EXPECT_EQ(task.sequence, Sequence(17));
  EXPECT_EQ(task.status, TaskStatus::queued);
  EXPECT_EQ(task.attempts, 0U);
  EXPECT_EQ(task.version, Version(1));
  EXPECT_EQ(task.created_at.ms(), 42);
  EXPECT_EQ(task.updated_at.ms(), 42);
  EXPECT_FALSE(task.started_at || task.finished_at || task.next_attempt_at);
  EXPECT_FALSE(task.last_error || task.result);
}

TEST(TaskCounts, AreKeptByStatus) {
  TaskCounts counts;
  ++counts.of(TaskStatus::dead);
  const TaskCounts& read = counts;
  EXPECT_EQ(read.of(TaskStatus::dead), 1U);
  EXPECT_EQ(read.of(TaskStatus::queued), 0U);
  EXPECT_NE(counts, TaskCounts());
}

TaskDraft draft() {
  TaskDraft draft;
  draft.id = TaskId("id");
  draft.content = {"title", "text", Priority::low, base::WallTime::from_ms(5), R"({"a":1})"};
  return draft;
}

TEST(Fingerprint, TellsADraftByEveryFieldThatMakesTheTask) {
  std::vector<TaskDraft> drafts(10, draft());
  drafts[1].id.reset();
  drafts[2].id = TaskId("");
  drafts[3].queue = QueueName("other");
  drafts[4].lane = LaneKey("other");
  drafts[5].content.title = "other";
  drafts[6].content.description = "other";
  drafts[7].content.priority = Priority::high;
  drafts[8].content.due_date.reset();
  drafts[9].content.payload = "{}";
  for (std::size_t a = 0; a < drafts.size(); ++a) {
    for (std::size_t b = 0; b < drafts.size(); ++b) {
      EXPECT_EQ(fingerprint_of(drafts[a]) == fingerprint_of(drafts[b]), a == b) << a << ' ' << b;
    }
  }
}

RC_GTEST_PROP(FingerprintProperty, TextDoesNotRunFromOneFieldIntoTheNext,
              (const std::string& text)) {
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const auto other = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  TaskDraft a;
  a.content.title = text.substr(0, cut);
  a.content.description = text.substr(cut);
  TaskDraft b;
  b.content.title = text.substr(0, other);
  b.content.description = text.substr(other);
  RC_ASSERT((fingerprint_of(a) == fingerprint_of(b)) == (cut == other));
}

TEST(Queue, HasTheDocumentedDefaults) {
  const Queue queue;
  EXPECT_EQ(queue.name, QueueName("tasks"));
  EXPECT_EQ(queue.ordering, Ordering::fifo);
  EXPECT_EQ(queue.max_attempts, NewTask().max_attempts);
  EXPECT_LE(queue.backoff.base, queue.backoff.max);
  EXPECT_GE(queue.backoff.factor, 1.0);
  EXPECT_EQ(queue.backoff.jitter, Jitter::full);
  EXPECT_EQ(TaskDraft().queue, queue.name);
}

TEST(Queues, AreFoundByName) {
  Queues queues;
  queues[QueueName("b")].function = "f";
  queues[QueueName("a")].function = "g";
  EXPECT_EQ(queues.begin()->first, QueueName("a"));
  EXPECT_EQ(queues.at(QueueName("b")).function, "f");
}

}  // namespace
}  // namespace ordo::domain
