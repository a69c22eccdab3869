// Tasks as rows: the columns in one order, and both directions.
#pragma once

#include <cstddef>
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

// Where a filter looks without reading the whole row.
namespace column {
inline constexpr int kSequence = 0;
inline constexpr int kQueue = 2;
inline constexpr int kLane = 3;
inline constexpr int kStatus = 4;
inline constexpr int kPriority = 5;
inline constexpr int kTitle = 16;
inline constexpr int kDescription = 18;
inline constexpr int kPayload = 19;
inline constexpr int kTasks = 21;  // how many
}  // namespace column

[[nodiscard]] domain::Task read_task(const Statement& row);
[[nodiscard]] domain::Sequence sequence_at(const Statement& row, int column);

// A fingerprint as a blob.
[[nodiscard]] std::string_view bytes_of(const domain::Fingerprint& fingerprint);
[[nodiscard]] std::optional<domain::Fingerprint> fingerprint_at(const Statement& row, int column);

}  // namespace ordo::sqlite
