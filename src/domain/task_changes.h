// What may happen to a stored task, as pure functions: every store asks these
// rather than keeping rules of its own.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "domain/task.h"

namespace ordo::domain {

// A merge patch (RFC 7396), decoded and checked: what is absent stays.
struct TaskPatch {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<Priority> priority;
  std::optional<std::optional<base::WallTime>> due_date;  // engaged and empty: remove it
  std::optional<std::string> payload_patch;               // a JSON object to merge into the payload
  bool clear_payload = false;                             // "payload": null

  friend bool operator==(const TaskPatch&, const TaskPatch&) = default;
};

// The state of a task that a caller saw last. The sequence tells apart two tasks that had the same
// id one after the other.
struct SeenVersion {
  // NOLINTNEXTLINE(google-explicit-constructor): a version alone is the common case
  SeenVersion(Version seen, std::optional<Sequence> of = std::nullopt)
      : version(seen), sequence(of) {}
  Version version;
  std::optional<Sequence> sequence;
};

// conflict unless queued; invalid when the changed task would break a rule (no title and no
// payload).
base::Result<Task> changed(Task task, const TaskPatch& patch, base::WallTime now);

// Queued or running becomes cancelled; cancelled stays as it is; otherwise conflict.
base::Result<Task> cancelled(Task task, base::WallTime now);

// conflict while running.
base::Result<void> check_removable(const Task& task);

// precondition_failed unless `expected` is absent or what the task is now.
base::Result<void> check_version(const Task& task, const std::optional<SeenVersion>& expected);

// How a repeated submission is answered: the same one replays, another one conflicts.
base::Result<void> check_same_submission(const Fingerprint& recorded, const Fingerprint& sent);

}  // namespace ordo::domain
