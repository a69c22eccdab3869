// How attempts change a task, as pure functions: what every store does must come to the same.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/task.h"

namespace ordo::domain {

// The next attempt begins. conflict unless queued.
base::Result<Task> started(Task task, base::WallTime now);

// Attempt `number` ended. conflict unless it is the one that runs: late outcomes of lost attempts
// count for nothing.
base::Result<Task> ended(Task task, std::uint32_t number, const Verdict& verdict,
                         base::WallTime now);

// conflict unless dead or cancelled.
base::Result<void> check_requeuable(const Task& task);
// Such a task begins a new life at a new place.
[[nodiscard]] Task requeued(Task task, Sequence place, base::WallTime now);

// What the history keeps of an attempt that ended so; nothing for one that never ran. That of the
// success is the task's own.
[[nodiscard]] std::optional<Attempt> history_entry(const Task& running, const Verdict& verdict,
                                                   base::WallTime now);

// The attempt that the task itself tells of: the one that runs, or that succeeded.
[[nodiscard]] std::optional<Attempt> own_attempt(const Task& task);

}  // namespace ordo::domain
