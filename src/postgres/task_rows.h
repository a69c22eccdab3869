// Tasks as rows: the columns in one order, and how they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/attempt.h"
#include "domain/task.h"
#include "postgres/params.h"
#include "postgres/rows.h"

namespace ordo::postgres {

// What one task has in the tables `tasks` and `active`.
struct TaskRow {
  domain::Task task;
  std::optional<domain::Fingerprint> fingerprint = {};
  std::optional<domain::Lease> lease = {};
};

// It has begun and has not ended: what changes meanwhile stands in `active`.
[[nodiscard]] inline bool is_open(const domain::Task& task) {
  return !domain::is_finished(task.status) && task.attempts > 0;
}

// For SELECT … FROM tasks t. The large texts are last.
inline constexpr std::string_view kTaskColumns =
    "t.seq, t.id, t.queue, t.lane, t.status, t.priority, t.attempts, t.max_attempts, t.version, "
    "t.created_at, t.updated_at, t.due_date, t.started_at, t.finished_at, t.next_attempt_at, "
    "t.fingerprint, t.traceparent, t.last_error, t.title, t.description, t.payload, t.result";
// As kTaskColumns, for one whose texts nobody will look at.
inline constexpr std::string_view kBareTaskColumns =
    "t.seq, t.id, t.queue, t.lane, t.status, t.priority, t.attempts, t.max_attempts, t.version, "
    "t.created_at, t.updated_at, t.due_date, t.started_at, t.finished_at, t.next_attempt_at, "
    "t.fingerprint, t.traceparent, t.last_error, ''::text, ''::text, ''::text, NULL::text";
inline constexpr int kTaskColumnCount = 22;
// For SELECT … FROM active a.
inline constexpr std::string_view kActiveColumns =
    "a.seq, a.state, a.attempts, a.version, a.updated_at, a.started_at, a.next_attempt_at, "
    "a.lease_until, a.lease_ms, a.lease, a.last_error";

inline constexpr int kActiveColumnCount = 11;

// Of the columns from `at` on.
[[nodiscard]] TaskRow read_task(const Rows& rows, std::size_t row, int at = 0);
// What an open attempt says comes before what the task's own row says.
void read_active(TaskRow& into, const Rows& rows, std::size_t row, int at = 0);

[[nodiscard]] domain::Sequence sequence_at(const Rows& rows, std::size_t row, int column);
[[nodiscard]] std::string_view bytes_of(const domain::Fingerprint& fingerprint);
[[nodiscard]] std::optional<domain::Fingerprint> fingerprint_at(const Rows& rows, std::size_t row,
                                                                int column);

[[nodiscard]] inline std::int64_t raw(domain::Sequence sequence) {
  return raw(sequence.value());
}

}  // namespace ordo::postgres
