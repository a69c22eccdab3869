#include "domain/task_attempts.h"

#include <string>
#include <utility>

#include "base/assert.h"

namespace ordo::domain {
namespace {

void apply(Task& task, const Succeeded& success, base::WallTime now) {
  task.status = TaskStatus::succeeded;
  task.result = success.result;
  task.finished_at = now;
}

void apply(Task& task, const Retried& retried, base::WallTime /*now*/) {
  task.status = TaskStatus::queued;
  task.last_error = retried.error;
  task.next_attempt_at = retried.next_attempt_at;
}

void apply(Task& task, const Died& died, base::WallTime now) {
  task.status = TaskStatus::dead;
  task.last_error = died.error;
  task.finished_at = now;
}

void apply(Task& task, const Released& /*released*/, base::WallTime /*now*/) {
  task.status = TaskStatus::queued;
  if (--task.attempts == 0) task.started_at.reset();
}

}  // namespace

base::Result<Task> started(Task task, base::WallTime now) {
  if (task.status != TaskStatus::queued) {
    return base::fail(base::ErrorCode::conflict,
                      "the task is " + std::string(name_of(task.status)) + ", not queued");
  }
  task.status = TaskStatus::running;
  ++task.attempts;
  task.started_at = now;
  task.next_attempt_at.reset();
  touch(task, now);
  return task;
}

base::Result<Task> ended(Task task, std::uint32_t number, const Verdict& verdict,
                         base::WallTime now) {
  if (task.status != TaskStatus::running || task.attempts != number) {
    return base::fail(base::ErrorCode::conflict, "this attempt does not run any more");
  }
  std::visit([&](const auto& one) { apply(task, one, now); }, verdict);
  touch(task, now);
  return task;
}

base::Result<void> check_requeuable(const Task& task) {
  if (task.status == TaskStatus::dead || task.status == TaskStatus::cancelled) return {};
  return base::fail(base::ErrorCode::conflict,
                    "only a dead or cancelled task can be put back; this one is " +
                        std::string(name_of(task.status)));
}

Task requeued(Task task, Sequence place, base::WallTime now) {
  ORDO_ASSERT(check_requeuable(task).has_value());
  task.sequence = place;
  task.status = TaskStatus::queued;
  task.attempts = 0;
  task.last_error.reset();
  task.result.reset();
  task.started_at.reset();
  task.finished_at.reset();
  task.next_attempt_at.reset();
  touch(task, now);
  return task;
}

std::optional<Attempt> history_entry(const Task& running, const Verdict& verdict,
                                     base::WallTime now) {
  Attempt entry{running.attempts, running.started_at.value_or(now), now};
  if (const auto* retried = std::get_if<Retried>(&verdict)) {
    entry.outcome = retried->outcome;
    entry.error = retried->error;
    return entry;
  }
  if (const auto* died = std::get_if<Died>(&verdict)) {
    entry.outcome = died->outcome;
    entry.error = died->error;
    return entry;
  }
  return std::nullopt;
}

std::optional<Attempt> own_attempt(const Task& task) {
  if (!task.started_at) return std::nullopt;
  if (task.status == TaskStatus::running) return Attempt{task.attempts, *task.started_at};
  if (task.status != TaskStatus::succeeded) return std::nullopt;
  return Attempt{task.attempts, *task.started_at, task.finished_at, AttemptOutcome::succeeded};
}

}  // namespace ordo::domain
