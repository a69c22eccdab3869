// Tasks as rows: the columns in one order, and both directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/task.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// For SELECT; read_task expects exactly these.
inline constexpr std::string_view kTaskColumns =
    "seq, id, queue, lane, status, priority, attempts, max_attempts, version, created_at, "
    "updated_at, due_date, started_at, finished_at, next_attempt_at, traceparent, title, "
    "last_error, description, payload, result";

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

// A fingerprint as a blob.
[[nodiscard]] std::string_view bytes_of(const domain::Fingerprint& fingerprint);
[[nodiscard]] std::optional<domain::Fingerprint> fingerprint_at(const Statement& row, int column);

}  // namespace ordo::sqlite
