// What one transaction has made of its tasks, as few statements, each for many rows.
#include <algorithm>
#include <utility>
#include <vector>

#include "domain/lane_shard.h"
#include "postgres/life_statements.h"
#include "postgres/task_unit.h"

namespace ordo::postgres {

const Statement kDeleteActive{"delete_active", "DELETE FROM active WHERE seq = ANY($1::bigint[])"};
const Statement kInsertTasks{
    "insert_tasks",
    // The lock is taken when all of this has come in, not before.
    "WITH held AS MATERIALIZED (SELECT hold_places() AS before) "
    "INSERT INTO tasks (seq, id, queue, lane, shard, status, priority, attempts, max_attempts, "
    "version, created_at, updated_at, due_date, fingerprint, traceparent, title, description, "
    "payload) "
    "SELECT held.before + u.place, u.id, u.queue, u.lane, u.shard, 0, u.priority, 0, "
    "u.max_attempts, u.version, u.created_at, u.updated_at, u.due_date, u.fingerprint, "
    "u.traceparent, u.title, u.description, u.payload "
    "FROM held, unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[], "
    "$6::smallint[], $7::integer[], $8::bigint[], $9::timestamptz[], $10::timestamptz[], "
    "$11::timestamptz[], $12::bytea[], $13::text[], $14::text[], $15::text[], $16::text[]) "
    "AS u (place, id, queue, lane, shard, priority, max_attempts, version, created_at, updated_at, "
    "due_date, fingerprint, traceparent, title, description, payload)"};
const Statement kTakePlaces{"take_places",
                            "SELECT setval('tasks_seq', last_value + $1::bigint) FROM tasks_seq"};
const Statement kUpdateState{
    "update_state",
    "UPDATE tasks t SET status = u.status, attempts = u.attempts, version = u.version, "
    "updated_at = u.updated_at, started_at = u.started_at, finished_at = u.finished_at, "
    "last_error = u.last_error, result = u.result "
    "FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[], $5::timestamptz[], "
    "$6::timestamptz[], $7::timestamptz[], $8::bytea[], $9::text[]) "
    "AS u (seq, status, attempts, version, updated_at, started_at, finished_at, last_error, "
    "result) "
    "WHERE t.seq = u.seq"};
const Statement kPutActive{
    "put_active",
    "INSERT INTO active (seq, state, attempts, version, updated_at, started_at, next_attempt_at, "
    "lease_until, lease_ms, lease, last_error) "
    "SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::bigint[], "
    "$5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[], "
    "$10::text[], $11::bytea[]) "
    "ON CONFLICT (seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, "
    "version = excluded.version, updated_at = excluded.updated_at, "
    "started_at = excluded.started_at, next_attempt_at = excluded.next_attempt_at, "
    "lease_until = excluded.lease_until, lease_ms = excluded.lease_ms, lease = excluded.lease, "
    "last_error = excluded.last_error"};

namespace {

const Statement kDeleteTasks{"delete_tasks", "DELETE FROM tasks WHERE seq = ANY($1::bigint[])"};
const Statement kDeleteAttempts{"delete_attempts",
                                "DELETE FROM attempts WHERE seq = ANY($1::bigint[])"};
const Statement kMoveTasks{"move_tasks",
                           "UPDATE tasks t SET seq = (SELECT last_value FROM tasks_seq) + u.place "
                           "FROM unnest($1::bigint[], $2::bigint[]) AS u (seq, place) "
                           "WHERE t.seq = u.seq"};
// Two updates, because one that names status also touches the indexes.
const Statement kUpdateContent{
    "update_content",
    "UPDATE tasks t SET title = u.title, description = u.description, priority = u.priority, "
    "due_date = u.due_date, payload = u.payload, version = u.version, updated_at = u.updated_at "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::timestamptz[], "
    "$6::text[], $7::bigint[], $8::timestamptz[]) "
    "AS u (seq, title, description, priority, due_date, payload, version, updated_at) "
    "WHERE t.seq = u.seq"};
const Statement kInsertAttempts{
    "insert_attempts",
    "INSERT INTO attempts (seq, number, outcome, started_at, finished_at, error) "
    "SELECT * FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::timestamptz[], "
    "$5::timestamptz[], $6::bytea[]) "
    "ON CONFLICT (seq, number) DO UPDATE SET outcome = excluded.outcome, "
    "started_at = excluded.started_at, finished_at = excluded.finished_at, error = excluded.error"};
const Statement kInsertKeys{
    "insert_keys",
    "INSERT INTO idempotency_keys (key, task_id, fingerprint, recorded_at) "
    "SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[])"};
const Statement kPauseQueue{
    "pause_queue", "INSERT INTO paused_queues (queue) VALUES ($1::text) ON CONFLICT DO NOTHING"};
const Statement kResumeQueue{"resume_queue", "DELETE FROM paused_queues WHERE queue = $1::text"};
// Every number from the first to the last is there.
const Statement kInsertNotices{
    "insert_notices",
    "WITH drawn AS (UPDATE last_notice SET n = n + $1::bigint RETURNING n - $1::bigint AS before) "
    "INSERT INTO notices (n, at, kind, data) SELECT drawn.before + u.place, u.at, u.kind, u.data "
    "FROM drawn, unnest($2::timestamptz[], $3::text[], $4::text[]) WITH ORDINALITY "
    "AS u (at, kind, data, place)"};
const Statement kNoteTold{"note_told",
                          "INSERT INTO channels (name, told) VALUES ($1::text, $2::bigint) "
                          "ON CONFLICT (name) DO UPDATE SET told = greatest(channels.told, $2)"};
const Statement kForgetNotices{"forget_notices", "DELETE FROM notices WHERE n <= $1::bigint"};

}  // namespace

struct TaskUnit::Flush {
  struct {
    Column tasks{Type::int8};
    Column active{Type::int8};
    Column attempts{Type::int8};
  } gone;
  struct {
    Column place{Type::int8}, id{Type::text}, queue{Type::text}, lane{Type::text},
        shard{Type::int2};
    Column priority{Type::int2}, max_attempts{Type::int4}, version{Type::int8};
    Column created_at{Type::time}, updated_at{Type::time}, due_date{Type::time};
    Column fingerprint{Type::bytes}, traceparent{Type::text}, title{Type::text};
    Column description{Type::text}, payload{Type::text};
  } added;
  struct {
    Column sequence{Type::int8}, place{Type::int8};
  } moved;
  struct {
    Column sequence{Type::int8}, title{Type::text}, description{Type::text}, priority{Type::int2};
    Column due_date{Type::time}, payload{Type::text}, version{Type::int8}, updated_at{Type::time};
  } content;
  struct {
    Column sequence{Type::int8}, status{Type::int2}, attempts{Type::int4}, version{Type::int8};
    Column updated_at{Type::time}, started_at{Type::time}, finished_at{Type::time};
    Column last_error{Type::bytes}, result{Type::text};
  } state;
  struct {
    Column sequence{Type::int8}, state{Type::int2}, attempts{Type::int4}, version{Type::int8};
    Column updated_at{Type::time}, started_at{Type::time}, next_attempt_at{Type::time};
    Column lease_until{Type::time}, lease_ms{Type::int8}, lease{Type::text};
    Column last_error{Type::bytes};
  } open;
  struct {
    Column sequence{Type::int8}, number{Type::int4}, outcome{Type::int2}, started_at{Type::time};
    Column finished_at{Type::time}, error{Type::bytes};
  } attempts;

  void add(const TaskRow& row, std::int64_t at);
  void change_content(const domain::Task& task, domain::Sequence sequence);
  void change_state(const domain::Task& task, domain::Sequence sequence);
  void put_open(const TaskRow& row);
  void keep(const domain::Attempt& attempt, domain::Sequence sequence);
  void add_changes(Batch& batch);
};

void TaskUnit::Flush::add(const TaskRow& row, std::int64_t at) {
  const domain::Task& task = row.task;
  added.place.add(at);
  added.id.add(task.id.value());
  added.queue.add(task.queue.value());
  added.lane.add(task.lane.value());
  added.shard.add(std::int64_t{domain::shard_of(task.queue, task.lane)});
  added.priority.add(std::int64_t{std::to_underlying(task.content.priority)});
  added.max_attempts.add(std::int64_t{task.max_attempts});
  added.version.add(raw(task.version.value()));
  added.created_at.add(task.created_at);
  added.updated_at.add(task.updated_at);
  added.due_date.add(task.content.due_date);
  if (row.fingerprint) {
    added.fingerprint.add(bytes_of(*row.fingerprint));
  } else {
    added.fingerprint.add_null();
  }
  added.traceparent.add(task.traceparent);
  added.title.add(task.content.title);
  added.description.add(task.content.description);
  added.payload.add(task.content.payload);
}

void TaskUnit::Flush::change_content(const domain::Task& task, domain::Sequence sequence) {
  content.sequence.add(raw(sequence));
  content.title.add(task.content.title);
  content.description.add(task.content.description);
  content.priority.add(std::int64_t{std::to_underlying(task.content.priority)});
  content.due_date.add(task.content.due_date);
  content.payload.add(task.content.payload);
  content.version.add(raw(task.version.value()));
  content.updated_at.add(task.updated_at);
}

void TaskUnit::Flush::change_state(const domain::Task& task, domain::Sequence sequence) {
  state.sequence.add(raw(sequence));
  state.status.add(std::int64_t{std::to_underlying(task.status)});
  state.attempts.add(std::int64_t{task.attempts});
  state.version.add(raw(task.version.value()));
  state.updated_at.add(task.updated_at);
  state.started_at.add(task.started_at);
  state.finished_at.add(task.finished_at);
  state.last_error.add(task.last_error);
  state.result.add(task.result);
}

void TaskUnit::Flush::put_open(const TaskRow& row) {
  const domain::Task& task = row.task;
  open.sequence.add(raw(task.sequence));
  open.state.add(std::int64_t{task.status == domain::TaskStatus::running});
  open.attempts.add(std::int64_t{task.attempts});
  open.version.add(raw(task.version.value()));
  open.updated_at.add(task.updated_at);
  open.started_at.add(task.started_at);
  open.next_attempt_at.add(task.next_attempt_at);
  if (row.lease) {
    open.lease_until.add(row.lease->until);
    open.lease_ms.add(std::int64_t{row.lease->length.count()});
    open.lease.add(row.lease->token);
  } else {
    open.lease_until.add_null();
    open.lease_ms.add_null();
    open.lease.add_null();
  }
  open.last_error.add(task.last_error);
}

void TaskUnit::Flush::keep(const domain::Attempt& attempt, domain::Sequence sequence) {
  attempts.sequence.add(raw(sequence));
  attempts.number.add(std::int64_t{attempt.number});
  attempts.outcome.add(std::int64_t{std::to_underlying(attempt.outcome)});
  attempts.started_at.add(attempt.started_at);
  attempts.finished_at.add(attempt.finished_at);
  attempts.error.add(attempt.error);
}

std::int64_t TaskUnit::offset_of(domain::Sequence place) const {
  return raw(place.value() - (is_undrawn(place) ? kUndrawn : base_.value_or(0)));
}

void TaskUnit::flush(Flush& flush, const Entry& entry) const {
  const bool is_gone = entry.was && (!entry.now || entry.is_new);
  if (is_gone) {
    flush.gone.tasks.add(raw(entry.was->sequence));
    if (entry.was->open) flush.gone.active.add(raw(entry.was->sequence));
  }
  if (entry.was && entry.was->has_attempts && (is_gone || entry.attempts_forgotten)) {
    flush.gone.attempts.add(raw(entry.was->sequence));
  }
  if (!entry.now) return;
  const domain::Task& task = entry.now->task;
  const bool open = is_open(task);
  if (entry.is_new) {
    flush.add(*entry.now, offset_of(task.sequence));
    // A row begins as one that waits.
    if (task.version != domain::Version(1) && !open) flush.change_state(task, task.sequence);
  } else {
    const domain::Sequence sequence = entry.was->sequence;
    if (entry.content_changed) flush.change_content(task, sequence);
    if (entry.was->open && !open) flush.gone.active.add(raw(sequence));
    const bool content_alone = entry.content_changed && !entry.was->open &&
                               task.status == domain::TaskStatus::queued &&
                               entry.was->status == task.status;
    if (!open && !content_alone) flush.change_state(task, sequence);
    if (task.sequence != sequence) {
      flush.moved.sequence.add(raw(sequence));
      flush.moved.place.add(offset_of(task.sequence));
    }
  }
  if (open) flush.put_open(*entry.now);
  for (const domain::Attempt& attempt : entry.attempts) flush.keep(attempt, task.sequence);
}

// In the order of their places, which is how the tables lie.
std::vector<const TaskUnit::Entry*> TaskUnit::changed_entries() const {
  std::vector<const Entry*> changed;
  for (const auto& [id, entry] : entries_) {
    if (entry.changed) changed.push_back(&entry);
  }
  std::ranges::sort(changed, {}, [](const Entry* entry) {
    if (entry->now) return entry->now->task.sequence;
    return entry->was ? entry->was->sequence : domain::Sequence(0);
  });
  return changed;
}

TaskUnit::TaskUnit(Work& work) : work_(work) {}
TaskUnit::~TaskUnit() = default;

void TaskUnit::add_writes(Batch& batch) {
  flush_ = std::make_unique<Flush>();
  for (const Entry* const entry : changed_entries()) flush(*flush_, *entry);
  auto& gone = flush_->gone;
  if (gone.active.size() > 0) add_rows(batch, kDeleteActive, {}, gone.active);
  if (gone.attempts.size() > 0) add_rows(batch, kDeleteAttempts, {}, gone.attempts);
  if (gone.tasks.size() > 0) add_rows(batch, kDeleteTasks, {}, gone.tasks);
  add_keys(batch);
  add_deeds(batch);
  // Only where places were asked for early may it be about rows that are new.
  if (!base_) flush_->add_changes(batch);
}

void TaskUnit::add_drawing(Batch& batch) {
  if (auto& of = flush_->added; of.id.size() > 0) {
    add_rows(batch, kInsertTasks, {}, of.place, of.id, of.queue, of.lane, of.shard, of.priority,
             of.max_attempts, of.version, of.created_at, of.updated_at, of.due_date, of.fingerprint,
             of.traceparent, of.title, of.description, of.payload);
  } else if (count_ > 0) {
    batch.add(kHoldPlaces);
  }
  if (base_) flush_->add_changes(batch);
  if (auto& of = flush_->moved; of.sequence.size() > 0) {
    add_rows(batch, kMoveTasks, {}, of.sequence, of.place);
  }
}

// What fails before this has taken none: the places have no gaps but where a commit itself fails.
void TaskUnit::add_taking(Batch& batch) {
  if (count_ == 0) return;
  Params params;
  params.add(raw(count_));
  batch.add(kTakePlaces, std::move(params));
}

void TaskUnit::Flush::add_changes(Batch& batch) {
  if (auto& of = content; of.sequence.size() > 0) {
    add_rows(batch, kUpdateContent, {}, of.sequence, of.title, of.description, of.priority,
             of.due_date, of.payload, of.version, of.updated_at);
  }
  if (auto& of = state; of.sequence.size() > 0) {
    add_rows(batch, kUpdateState, {}, of.sequence, of.status, of.attempts, of.version,
             of.updated_at, of.started_at, of.finished_at, of.last_error, of.result);
  }
  if (auto& of = open; of.sequence.size() > 0) {
    add_rows(batch, kPutActive, {}, of.sequence, of.state, of.attempts, of.version, of.updated_at,
             of.started_at, of.next_attempt_at, of.lease_until, of.lease_ms, of.lease,
             of.last_error);
  }
  if (auto& of = attempts; of.sequence.size() > 0) {
    add_rows(batch, kInsertAttempts, {}, of.sequence, of.number, of.outcome, of.started_at,
             of.finished_at, of.error);
  }
}

void TaskUnit::add_keys(Batch& batch) const {
  Column key(Type::text);
  Column id(Type::text);
  Column fingerprint(Type::bytes);
  Column recorded_at(Type::time);
  // In one order for all, so that two who add the same keys do not wait for each other.
  std::map<domain::IdempotencyKey, const KeyRow*> added;
  for (const auto& [name, entry] : keys_) {
    if (entry.added) added.emplace(name, &*entry.row);
  }
  for (const auto& [name, row] : added) {
    key.add(name.value());
    id.add(row->id.value());
    fingerprint.add(bytes_of(row->fingerprint));
    recorded_at.add(row->recorded_at);
  }
  if (key.size() > 0) add_rows(batch, kInsertKeys, {}, key, id, fingerprint, recorded_at);
}

void TaskUnit::add_deeds(Batch& batch) {
  for (auto& deed : deeds_) {
    Params params;
    if (auto* const notices = std::get_if<Notices>(&deed)) {
      params.add(raw(notices->kinds.size()));
      add_rows(batch, kInsertNotices, std::move(params), notices->times, notices->kinds,
               notices->texts);
    } else if (const auto* const told = std::get_if<Told>(&deed)) {
      params.add(std::string_view(told->channel)).add(raw(told->up_to));
      batch.add(kNoteTold, std::move(params));
    } else if (const auto* const forget = std::get_if<Forget>(&deed)) {
      params.add(raw(forget->up_to));
      batch.add(kForgetNotices, std::move(params));
    } else {
      const Pause& pause = std::get<Pause>(deed);
      params.add(std::string_view(pause.queue.value()));
      batch.add(pause.paused ? kPauseQueue : kResumeQueue, std::move(params));
    }
  }
}

}  // namespace ordo::postgres
