// Tasks as rows: the columns in one order, and both directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/task.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// For SELECT … FROM kTaskTables; read_task expects exactly these. What an open attempt says comes
// before what the task's own row says.
inline constexpr std::string_view kTaskColumns =
    "t.seq, t.id, t.queue, t.lane, iif(a.state = 1, 1, t.status), t.priority, "
    "coalesce(a.attempts, t.attempts), t.max_attempts, t.version + coalesce(a.changes, 0), "
    "t.created_at, max(t.updated_at, coalesce(a.updated_at, 0)), t.due_date, "
    "coalesce(a.started_at, t.started_at), t.finished_at, a.next_attempt_at, t.traceparent, "
    "t.title, coalesce(a.last_error, t.last_error), t.description, t.payload, t.result";
inline constexpr std::string_view kTaskTables = "tasks t LEFT JOIN active a ON a.seq = t.seq";

// The places of kTaskColumns.
namespace column {
enum : std::uint8_t {
  kSequence,
  kId,
  kQueue,
  kLane,
  kStatus,
  kPriority,
  kAttempts,
  kMaxAttempts,
  kVersion,
  kCreatedAt,
  kUpdatedAt,
  kDueDate,
  kStartedAt,
  kFinishedAt,
  kNextAttemptAt,
  kTraceparent,
  kTitle,
  kLastError,
  kDescription,
  kPayload,
  kResult,
  kTasks,  // how many
};
}  // namespace column

[[nodiscard]] domain::Task read_task(const Statement& row);
[[nodiscard]] domain::Sequence sequence_at(const Statement& row, int column);

// As SQLite keeps numbers.
[[nodiscard]] constexpr std::int64_t raw(std::uint64_t number) noexcept {
  return static_cast<std::int64_t>(number);
}
[[nodiscard]] inline std::int64_t raw(domain::Sequence sequence) {
  return raw(sequence.value());
}

// A fingerprint as a blob.
[[nodiscard]] std::string_view bytes_of(const domain::Fingerprint& fingerprint);
[[nodiscard]] std::optional<domain::Fingerprint> fingerprint_at(const Statement& row, int column);

}  // namespace ordo::sqlite
