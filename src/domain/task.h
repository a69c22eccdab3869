// A task: what a client said, where it stands in its lane, and what became of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/ids.h"

namespace ordo::domain {

// The numbers are stored: never renumber.
enum class TaskStatus : std::uint8_t {
  queued = 0,
  running = 1,
  succeeded = 2,
  dead = 3,
  cancelled = 4
};
inline constexpr std::size_t kTaskStatuses = 5;
enum class Priority : std::uint8_t { low = 0, medium = 1, high = 2 };

[[nodiscard]] std::string_view name_of(TaskStatus status) noexcept;
[[nodiscard]] std::string_view name_of(Priority priority) noexcept;
[[nodiscard]] std::optional<TaskStatus> task_status_named(std::string_view name) noexcept;
[[nodiscard]] std::optional<Priority> priority_named(std::string_view name) noexcept;

// Whether the task has left its lane for good (unless somebody puts it back).
[[nodiscard]] constexpr bool is_finished(TaskStatus status) noexcept {
  return status == TaskStatus::succeeded || status == TaskStatus::dead ||
         status == TaskStatus::cancelled;
}

// What the client says of the work itself and may change while the task waits.
struct TaskContent {
  std::string title;
  std::string description;
  Priority priority = Priority::medium;
  std::optional<base::WallTime> due_date;
  std::string payload = "{}";  // a JSON object as compact text

  friend bool operator==(const TaskContent&, const TaskContent&) = default;
};

// A valid submission, defaults filled in. Without an id, one is made.
struct TaskDraft {
  std::optional<TaskId> id;
  QueueName queue{"tasks"};
  LaneKey lane{"main"};
  TaskContent content;

  friend bool operator==(const TaskDraft&, const TaskDraft&) = default;
};

// Tells two submissions apart: equal for drafts that ask for the same task, so a default that was
// sent (an empty payload, too) is no difference.
using Fingerprint = std::array<unsigned char, 16>;
[[nodiscard]] Fingerprint fingerprint_of(const TaskDraft& draft);

// A task on its way to the store. `fingerprint` is set when the client chose the id or sent a key,
// for only then can the same submission come again.
struct NewTask {
  TaskId id;
  QueueName queue;
  LaneKey lane;
  TaskContent content;
  std::uint32_t max_attempts = 3;
  base::WallTime created_at;
  std::string traceparent;  // W3C trace context as received, or empty
  std::optional<IdempotencyKey> key;
  std::optional<Fingerprint> fingerprint;
};

struct Task {
  TaskId id;
  QueueName queue;
  LaneKey lane;
  Sequence sequence;
  TaskContent content;
  TaskStatus status = TaskStatus::queued;
  std::uint32_t attempts = 0;
  std::uint32_t max_attempts = 3;
  std::optional<std::string> last_error;
  std::optional<std::string> result;  // a JSON object as compact text
  base::WallTime created_at;
  base::WallTime updated_at;
  std::optional<base::WallTime> started_at;
  std::optional<base::WallTime> finished_at;
  std::optional<base::WallTime> next_attempt_at;
  std::string traceparent;
  Version version{1};

  friend bool operator==(const Task&, const Task&) = default;
};

// The task as it is right after it was accepted at `sequence`.
[[nodiscard]] Task accepted(NewTask task, Sequence sequence);

// Each change of a task makes another version of it.
void touch(Task& task, base::WallTime now);

// Bytes of the texts whose size has no small bound.
[[nodiscard]] std::size_t text_bytes(const Task& task) noexcept;

struct TaskCounts {
  std::array<std::uint64_t, kTaskStatuses> by_status{};

  [[nodiscard]] std::uint64_t& of(TaskStatus status) noexcept {
    return by_status[static_cast<std::size_t>(status)];
  }
  [[nodiscard]] std::uint64_t of(TaskStatus status) const noexcept {
    return by_status[static_cast<std::size_t>(status)];
  }
  friend bool operator==(const TaskCounts&, const TaskCounts&) = default;
};

}  // namespace ordo::domain
