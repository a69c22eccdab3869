#include "domain/task_changes.h"

#include <utility>

#include "base/json.h"
#include "base/limits.h"

namespace ordo::domain {
namespace {

base::Error bad_field(std::string pointer, std::string code, std::string message) {
  return {base::ErrorCode::invalid,
          "the changed task is not valid",
          {{std::move(pointer), std::move(code), std::move(message)}}};
}

}  // namespace

base::Result<Task> changed(Task task, const TaskPatch& patch, base::WallTime now) {
  if (task.status != TaskStatus::queued) {
    return base::fail(base::ErrorCode::conflict, "only a queued task can be changed; this one is " +
                                                     std::string(name_of(task.status)));
  }
  TaskContent content = task.content;
  if (patch.title) content.title = *patch.title;
  if (patch.description) content.description = *patch.description;
  if (patch.priority) content.priority = *patch.priority;
  if (patch.due_date) content.due_date = *patch.due_date;
  if (patch.clear_payload) content.payload = "{}";
  if (patch.payload_patch) {
    base::Result<std::string> merged =
        base::merge_patch_json(content.payload, *patch.payload_patch);
    if (!merged) return base::fail(std::move(merged.error()));
    content.payload = std::move(*merged);
  }
  const bool empty = content.title.empty() && content.payload == "{}";
  const bool was_empty = task.content.title.empty() && task.content.payload == "{}";
  if (empty && !was_empty) {
    return base::fail(
        bad_field("/title", "required", "a task needs a title unless it has a payload"));
  }
  if (content.payload.size() > base::kMaxBodyBytes) {
    return base::fail(bad_field("/payload", "too_long", "the merged payload is over 256 KiB"));
  }
  if (content == task.content) return task;
  task.content = std::move(content);
  touch(task, now);
  return task;
}

base::Result<Task> cancelled(Task task, base::WallTime now) {
  if (task.status == TaskStatus::cancelled) return task;
  if (is_finished(task.status)) {
    return base::fail(base::ErrorCode::conflict,
                      "the task is " + std::string(name_of(task.status)) +
                          " already; only a queued or running one can be cancelled");
  }
  task.status = TaskStatus::cancelled;
  task.finished_at = now;
  task.next_attempt_at.reset();
  touch(task, now);
  return task;
}

base::Result<void> check_removable(const Task& task) {
  if (task.status != TaskStatus::running) return {};
  return base::fail(base::ErrorCode::conflict, "the task is running; cancel it first");
}

base::Result<void> check_version(const Task& task, const std::optional<SeenVersion>& expected) {
  if (!expected) return {};
  const bool same_task = !expected->sequence || *expected->sequence == task.sequence;
  if (same_task && expected->version == task.version) return {};
  return base::fail(base::ErrorCode::precondition_failed,
                    "the task has changed since; read it again for its current ETag");
}

base::Result<void> check_same_submission(const Fingerprint& recorded, const Fingerprint& sent) {
  if (recorded == sent) return {};
  return base::fail(base::ErrorCode::conflict,
                    "another task was accepted under the same task_id or Idempotency-Key");
}

}  // namespace ordo::domain
