#include "postgres/task_expiry.h"

#include <utility>

#include "postgres/task_rows.h"

namespace ordo::postgres {
namespace {

const Statement kFinished{
    "finished_tasks",
    "SELECT t.seq, t.queue, t.status, t.attempts > 0, "
    "octet_length(t.title) + octet_length(t.description) + octet_length(t.payload) + "
    "coalesce(octet_length(t.result), 0) + coalesce(octet_length(t.last_error), 0) "
    "FROM tasks t WHERE t.status >= 2 AND t.finished_at < $1::timestamptz "
    "ORDER BY t.finished_at, t.seq LIMIT $2::bigint FOR UPDATE SKIP LOCKED"};
const Statement kDropTasks{"drop_tasks", "DELETE FROM tasks WHERE seq = ANY($1::bigint[])"};
const Statement kDropAttempts{"drop_attempts",
                              "DELETE FROM attempts WHERE seq = ANY($1::bigint[])"};
const Statement kDropKeys{
    "drop_keys",
    "DELETE FROM idempotency_keys WHERE key = ANY(ARRAY(SELECT key FROM idempotency_keys "
    "WHERE recorded_at < $1::timestamptz ORDER BY recorded_at LIMIT $2::bigint "
    "FOR UPDATE SKIP LOCKED))"};

Params of(Column column) {
  Params params;
  params.add(std::move(column));
  return params;
}

}  // namespace

std::vector<ExpiredTask> expire_tasks(Work& work, base::WallTime finished_before,
                                      ports::ExpiryBite& bite) {
  Params params;
  params.add(finished_before).add(raw(bite.rows));
  const Rows rows = work.ask(kFinished, std::move(params));
  std::vector<ExpiredTask> expired;
  Column tasks(Type::int8);
  Column with_attempts(Type::int8);
  for (std::size_t i = 0; i < rows.size() && !bite.is_eaten(); ++i) {
    expired.push_back({domain::QueueName(rows.string(i, 1)),
                       static_cast<domain::TaskStatus>(rows.integer(i, 2))});
    tasks.add(rows.integer(i, 0));
    if (rows.boolean(i, 3)) with_attempts.add(rows.integer(i, 0));
    bite.take(static_cast<std::size_t>(rows.integer(i, 4)));
  }
  if (expired.empty()) return expired;
  Batch batch;
  if (with_attempts.size() > 0) batch.add(kDropAttempts, of(std::move(with_attempts)));
  batch.add(kDropTasks, of(std::move(tasks)));
  work.ask(std::move(batch));
  return expired;
}

void expire_keys(Work& work, base::WallTime recorded_before, ports::ExpiryBite& bite) {
  Params params;
  params.add(recorded_before).add(raw(bite.rows));
  const Rows dropped = work.ask(kDropKeys, std::move(params));
  for (std::uint64_t i = dropped.changed(); i > 0; --i) bite.take(0);
}

}  // namespace ordo::postgres
