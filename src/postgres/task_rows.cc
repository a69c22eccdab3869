#include "postgres/task_rows.h"

#include <algorithm>

namespace ordo::postgres {

domain::Sequence sequence_at(const Rows& rows, std::size_t row, int column) {
  return domain::Sequence(rows.number(row, column));
}

std::string_view bytes_of(const domain::Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

std::optional<domain::Fingerprint> fingerprint_at(const Rows& rows, std::size_t row, int column) {
  const std::string_view bytes = rows.text(row, column);
  domain::Fingerprint fingerprint{};
  if (bytes.size() != fingerprint.size()) return std::nullopt;
  std::ranges::copy(bytes, fingerprint.begin());
  return fingerprint;
}

TaskRow read_task(const Rows& rows, std::size_t row, int at) {
  TaskRow read;
  domain::Task& task = read.task;
  task.sequence = sequence_at(rows, row, at);
  task.id = domain::TaskId(rows.string(row, at + 1));
  task.queue = domain::QueueName(rows.string(row, at + 2));
  task.lane = domain::LaneKey(rows.string(row, at + 3));
  task.status = static_cast<domain::TaskStatus>(rows.integer(row, at + 4));
  task.content.priority = static_cast<domain::Priority>(rows.integer(row, at + 5));
  task.attempts = static_cast<std::uint32_t>(rows.integer(row, at + 6));
  task.max_attempts = static_cast<std::uint32_t>(rows.integer(row, at + 7));
  task.version = domain::Version(rows.number(row, at + 8));
  task.created_at = rows.time(row, at + 9);
  task.updated_at = rows.time(row, at + 10);
  task.content.due_date = rows.optional_time(row, at + 11);
  task.started_at = rows.optional_time(row, at + 12);
  task.finished_at = rows.optional_time(row, at + 13);
  task.next_attempt_at = rows.optional_time(row, at + 14);
  read.fingerprint = fingerprint_at(rows, row, at + 15);
  task.traceparent = rows.string(row, at + 16);
  task.last_error = rows.optional_string(row, at + 17);
  task.content.title = rows.string(row, at + 18);
  task.content.description = rows.string(row, at + 19);
  task.content.payload = rows.string(row, at + 20);
  task.result = rows.optional_string(row, at + 21);
  return read;
}

void read_active(TaskRow& into, const Rows& rows, std::size_t row, int at) {
  domain::Task& task = into.task;
  task.status =
      rows.integer(row, at + 1) == 1 ? domain::TaskStatus::running : domain::TaskStatus::queued;
  task.attempts = static_cast<std::uint32_t>(rows.integer(row, at + 2));
  task.version = domain::Version(rows.number(row, at + 3));
  task.updated_at = rows.time(row, at + 4);
  task.started_at = rows.optional_time(row, at + 5);
  task.next_attempt_at = rows.optional_time(row, at + 6);
  if (!rows.is_null(row, at + 9)) {
    into.lease = domain::Lease{rows.string(row, at + 9), rows.time(row, at + 7),
                               base::Millis(rows.integer(row, at + 8))};
  }
  task.last_error = rows.optional_string(row, at + 10);
}

}  // namespace ordo::postgres
