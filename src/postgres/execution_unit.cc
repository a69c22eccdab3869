#include "postgres/execution_unit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/digest.h"
#include "postgres/execution_rows.h"

namespace ordo::postgres {
namespace {

using domain::ExecutionNumber;
using domain::PipelineName;

// In the order of their numbers, so that two who want the same do not wait for each other.
const Statement kHeldExecutions{"held_executions",
                                "SELECT n, status FROM executions WHERE n = ANY($1::bigint[]) "
                                "ORDER BY n FOR UPDATE"};
const Statement kExecutionsByName{
    "executions_by_name",
    fmt::format("SELECT {} FROM unnest($1::text[], $2::text[]) AS u (pipeline, name) "
                "JOIN executions e ON e.pipeline = u.pipeline AND e.name = u.name",
                kExecutionColumns)};
const Statement kDefinitionsThere{"definitions_there",
                                  "SELECT digest FROM definitions WHERE digest = ANY($1::bytea[])"};
const Statement kHoldExecutionNumbers{"hold_execution_numbers", "SELECT hold_execution_numbers()"};

// What a step makes of a record.
void take_step(ports::ExecutionRecord& record, const ports::ExecutionStep& step) {
  const auto text = [](const std::string& value) {
    return value.empty() ? std::optional<std::string>() : value;
  };
  if (step.redrive) {
    record.status = states::Status::running;
    record.redrives = step.redrive->count;
    record.redriven_at = step.redrive->at;
    record.stopped_at.reset();
    record.output.reset();
    record.error.reset();
    record.cause.reset();
  }
  if (step.end) {
    record.status = step.end->status;
    record.stopped_at = step.end->at;
    record.output = text(step.end->output);
    record.error = text(step.end->error);
    record.cause = text(step.end->cause);
  }
}

}  // namespace

void ExecutionUnit::want(const PipelineName& pipeline, const std::string& name) {
  std::pair key(pipeline, name);
  if (!names_.contains(key)) wanted_.names.push_back(std::move(key));
}

void ExecutionUnit::want(ExecutionNumber number) {
  if (!is_known(number)) wanted_.numbers.push_back(number);
}

void ExecutionUnit::want(const Definition& definition) {
  const std::string& digest = digest_of(definition);
  if (definitions_.try_emplace(digest, Kept{definition}).second) {
    wanted_.definitions.push_back(digest);
  }
}

// Executions of one pipeline mostly share the text, and it is long.
const std::string& ExecutionUnit::digest_of(const Definition& definition) {
  const auto [place, is_new] = digests_.try_emplace(definition);
  if (is_new) {
    const base::Digest digest = base::sha256(*definition);
    place->second.assign(digest.begin(), digest.end());
  }
  return place->second;
}

// In the order in which take_reads finds them. What is held is read before what is not: what comes
// of a name is not older than what is known of its execution.
void ExecutionUnit::add_reads(Batch& batch) {
  reading_ = std::exchange(wanted_, {});
  if (!reading_.numbers.empty()) {
    Column numbers(Type::int8);
    for (const ExecutionNumber number : reading_.numbers) numbers.add(raw(number));
    add_rows(batch, kHeldExecutions, {}, numbers);
  }
  if (!reading_.names.empty()) {
    Column pipelines(Type::text);
    Column names(Type::text);
    for (const auto& [pipeline, name] : reading_.names) {
      pipelines.add(pipeline.value());
      names.add(name);
    }
    add_rows(batch, kExecutionsByName, {}, pipelines, names);
  }
  if (!reading_.definitions.empty()) {
    Column digests(Type::bytes);
    for (const std::string& digest : reading_.definitions) digests.add(digest);
    add_rows(batch, kDefinitionsThere, {}, digests);
  }
}

void ExecutionUnit::take_reads(AnswerCursor& answers) {
  if (!reading_.numbers.empty()) take_held(answers.next());
  if (!reading_.names.empty()) {
    take_named(answers.next());
    for (auto& name : reading_.names) names_.try_emplace(std::move(name));
  }
  if (!reading_.definitions.empty()) {
    const Rows rows = answers.next();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      definitions_[rows.string(i, 0)].is_there = true;
    }
  }
}

void ExecutionUnit::take_held(const Rows& rows) {
  // Since its name was asked for, others may have changed it.
  for (const ExecutionNumber number : reading_.numbers) {
    if (!is_known(number)) forget(number);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Entry& entry = entries_[execution_number_at(rows, i, 0)];
    if (entry.is_held) continue;
    entry.is_held = true;
    entry.was = entry.status = static_cast<states::Status>(rows.integer(i, 1));
  }
  for (const ExecutionNumber number : reading_.numbers) {
    if (!entries_.contains(number)) absent_.insert(number);
  }
}

void ExecutionUnit::take_named(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ports::ExecutionRecord record = read_execution(rows, i);
    names_.insert_or_assign({record.pipeline, record.name}, record.number);
    // It may have come since its number was asked for.
    absent_.erase(record.number);
    Entry& entry = entries_[record.number];
    // What has been done to it here is not in the tables yet.
    for (const Step& step : entry.steps) take_step(record, *step);
    entry.record = std::move(record);
  }
}

void ExecutionUnit::forget(ExecutionNumber number) {
  const auto entry = entries_.find(number);
  if (entry == entries_.end()) return;
  names_.erase({entry->second.record->pipeline, entry->second.record->name});
  entries_.erase(entry);
}

bool ExecutionUnit::is_known(ExecutionNumber number) const {
  if (is_undrawn(number) || absent_.contains(number)) return true;
  const auto entry = entries_.find(number);
  return entry != entries_.end() && entry->second.is_held;
}

void ExecutionUnit::read_wanted() {
  Batch batch;
  add_reads(batch);
  AnswerCursor answers(work_.ask(std::move(batch)));
  take_reads(answers);
}

const ports::ExecutionRecord* ExecutionUnit::find(const PipelineName& pipeline,
                                                  const std::string& name) {
  const std::pair key(pipeline, name);
  if (!names_.contains(key)) {
    want(pipeline, name);
    read_wanted();
  }
  const auto& number = names_[key];
  return number ? &*entries_.at(*number).record : nullptr;
}

ExecutionUnit::Entry* ExecutionUnit::find(ExecutionNumber number) {
  if (base_) number = drawn(number);
  if (!is_known(number)) {
    want(number);
    read_wanted();
  }
  // It may be one of those that are to be drawn.
  if (!entries_.contains(number) && count_ > 0 && !base_) draw();
  const auto entry = entries_.find(number);
  return entry == entries_.end() || !entry->second.is_held ? nullptr : &entry->second;
}

std::optional<states::Status> ExecutionUnit::status_of(ExecutionNumber number) {
  const Entry* const entry = find(number);
  if (entry == nullptr) return std::nullopt;
  return entry->status;
}

void ExecutionUnit::draw() {
  const Rows last = work_.ask(kHoldExecutionNumbers, {});
  if (last.empty()) return;
  base_ = last.number(0, 0);
  for (auto& [name, number] : names_) {
    if (number) number = drawn(*number);
  }
  // The undrawn ones are behind all others.
  while (!entries_.empty() && is_undrawn(entries_.rbegin()->first)) {
    auto entry = entries_.extract(std::prev(entries_.end()));
    entry.key() = drawn(entry.key());
    entry.mapped().record->number = entry.key();
    entries_.insert(std::move(entry));
  }
}

ExecutionNumber ExecutionUnit::drawn(ExecutionNumber number) const {
  if (!is_undrawn(number)) return number;
  ORDO_ASSERT(base_);
  return ExecutionNumber(*base_ + (number.value() - kUndrawn));
}

ExecutionNumber ExecutionUnit::add(const ports::StartExecution& start) {
  changed_ = true;
  const ExecutionNumber number(base_.value_or(kUndrawn) + ++count_);
  Entry& entry = entries_[number];
  entry.is_held = entry.is_new = true;
  entry.definition = digest_of(start.definition);
  Kept& definition = definitions_[entry.definition];
  definition.text = start.definition;
  definition.is_used = true;
  const ports::ExecutionRecord& of = start.record;
  ports::ExecutionRecord& record = entry.record.emplace();
  record.number = number;
  record.id = of.id;
  record.pipeline = of.pipeline;
  record.name = of.name;
  record.input = of.input;
  record.started_at = of.started_at;
  record.parent = of.parent;
  names_.insert_or_assign({start.record.pipeline, start.record.name}, number);
  advance(number, start.step);
  return number;
}

void ExecutionUnit::advance(ExecutionNumber number, Step step) {
  changed_ = true;
  Entry& entry = *find(number);
  if (step->redrive) entry.status = states::Status::running;
  if (step->end) entry.status = step->end->status;
  if (entry.record) take_step(*entry.record, *step);
  entry.steps.push_back(std::move(step));
}

void ExecutionUnit::note(const ports::NoteFiring& firing) {
  changed_ = true;
  firings_.insert_or_assign(firing.pipeline, firing);
}

void ExecutionUnit::pause(const PipelineName& pipeline, bool paused) {
  changed_ = true;
  pauses_.insert_or_assign(pipeline, paused);
}

}  // namespace ordo::postgres
