// What one transaction has made of its executions, as few statements, each for many rows.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "postgres/execution_rows.h"
#include "postgres/execution_unit.h"

namespace ordo::postgres {
namespace {

using domain::ExecutionNumber;

const Statement kInsertDefinitions{
    "insert_definitions",
    "INSERT INTO definitions (digest, text) SELECT * FROM unnest($1::bytea[], $2::text[]) "
    "ON CONFLICT DO NOTHING"};
const Statement kInsertExecutions{
    "insert_executions",
    // The lock is taken when all of this has come in, not before.
    "WITH held AS MATERIALIZED (SELECT hold_execution_numbers() AS before) "
    "INSERT INTO executions (n, id, pipeline, name, status, redrives, started_at, stopped_at, "
    "redriven_at, last_event, definition, parent, error, cause, input, output) "
    "SELECT held.before + u.place, u.id, u.pipeline, u.name, u.status, u.redrives, u.started_at, "
    "u.stopped_at, u.redriven_at, u.last_event, u.definition, u.parent, u.error, u.cause, "
    "u.input, u.output "
    "FROM held, unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[], "
    "$6::integer[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::bigint[], "
    "$11::bytea[], $12::text[], $13::bytea[], $14::bytea[], $15::text[], $16::text[]) "
    "AS u (place, id, pipeline, name, status, redrives, started_at, stopped_at, redriven_at, "
    "last_event, definition, parent, error, cause, input, output)"};
const Statement kTakeExecutionNumbers{
    "take_execution_numbers",
    "SELECT setval('executions_seq', last_value + $1::bigint) FROM executions_seq"};
// Of those that have ended, or that had and go on.
const Statement kUpdateExecutions{
    "update_executions",
    "UPDATE executions e SET status = u.status, redrives = coalesce(u.redrives, e.redrives), "
    "stopped_at = u.stopped_at, redriven_at = coalesce(u.redriven_at, e.redriven_at), "
    "last_event = coalesce(u.last_event, e.last_event), error = u.error, cause = u.cause, "
    "output = u.output "
    "FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::timestamptz[], "
    "$5::timestamptz[], $6::bigint[], $7::bytea[], $8::bytea[], $9::text[]) "
    "AS u (n, status, redrives, stopped_at, redriven_at, last_event, error, cause, output) "
    "WHERE e.n = u.n"};
const Statement kCloseExecutions{"close_executions",
                                 "DELETE FROM running WHERE n = ANY($1::bigint[])"};
const Statement kDropAllFrames{"drop_all_frames", "DELETE FROM frames WHERE n = ANY($1::bigint[])"};
const Statement kDropFrames{"drop_frames",
                            "DELETE FROM frames f USING unnest($1::bigint[], $2::integer[]) "
                            "AS u (n, id) WHERE f.n = u.n AND f.id = u.id"};

// Of those that are new, numbers count from the last that is taken.
constexpr std::string_view kFirstPlace =
    "CASE WHEN $1::boolean THEN (SELECT last_value FROM executions_seq) ELSE 0 END";
const Statement kPutRunning{
    "put_running",
    fmt::format("INSERT INTO running (n, next_event, deadline, wake_at, idle) "
                "SELECT {} + u.n, u.next_event, u.deadline, u.wake_at, u.idle = 1 "
                "FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], "
                "$6::smallint[]) AS u (n, next_event, deadline, wake_at, idle) "
                "ON CONFLICT (n) DO UPDATE SET next_event = excluded.next_event, "
                "deadline = excluded.deadline, wake_at = excluded.wake_at, idle = excluded.idle",
                kFirstPlace)};
const Statement kPutFrames{
    "put_frames",
    fmt::format("INSERT INTO frames (n, id, text) SELECT {} + u.n, u.id, u.text "
                "FROM unnest($2::bigint[], $3::integer[], $4::text[]) AS u (n, id, text) "
                "ON CONFLICT (n, id) DO UPDATE SET text = excluded.text",
                kFirstPlace)};
// A step may be written again.
const Statement kPutHistory{
    "put_history",
    fmt::format("INSERT INTO history (n, first, events) SELECT {} + u.n, u.first, u.events "
                "FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS u (n, first, events) "
                "ON CONFLICT DO NOTHING",
                kFirstPlace)};

const Statement kNoteFirings{
    "note_firings",
    "INSERT INTO firings (pipeline, at, schedule) "
    "SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[]) "
    "ON CONFLICT (pipeline) DO UPDATE SET at = excluded.at, schedule = excluded.schedule"};
const Statement kPausePipelines{"pause_pipelines",
                                "INSERT INTO paused_pipelines (pipeline) SELECT unnest($1::text[]) "
                                "ON CONFLICT DO NOTHING"};
const Statement kResumePipelines{"resume_pipelines",
                                 "DELETE FROM paused_pipelines WHERE pipeline = ANY($1::text[])"};

// What several steps of one execution come to.
struct Outcome {
  const ports::ExecutionStep::End* end = nullptr;
  const ports::ExecutionStep::Redrive* redrive = nullptr;
  std::optional<std::int64_t> last_event;
  std::map<states::FrameId, const std::string*> frames;  // null: it is not there any more
  std::map<std::uint64_t, const std::string*> events;
};

Outcome outcome_of(const std::vector<ExecutionUnit::Step>& steps) {
  Outcome outcome;
  for (const ExecutionUnit::Step& step : steps) {
    if (step->redrive) {
      outcome.redrive = &*step->redrive;
      outcome.end = nullptr;
    }
    for (const states::FrameId id : step->removed) outcome.frames[id] = nullptr;
    for (const auto& frame : step->frames) outcome.frames[frame.id] = &frame.text;
    if (step->first_event != 0) outcome.events.emplace(step->first_event, &step->events);
    if (!step->end) continue;
    outcome.end = &*step->end;
    outcome.last_event = raw(step->next_event - 1);
    if (step->end->status == states::Status::succeeded) outcome.frames.clear();
  }
  return outcome;
}

std::optional<std::string_view> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

}  // namespace

// What lies beside the rows of executions.
struct ExecutionUnit::Parts {
  struct {
    Column n{Type::int8}, next_event{Type::int8}, deadline{Type::time}, wake_at{Type::time};
    Column idle{Type::int2};
  } running;
  struct {
    Column n{Type::int8}, id{Type::int4}, text{Type::text};
  } frames;
  struct {
    Column n{Type::int8}, first{Type::int8}, events{Type::text};
  } history;

  void open(std::int64_t n, const ports::ExecutionStep& last);
  void put(std::int64_t n, const Outcome& outcome);
  void add(Batch& batch, bool are_new);
};

struct ExecutionUnit::Flush {
  struct {
    Column place{Type::int8}, id{Type::text}, pipeline{Type::text}, name{Type::text};
    Column status{Type::int2}, redrives{Type::int4}, started_at{Type::time};
    Column stopped_at{Type::time}, redriven_at{Type::time}, last_event{Type::int8};
    Column definition{Type::bytes}, parent{Type::text}, error{Type::bytes}, cause{Type::bytes};
    Column input{Type::text}, output{Type::text};
  } added;
  struct {
    Column n{Type::int8}, status{Type::int2}, redrives{Type::int4}, stopped_at{Type::time};
    Column redriven_at{Type::time}, last_event{Type::int8}, error{Type::bytes}, cause{Type::bytes};
    Column output{Type::text};
  } changed;
  Column closed{Type::int8};
  Column without_frames{Type::int8};
  struct {
    Column n{Type::int8}, id{Type::int4};
  } gone_frames;
  Parts parts;
  Parts parts_of_new;

  void add(std::int64_t place, const Entry& entry, const Outcome& outcome);
  void change(std::int64_t n, states::Status status, const Outcome& outcome);
};

void ExecutionUnit::Parts::open(std::int64_t n, const ports::ExecutionStep& last) {
  running.n.add(n);
  running.next_event.add(raw(last.next_event));
  running.deadline.add(last.deadline);
  running.wake_at.add(last.wake);
  running.idle.add(std::int64_t{last.idle});
}

void ExecutionUnit::Parts::put(std::int64_t n, const Outcome& outcome) {
  for (const auto& [id, text] : outcome.frames) {
    if (text == nullptr) continue;
    frames.n.add(n);
    frames.id.add(std::int64_t{id});
    frames.text.add(*text);
  }
  for (const auto& [first, events] : outcome.events) {
    history.n.add(n);
    history.first.add(raw(first));
    history.events.add(*events);
  }
}

void ExecutionUnit::Parts::add(Batch& batch, bool are_new) {
  const auto of = [are_new] { return std::move(Params().add(are_new)); };
  if (running.n.size() > 0) {
    add_rows(batch, kPutRunning, of(), running.n, running.next_event, running.deadline,
             running.wake_at, running.idle);
  }
  if (frames.n.size() > 0) add_rows(batch, kPutFrames, of(), frames.n, frames.id, frames.text);
  if (history.n.size() > 0) {
    add_rows(batch, kPutHistory, of(), history.n, history.first, history.events);
  }
}

void ExecutionUnit::Flush::add(std::int64_t place, const Entry& entry, const Outcome& outcome) {
  const ports::ExecutionRecord& record = *entry.record;
  added.place.add(place);
  added.id.add(record.id.value());
  added.pipeline.add(record.pipeline.value());
  added.name.add(record.name);
  added.status.add(std::int64_t{std::to_underlying(record.status)});
  added.redrives.add(std::int64_t{record.redrives});
  added.started_at.add(record.started_at);
  added.stopped_at.add(record.stopped_at);
  added.redriven_at.add(record.redriven_at);
  added.last_event.add(outcome.last_event.value_or(0));
  added.definition.add(entry.definition);
  added.parent.add(record.parent);
  added.error.add(record.error);
  added.cause.add(record.cause);
  added.input.add(record.input);
  added.output.add(record.output);
}

void ExecutionUnit::Flush::change(std::int64_t n, states::Status status, const Outcome& outcome) {
  changed.n.add(n);
  changed.status.add(std::int64_t{std::to_underlying(status)});
  if (outcome.redrive != nullptr) {
    changed.redrives.add(std::int64_t{outcome.redrive->count});
    changed.redriven_at.add(outcome.redrive->at);
  } else {
    changed.redrives.add_null();
    changed.redriven_at.add_null();
  }
  changed.last_event.add(outcome.last_event);
  if (outcome.end != nullptr) {
    changed.stopped_at.add(outcome.end->at);
    changed.error.add(if_any(outcome.end->error));
    changed.cause.add(if_any(outcome.end->cause));
    changed.output.add(if_any(outcome.end->output));
  } else {
    changed.stopped_at.add_null();
    changed.error.add_null();
    changed.cause.add_null();
    changed.output.add_null();
  }
}

std::int64_t ExecutionUnit::offset_of(ExecutionNumber number) const {
  return raw(number.value() - (is_undrawn(number) ? kUndrawn : base_.value_or(0)));
}

void ExecutionUnit::flush(Flush& flush, ExecutionNumber number, const Entry& entry) const {
  const Outcome outcome = outcome_of(entry.steps);
  const bool goes_on = entry.status == states::Status::running;
  const std::int64_t n = entry.is_new ? offset_of(number) : raw(number);
  Parts& parts = entry.is_new ? flush.parts_of_new : flush.parts;
  if (goes_on) parts.open(n, *entry.steps.back());
  parts.put(n, outcome);
  if (entry.is_new) return flush.add(n, entry, outcome);
  if (outcome.end != nullptr || outcome.redrive != nullptr) {
    flush.change(n, entry.status, outcome);
  }
  if (!goes_on && entry.was == states::Status::running) flush.closed.add(n);
  if (entry.status == states::Status::succeeded) flush.without_frames.add(n);
  for (const auto& [id, text] : outcome.frames) {
    if (text != nullptr) continue;
    flush.gone_frames.n.add(n);
    flush.gone_frames.id.add(std::int64_t{id});
  }
}

ExecutionUnit::ExecutionUnit(Work& work) : work_(work) {}
ExecutionUnit::~ExecutionUnit() = default;

void ExecutionUnit::add_writes(Batch& batch) {
  flush_ = std::make_unique<Flush>();
  for (const auto& [number, entry] : entries_) {
    if (!entry.steps.empty()) flush(*flush_, number, entry);
  }
  if (flush_->closed.size() > 0) add_rows(batch, kCloseExecutions, {}, flush_->closed);
  if (flush_->without_frames.size() > 0) {
    add_rows(batch, kDropAllFrames, {}, flush_->without_frames);
  }
  if (auto& of = flush_->gone_frames; of.n.size() > 0) {
    add_rows(batch, kDropFrames, {}, of.n, of.id);
  }
  if (auto& of = flush_->changed; of.n.size() > 0) {
    add_rows(batch, kUpdateExecutions, {}, of.n, of.status, of.redrives, of.stopped_at,
             of.redriven_at, of.last_event, of.error, of.cause, of.output);
  }
  flush_->parts.add(batch, false);
  add_deeds(batch);
}

void ExecutionUnit::add_drawing(Batch& batch) {
  if (count_ == 0) return;
  auto& of = flush_->added;
  add_rows(batch, kInsertExecutions, {}, of.place, of.id, of.pipeline, of.name, of.status,
           of.redrives, of.started_at, of.stopped_at, of.redriven_at, of.last_event, of.definition,
           of.parent, of.error, of.cause, of.input, of.output);
  // Nobody else adds any by now: two who add the same do not wait for each other.
  add_definitions(batch);
  flush_->parts_of_new.add(batch, true);
}

// What fails before this has taken none, as with the places of tasks.
void ExecutionUnit::add_taking(Batch& batch) const {
  if (count_ == 0) return;
  batch.add(kTakeExecutionNumbers, std::move(Params().add(raw(count_))));
}

void ExecutionUnit::add_definitions(Batch& batch) const {
  Column digests(Type::bytes);
  Column texts(Type::text);
  for (const auto& [digest, definition] : definitions_) {
    if (definition.is_there || !definition.is_used) continue;
    digests.add(digest);
    texts.add(*definition.text);
  }
  if (digests.size() > 0) add_rows(batch, kInsertDefinitions, {}, digests, texts);
}

void ExecutionUnit::add_deeds(Batch& batch) const {
  Column fired(Type::text);
  Column times(Type::time);
  Column schedules(Type::text);
  for (const auto& [pipeline, firing] : firings_) {
    fired.add(pipeline.value());
    times.add(firing.at);
    schedules.add(firing.schedule);
  }
  if (fired.size() > 0) add_rows(batch, kNoteFirings, {}, fired, times, schedules);
  Column paused(Type::text);
  Column resumed(Type::text);
  for (const auto& [pipeline, is_paused] : pauses_) {
    (is_paused ? paused : resumed).add(pipeline.value());
  }
  if (paused.size() > 0) add_rows(batch, kPausePipelines, {}, paused);
  if (resumed.size() > 0) add_rows(batch, kResumePipelines, {}, resumed);
}

}  // namespace ordo::postgres
