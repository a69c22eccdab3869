#include "domain/task_changes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::domain {
namespace {

using base::ErrorCode;
using testing::one_in;

constexpr base::WallTime kCreated = base::WallTime::from_ms(1000);
constexpr base::WallTime kChangedAt = base::WallTime::from_ms(2000);

Task queued() {
  NewTask sent;
  sent.id = TaskId("t1");
  sent.queue = QueueName("tasks");
  sent.lane = LaneKey("main");
  sent.content = {"title", "text", Priority::low, base::WallTime::from_ms(5), R"({"a":1,"b":2.0})"};
  sent.created_at = kCreated;
  return accepted(std::move(sent), Sequence(7));
}

Task with_status(TaskStatus status) {
  Task task = queued();
  task.status = status;
  return task;
}

TEST(ChangedTask, HasWhatThePatchSaysAndKeepsTheRest) {
  TaskPatch patch;
  patch.title = "new";
  patch.due_date = std::optional<base::WallTime>();
  patch.payload_patch = R"({"b":null,"c":[1]})";
  const Task task = changed(queued(), patch, kChangedAt).value();
  EXPECT_EQ(task.content, (TaskContent{"new", "text", Priority::low, {}, R"({"a":1,"c":[1]})"}));
  EXPECT_EQ(task.version, Version(2));
  EXPECT_EQ(task.updated_at, kChangedAt);
  EXPECT_EQ(task.created_at, kCreated);
  EXPECT_EQ(task.sequence, Sequence(7));
  EXPECT_EQ(task.status, TaskStatus::queued);
}

TEST(ChangedTask, TakesEveryField) {
  TaskPatch patch;
  patch.description = "d";
  patch.priority = Priority::high;
  patch.due_date = base::WallTime::from_ms(9);
  patch.clear_payload = true;
  const Task task = changed(queued(), patch, kChangedAt).value();
  EXPECT_EQ(task.content,
            (TaskContent{"title", "d", Priority::high, base::WallTime::from_ms(9), "{}"}));
}

TEST(ChangedTask, IsTheSameVersionWhenNothingIsDifferent) {
  TaskPatch patch;
  patch.title = "title";
  patch.payload_patch = R"({"a":1})";
  EXPECT_EQ(changed(queued(), TaskPatch(), kChangedAt).value(), queued());
  EXPECT_EQ(changed(queued(), patch, kChangedAt).value(), queued());
}

TEST(ChangedTask, MustBeQueued) {
  for (const TaskStatus status :
       {TaskStatus::running, TaskStatus::succeeded, TaskStatus::dead, TaskStatus::cancelled}) {
    const base::Result<Task> result = changed(with_status(status), TaskPatch(), kChangedAt);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::conflict);
    EXPECT_EQ(result.error().message,
              "only a queued task can be changed; this one is " + std::string(name_of(status)));
  }
}

TEST(ChangedTask, NeedsATitleOrAPayload) {
  TaskPatch patch;
  patch.title = "";
  EXPECT_TRUE(changed(queued(), patch, kChangedAt));
  for (const bool by_clearing : {true, false}) {
    TaskPatch emptying = patch;
    emptying.clear_payload = by_clearing;
    if (!by_clearing) emptying.payload_patch = R"({"a":null,"b":null})";
    const base::Result<Task> result = changed(queued(), emptying, kChangedAt);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid);
    ASSERT_EQ(result.error().fields.size(), 1U);
    EXPECT_EQ(result.error().fields[0].pointer, "/title");
    EXPECT_EQ(result.error().fields[0].code, "required");
  }
}

TEST(ChangedTask, ThatHadNeitherMayStayAsItIs) {
  Task task = queued();
  task.content.title = "";
  task.content.payload = "{}";
  TaskPatch patch;
  patch.priority = Priority::high;
  EXPECT_EQ(changed(task, patch, kChangedAt).value().content.priority, Priority::high);
}

TEST(ChangedTask, KeepsItsPayloadWithinTheBoundOfABody) {
  const auto patched = [](std::size_t size) {
    TaskPatch patch;
    patch.clear_payload = true;
    patch.payload_patch = "{\"x\":\"" + std::string(size - 8, 'x') + "\"}";
    return changed(queued(), patch, kChangedAt);
  };
  EXPECT_EQ(patched(base::kMaxBodyBytes).value().content.payload.size(), base::kMaxBodyBytes);
  const base::Result<Task> result = patched(base::kMaxBodyBytes + 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields.at(0).pointer, "/payload");
  EXPECT_EQ(result.error().fields.at(0).code, "too_long");
}

TEST(ChangedTask, RefusesAPayloadPatchThatIsNoObject) {
  TaskPatch patch;
  patch.payload_patch = "[]";
  EXPECT_EQ(changed(queued(), patch, kChangedAt).error().code, ErrorCode::invalid);
}

TEST(CancelledTask, WasQueuedOrRunning) {
  for (const TaskStatus status : {TaskStatus::queued, TaskStatus::running}) {
    Task task = with_status(status);
    task.next_attempt_at = kChangedAt;
    const Task after = cancelled(task, kChangedAt).value();
    EXPECT_EQ(after.status, TaskStatus::cancelled);
    EXPECT_EQ(after.finished_at, kChangedAt);
    EXPECT_EQ(after.next_attempt_at, std::nullopt);
    EXPECT_EQ(after.version, Version(2));
    EXPECT_EQ(after.updated_at, kChangedAt);
    EXPECT_EQ(after.content, task.content);
  }
}

TEST(CancelledTask, StaysAsItIsWhenCancelledAgain) {
  const Task once = cancelled(queued(), kChangedAt).value();
  EXPECT_EQ(cancelled(once, kChangedAt + base::Millis(5)).value(), once);
}

TEST(CancelledTask, WasNotFinishedInAnotherWay) {
  for (const TaskStatus status : {TaskStatus::succeeded, TaskStatus::dead}) {
    const base::Result<Task> result = cancelled(with_status(status), kChangedAt);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::conflict);
  }
}

TEST(RemovableTask, IsAnyThatDoesNotRun) {
  for (const TaskStatus status :
       {TaskStatus::queued, TaskStatus::succeeded, TaskStatus::dead, TaskStatus::cancelled}) {
    EXPECT_TRUE(check_removable(with_status(status)));
  }
  EXPECT_EQ(check_removable(with_status(TaskStatus::running)).error().code, ErrorCode::conflict);
}

TEST(SeenVersion, MustBeTheTasksWhenOneIsGiven) {
  const Task task = queued();
  EXPECT_TRUE(check_version(task, std::nullopt));
  EXPECT_TRUE(check_version(task, Version(1)));
  EXPECT_TRUE(check_version(task, SeenVersion(Version(1), Sequence(7))));
  for (const SeenVersion& other :
       {SeenVersion(Version(2)), SeenVersion(Version(0)), SeenVersion(Version(2), Sequence(7)),
        SeenVersion(Version(1), Sequence(8))}) {
    const base::Result<void> result = check_version(task, other);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::precondition_failed);
  }
}

TEST(Submission, IsTheSameWhenItsFingerprintIs) {
  const Fingerprint one = fingerprint_of(TaskDraft());
  TaskDraft other;
  other.content.title = "other";
  EXPECT_TRUE(check_same_submission(one, one));
  EXPECT_EQ(check_same_submission(one, fingerprint_of(other)).error().code, ErrorCode::conflict);
}

TaskPatch any_patch() {
  TaskPatch patch;
  if (one_in(2)) patch.title = testing::any_characters(3);
  if (one_in(2)) patch.description = testing::any_characters(3);
  if (one_in(2)) patch.priority = static_cast<Priority>(testing::pick(0, 3));
  if (one_in(2)) {
    patch.due_date.emplace();
    if (one_in(2)) patch.due_date->emplace(base::WallTime::from_ms(testing::pick(0, 10)));
  }
  patch.clear_payload = one_in(4);
  if (one_in(2)) patch.payload_patch = testing::RandomJson::object(2).text;
  return patch;
}

RC_GTEST_PROP(ChangedTaskProperty, TheSamePatchAgainChangesNothing, ()) {
  const TaskPatch patch = any_patch();
  const base::Result<Task> once = changed(queued(), patch, kChangedAt);
  RC_PRE(once.has_value());
  RC_ASSERT(changed(*once, patch, kChangedAt + base::Millis(1)).value() == *once);
}

RC_GTEST_PROP(ChangedTaskProperty, VersionAndTimeMoveExactlyWhenTheContentDoes, ()) {
  const Task before = queued();
  const base::Result<Task> after = changed(before, any_patch(), kChangedAt);
  RC_PRE(after.has_value());
  const bool moved = !(after->content == before.content);
  RC_ASSERT(after->version == Version(moved ? 2 : 1));
  RC_ASSERT(after->updated_at == (moved ? kChangedAt : kCreated));
  Task rest = *after;
  rest.content = before.content;
  rest.version = before.version;
  rest.updated_at = before.updated_at;
  RC_ASSERT(rest == before);
}

RC_GTEST_PROP(ChangedTaskProperty, WhatItHoldsIsValidOrItIsRefused, ()) {
  const base::Result<Task> after = changed(queued(), any_patch(), kChangedAt);
  if (!after) {
    RC_ASSERT(after.error().code == ErrorCode::invalid);
    return;
  }
  const TaskContent& content = after->content;
  RC_ASSERT(!(content.title.empty() && content.payload == "{}"));
  RC_ASSERT(content.payload.size() <= base::kMaxBodyBytes);
  RC_ASSERT(base::compact_json(content.payload).value() == content.payload);
  RC_ASSERT(base::parse_json_object(content.payload).has_value());
}

RC_GTEST_PROP(ChangedTaskProperty, PatchesOfDifferentFieldsCommute, ()) {
  TaskPatch text;
  text.title = "t" + testing::any_characters(3);
  text.description = testing::any_characters(3);
  TaskPatch rest = any_patch();
  rest.title.reset();
  rest.description.reset();
  const base::Result<Task> first = changed(queued(), text, kChangedAt);
  const base::Result<Task> second = changed(queued(), rest, kChangedAt);
  RC_ASSERT(first.has_value() && second.has_value());
  RC_ASSERT(changed(*first, rest, kChangedAt).value().content ==
            changed(*second, text, kChangedAt).value().content);
}

}  // namespace
}  // namespace ordo::domain
