#include "sqlite/task_rows.h"

#include <algorithm>
#include <string>

namespace ordo::sqlite {

domain::Sequence sequence_at(const Statement& row, int column) {
  return domain::Sequence(static_cast<std::uint64_t>(row.integer(column)));
}

domain::Task read_task(const Statement& row) {
  const auto small = [&row](int column) { return static_cast<std::uint32_t>(row.integer(column)); };
  const auto time = [&row](int column) { return base::WallTime::from_ms(row.integer(column)); };
  domain::Task task;
  task.sequence = sequence_at(row, column::kSequence);
  task.id = domain::TaskId(std::string(row.text(column::kId)));
  task.queue = domain::QueueName(std::string(row.text(column::kQueue)));
  task.lane = domain::LaneKey(std::string(row.text(column::kLane)));
  task.status = static_cast<domain::TaskStatus>(row.integer(column::kStatus));
  task.content.priority = static_cast<domain::Priority>(row.integer(column::kPriority));
  task.attempts = small(column::kAttempts);
  task.max_attempts = small(column::kMaxAttempts);
  task.version = domain::Version(static_cast<std::uint64_t>(row.integer(column::kVersion)));
  task.created_at = time(column::kCreatedAt);
  task.updated_at = time(column::kUpdatedAt);
  task.content.due_date = row.time(column::kDueDate);
  task.started_at = row.time(column::kStartedAt);
  task.finished_at = row.time(column::kFinishedAt);
  task.next_attempt_at = row.time(column::kNextAttemptAt);
  task.traceparent = row.text(column::kTraceparent);
  task.content.title = row.text(column::kTitle);
  task.last_error = row.optional_text(column::kLastError);
  task.content.description = row.text(column::kDescription);
  task.content.payload = row.text(column::kPayload);
  task.result = row.optional_text(column::kResult);
  return task;
}

std::string_view bytes_of(const domain::Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

std::optional<domain::Fingerprint> fingerprint_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  const std::string_view bytes = row.text(column);
  domain::Fingerprint fingerprint{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), fingerprint.size()), fingerprint.begin());
  return fingerprint;
}

}  // namespace ordo::sqlite
