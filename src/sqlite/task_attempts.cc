// Attempts as they begin and end.
#include "domain/task_attempts.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "domain/task_text.h"
#include "sqlite/task_rows.h"
#include "sqlite/task_writer.h"

namespace ordo::sqlite {
namespace {

using base::ErrorCode;
using ports::WriteAnswer;

WriteAnswer not_running() {
  return base::fail(ErrorCode::conflict, "this attempt does not run any more");
}

}  // namespace

base::Result<void> TaskWriter::apply_one(const ports::StartAttempt& start, WriteAnswer& answer) {
  base::Result<std::optional<StoredTask>> stored = load(start.sequence);
  if (!stored) return base::fail(stored.error());
  if (!*stored) {
    answer = base::fail(ErrorCode::not_found, "the task is gone");
    return {};
  }
  base::Result<domain::Task> next = domain::started(std::move((*stored)->task), start.now);
  if (!next) {
    answer = base::fail(std::move(next.error()));
    return {};
  }
  sql_.open_attempt.bind(raw(start.sequence)).bind(start.now);
  if (start.lease) {
    sql_.open_attempt.bind(std::string_view(start.lease->token))
        .bind(start.lease->until)
        .bind(start.lease->length.count());
  } else {
    sql_.open_attempt.bind_null().bind_null().bind_null();
  }
  if (const auto opened = sql_.open_attempt.run("begin an attempt"); !opened) return opened;
  recount(domain::TaskStatus::queued, domain::TaskStatus::running);
  answer = ports::Started{std::move(*next)};
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::EndAttempt& end_attempt,
                                         WriteAnswer& answer) {
  const base::Result<bool> ended = std::visit(
      [&](const auto& verdict) { return end(end_attempt, verdict); }, end_attempt.verdict);
  if (!ended) return base::fail(ended.error());
  answer = *ended ? WriteAnswer(ports::AttemptEnded{}) : not_running();
  return {};
}

base::Result<void> TaskWriter::apply_one(const ports::ExtendLease& extend, WriteAnswer& answer) {
  const auto extended = sql_.extend_lease.bind(raw(extend.sequence))
                            .bind(static_cast<std::int64_t>(extend.attempt))
                            .bind(extend.until)
                            .bind(extend.length.count())
                            .run("extend a lease");
  if (!extended) return extended;
  const bool found = writing_.connection.changes() != 0;
  writing_.changed = writing_.changed || found;
  answer = found ? WriteAnswer(ports::Noted{}) : not_running();
  return {};
}

// The attempt that ends, if it is the one that runs.
base::Result<std::optional<TaskWriter::OpenAttempt>> TaskWriter::find_open(
    const ports::EndAttempt& end) {
  const ResetAtEnd reset(sql_.find_open);
  const base::Result<bool> row = sql_.find_open.bind(raw(end.sequence))
                                     .bind(static_cast<std::int64_t>(end.attempt))
                                     .step("find an attempt");
  if (!row) return base::fail(row.error());
  if (!*row) return std::optional<OpenAttempt>();
  return std::optional(OpenAttempt{sql_.find_open.time(0).value_or(end.now),
                                   sql_.find_open.integer(1), sql_.find_open.optional_text(2)});
}

base::Result<bool> TaskWriter::end(const ports::EndAttempt& end, const domain::Succeeded& success) {
  const base::Result<std::optional<OpenAttempt>> open = find_open(end);
  if (!open) return base::fail(open.error());
  if (!*open) return false;
  const auto forgotten = sql_.forget_open.bind(raw(end.sequence)).run("end an attempt");
  if (!forgotten) return base::fail(forgotten.error());
  const auto recorded = sql_.record_success.bind(raw(end.sequence))
                            .bind(static_cast<std::int64_t>(end.attempt))
                            .bind((*open)->last_error)
                            .bind(success.result)
                            .bind((*open)->started_at)
                            .bind(end.now)
                            .bind((*open)->changes + 1)
                            .run("record a success");
  if (!recorded) return base::fail(recorded.error());
  recount(domain::TaskStatus::running, domain::TaskStatus::succeeded);
  return true;
}

base::Result<bool> TaskWriter::end(const ports::EndAttempt& end, const domain::Retried& retried) {
  const base::Result<std::optional<OpenAttempt>> open = find_open(end);
  if (!open) return base::fail(open.error());
  if (!*open) return false;
  const auto held = sql_.hold_attempt.bind(raw(end.sequence))
                        .bind(end.now)
                        .bind(std::int64_t{0})
                        .bind(retried.next_attempt_at)
                        .bind(std::string_view(retried.error))
                        .run("end an attempt");
  if (!held) return base::fail(held.error());
  const auto recorded = record_attempt(
      end.sequence, {end.attempt, (*open)->started_at, end.now, retried.outcome, retried.error});
  if (!recorded) return base::fail(recorded.error());
  recount(domain::TaskStatus::running, domain::TaskStatus::queued);
  return true;
}

base::Result<bool> TaskWriter::end(const ports::EndAttempt& end, const domain::Died& died) {
  base::Result<std::optional<StoredTask>> stored = load(end.sequence);
  if (!stored) return base::fail(stored.error());
  if (!*stored) return false;
  const domain::Task& task = (*stored)->task;
  const base::Result<domain::Task> dead = domain::ended(task, end.attempt, end.verdict, end.now);
  if (!dead) return false;
  const auto forgotten = sql_.forget_open.bind(raw(end.sequence)).run("end an attempt");
  if (!forgotten) return base::fail(forgotten.error());
  const auto recorded = record_attempt(
      end.sequence,
      {end.attempt, task.started_at.value_or(end.now), end.now, died.outcome, died.error});
  if (!recorded) return base::fail(recorded.error());
  if (const auto updated = store_state(*dead); !updated) return base::fail(updated.error());
  recount(domain::TaskStatus::running, domain::TaskStatus::dead);
  std::string data;
  domain::append_task(data, *dead);
  const auto noticed = sql_.leave_notice.bind(std::string_view("task.dead"))
                           .bind(end.now)
                           .bind(std::string_view(data))
                           .run("leave a notice");
  if (!noticed) return base::fail(noticed.error());
  return true;
}

base::Result<bool> TaskWriter::end(const ports::EndAttempt& end,
                                   const domain::Released& /*released*/) {
  const base::Result<std::optional<OpenAttempt>> open = find_open(end);
  if (!open) return base::fail(open.error());
  if (!*open) return false;
  base::Result<void> released;
  if (end.attempt == 1) {
    released = sql_.forget_open.bind(raw(end.sequence)).run("release a task");
    if (!released) return base::fail(released.error());
    // Its versions were told by the row that is gone.
    released = sql_.bump_version.bind(raw(end.sequence))
                   .bind((*open)->changes + 1)
                   .bind(end.now)
                   .run("release a task");
  } else {
    released = sql_.hold_attempt.bind(raw(end.sequence))
                   .bind(end.now)
                   .bind(std::int64_t{1})
                   .bind_null()
                   .bind_null()
                   .run("release a task");
  }
  if (!released) return base::fail(released.error());
  recount(domain::TaskStatus::running, domain::TaskStatus::queued);
  return true;
}

base::Result<void> TaskWriter::record_attempt(domain::Sequence sequence,
                                              const domain::Attempt& attempt) {
  return sql_.record_attempt.bind(raw(sequence))
      .bind(static_cast<std::int64_t>(attempt.number))
      .bind(static_cast<std::int64_t>(attempt.outcome))
      .bind(attempt.started_at)
      .bind(attempt.finished_at)
      .bind(attempt.error)
      .run("record an attempt");
}

// Of a task that is cancelled.
base::Result<void> TaskWriter::close_open_attempt(const StoredTask& stored, base::WallTime now) {
  if (!stored.open_changes) return {};
  const domain::Task& task = stored.task;
  if (task.status == domain::TaskStatus::running) {
    const auto recorded =
        record_attempt(task.sequence, {task.attempts, task.started_at.value_or(now), now,
                                       domain::AttemptOutcome::cancelled, std::nullopt});
    if (!recorded) return recorded;
  }
  return sql_.forget_open.bind(raw(task.sequence)).run("end an attempt");
}

base::Result<void> TaskWriter::forget_attempts(domain::Sequence sequence) {
  return sql_.forget_attempts.bind(raw(sequence)).run("forget attempts");
}

}  // namespace ordo::sqlite
