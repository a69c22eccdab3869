#include "postgres/task_unit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "postgres/life_statements.h"

namespace ordo::postgres {
namespace {

// A task is locked by its own row, and what is open of it is read after that: by then nobody else
// changes either.
Statement locking(const char* name, std::string_view columns, std::string_view which) {
  return {name, fmt::format("SELECT {} FROM tasks t WHERE {} FOR UPDATE", columns, which)};
}
Statement open_of(const char* name, std::string_view from) {
  return {name, fmt::format("SELECT {} FROM active a {}", kActiveColumns, from)};
}

const Statement kTasksById = locking("tasks_by_id", kTaskColumns, "t.id = ANY($1::text[])");
const Statement kActiveById =
    open_of("active_by_id", "JOIN tasks t ON t.seq = a.seq WHERE t.id = ANY($1::text[])");
const Statement kKeys{"keys",
                      "SELECT key, task_id, fingerprint, recorded_at FROM idempotency_keys "
                      "WHERE key = ANY($1::text[])"};
const Statement kTasksByKey =
    locking("tasks_by_key", kTaskColumns,
            "t.id = ANY(ARRAY(SELECT k.task_id FROM idempotency_keys k WHERE k.key = "
            "ANY($1::text[])))");
const Statement kActiveByKey =
    open_of("active_by_key",
            "JOIN tasks t ON t.seq = a.seq JOIN idempotency_keys k ON k.task_id = t.id "
            "WHERE k.key = ANY($1::text[])");
const Statement kTexts{"texts",
                       "SELECT title, description, payload, result FROM tasks "
                       "WHERE seq = $1::bigint"};
const Statement kDead{"dead",
                      "SELECT seq FROM tasks WHERE status = 3 AND seq <= $1::bigint "
                      "ORDER BY seq LIMIT $2::bigint"};
const Statement kDeadOfQueue{"dead_of_queue",
                             "SELECT seq FROM tasks WHERE status = 3 AND seq <= $1::bigint "
                             "AND queue = $3::text ORDER BY seq LIMIT $2::bigint"};

template <class Name>
Params names_of(const std::vector<Name>& names) {
  Column column(Type::text);
  for (const Name& name : names) column.add(std::string_view(name.value()));
  Params params;
  params.add(std::move(column));
  return params;
}

Params numbers_of(const std::vector<domain::Sequence>& sequences) {
  Column column(Type::int8);
  for (const domain::Sequence sequence : sequences) column.add(raw(sequence));
  Params params;
  params.add(std::move(column));
  return params;
}

}  // namespace

const Statement kHoldPlaces{"hold_places", "SELECT hold_places()"};
const Statement kTasksBySequence =
    locking("tasks_by_seq", kTaskColumns, "t.seq = ANY($1::bigint[])");
const Statement kBareBySequence =
    locking("bare_tasks_by_seq", kBareTaskColumns, "t.seq = ANY($1::bigint[])");
const Statement kActiveBySequence = open_of("active_by_seq", "WHERE a.seq = ANY($1::bigint[])");

// What no text can hold is the name of nothing.
void TaskUnit::want(const domain::TaskId& id) {
  if (entries_.contains(id)) return;
  if (can_be_text(id.value())) {
    wanted_.ids.push_back(id);
  } else {
    entries_.try_emplace(id);
  }
}

void TaskUnit::want(domain::Sequence sequence, bool with_texts) {
  if (is_undrawn(sequence) || places_.contains(sequence) || no_task_at_.contains(sequence)) return;
  (with_texts ? wanted_.sequences : wanted_.bare).push_back(sequence);
}

void TaskUnit::want(const domain::IdempotencyKey& key) {
  if (keys_.contains(key)) return;
  if (can_be_text(key.value())) {
    wanted_.keys.push_back(key);
  } else {
    keys_.try_emplace(key);
  }
}

void TaskUnit::assume_absent(const domain::TaskId& id) {
  entries_.try_emplace(id);
}

// In the order in which take_reads finds them.
void TaskUnit::add_reads(Batch& batch) {
  reading_ = std::exchange(wanted_, {});
  if (!reading_.ids.empty()) {
    batch.add(kTasksById, names_of(reading_.ids));
    batch.add(kActiveById, names_of(reading_.ids));
  }
  if (!reading_.sequences.empty()) {
    batch.add(kTasksBySequence, numbers_of(reading_.sequences));
    batch.add(kActiveBySequence, numbers_of(reading_.sequences));
  }
  if (!reading_.bare.empty()) {
    batch.add(kBareBySequence, numbers_of(reading_.bare));
    batch.add(kActiveBySequence, numbers_of(reading_.bare));
  }
  if (!reading_.keys.empty()) {
    batch.add(kKeys, names_of(reading_.keys));
    batch.add(kTasksByKey, names_of(reading_.keys));
    batch.add(kActiveByKey, names_of(reading_.keys));
  }
}

void TaskUnit::take_reads(AnswerCursor& answers) {
  if (!reading_.ids.empty()) {
    const Rows tasks = answers.next();
    take(tasks, answers.next(), true);
    for (domain::TaskId& id : reading_.ids) entries_.try_emplace(std::move(id));
  }
  for (const bool with_texts : {true, false}) {
    const auto& sequences = with_texts ? reading_.sequences : reading_.bare;
    if (sequences.empty()) continue;
    const Rows tasks = answers.next();
    take(tasks, answers.next(), with_texts);
    for (const domain::Sequence sequence : sequences) {
      if (!places_.contains(sequence)) no_task_at_.insert(sequence);
    }
  }
  if (!reading_.keys.empty()) {
    const Rows keys = answers.next();
    const Rows tasks = answers.next();
    take(tasks, answers.next(), true);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      domain::TaskId id(keys.string(i, 1));
      entries_.try_emplace(id);
      keys_[domain::IdempotencyKey(keys.string(i, 0))].row =
          KeyRow{fingerprint_at(keys, i, 2).value_or(domain::Fingerprint{}), std::move(id),
                 keys.time(i, 3)};
    }
    for (domain::IdempotencyKey& key : reading_.keys) keys_.try_emplace(std::move(key));
  }
}

void TaskUnit::take(const Rows& tasks, const Rows& active, bool with_texts) {
  std::unordered_map<std::int64_t, std::size_t> open;
  for (std::size_t i = 0; i < active.size(); ++i) open.emplace(active.integer(i, 0), i);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    TaskRow row = read_task(tasks, i);
    if (const auto of = open.find(raw(row.task.sequence)); of != open.end()) {
      read_active(row, active, of->second);
    }
    const auto [entry, is_new] = entries_.try_emplace(row.task.id);
    if (!is_new && entry->second.was) continue;
    const domain::Task& task = row.task;
    entry->second.was =
        Was{task.sequence, task.queue, task.status, is_open(task), task.attempts > 0};
    entry->second.has_texts = with_texts;
    places_.emplace(task.sequence, task.id);
    entry->second.now = std::move(row);
  }
}

void TaskUnit::read_wanted() {
  Batch batch;
  add_reads(batch);
  AnswerCursor answers(work_.ask(std::move(batch)));
  take_reads(answers);
}

TaskUnit::Entry& TaskUnit::entry_of(const domain::TaskId& id) {
  auto entry = entries_.find(id);
  if (entry == entries_.end()) {
    want(id);
    read_wanted();
    entry = entries_.find(id);
  }
  return entry->second;
}

const TaskRow* TaskUnit::found(Entry& entry, bool with_texts) {
  if (!entry.now) return nullptr;
  if (with_texts && !entry.has_texts) read_texts(entry);
  return &*entry.now;
}

void TaskUnit::read_texts(Entry& entry) {
  Params params;
  params.add(raw(entry.was->sequence));
  const Rows rows = work_.ask(kTexts, std::move(params));
  entry.has_texts = true;
  if (rows.empty()) return;
  domain::Task& task = entry.now->task;
  task.content.title = rows.string(0, 0);
  task.content.description = rows.string(0, 1);
  task.content.payload = rows.string(0, 2);
  if (!entry.changed) task.result = rows.optional_string(0, 3);
}

const TaskRow* TaskUnit::find(const domain::TaskId& id) {
  return found(entry_of(id), true);
}

const TaskRow* TaskUnit::find(domain::Sequence sequence, bool with_texts) {
  if (!places_.contains(sequence) && !no_task_at_.contains(sequence)) {
    want(sequence, with_texts);
    read_wanted();
  }
  // It may be one of those that are to be drawn.
  if (!places_.contains(sequence) && count_ > 0 && !base_) draw();
  const auto place = places_.find(sequence);
  if (place == places_.end()) return nullptr;
  Entry& entry = entries_.at(place->second);
  const bool is_there = entry.now && entry.now->task.sequence == sequence;
  return is_there ? found(entry, with_texts) : nullptr;
}

const KeyRow* TaskUnit::find(const domain::IdempotencyKey& key) {
  if (!keys_.contains(key)) {
    want(key);
    read_wanted();
  }
  const KeyEntry& entry = keys_[key];
  return entry.row ? &*entry.row : nullptr;
}

std::vector<domain::Sequence> TaskUnit::dead_letters(const std::optional<domain::QueueName>& queue,
                                                     domain::Sequence up_to, std::size_t limit) {
  const auto is_dead = [&](const Entry& entry) {
    return entry.now && entry.now->task.status == domain::TaskStatus::dead &&
           entry.now->task.sequence <= up_to && (!queue || entry.now->task.queue == *queue);
  };
  if (queue && !can_be_text(queue->value())) return {};
  // So many of those that the tables hold may not be any more.
  std::size_t changed = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry.was && entry.was->status == domain::TaskStatus::dead) ++changed;
  }
  Params params;
  params.add(raw(up_to)).add(raw(limit + changed));
  if (queue) params.add(std::string_view(queue->value()));
  const Rows rows = work_.ask(queue ? kDeadOfQueue : kDead, std::move(params));
  std::vector<domain::Sequence> dead;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const domain::Sequence sequence = sequence_at(rows, i, 0);
    if (!places_.contains(sequence)) dead.push_back(sequence);
  }
  for (const auto& [id, entry] : entries_) {
    if (is_dead(entry)) dead.push_back(entry.now->task.sequence);
  }
  std::ranges::sort(dead);
  dead.resize(std::min(dead.size(), limit));
  return dead;
}

domain::Sequence TaskUnit::next_sequence() {
  ++count_;
  return domain::Sequence(base_.value_or(kUndrawn) + count_);
}

void TaskUnit::draw() {
  const Rows last = work_.ask(kHoldPlaces, {});
  base_ = last.empty() ? 0 : last.number(0, 0);
  std::vector<std::pair<domain::Sequence, domain::TaskId>> renamed;
  for (const auto& [place, id] : places_) {
    if (is_undrawn(place)) renamed.emplace_back(place, id);
  }
  for (auto& [place, id] : renamed) {
    places_.erase(place);
    Entry& entry = entries_.at(id);
    if (!entry.now || entry.now->task.sequence != place) continue;
    entry.now->task.sequence = drawn(place);
    places_.insert_or_assign(drawn(place), std::move(id));
  }
}

domain::Sequence TaskUnit::drawn(domain::Sequence place) const {
  if (!is_undrawn(place)) return place;
  ORDO_ASSERT(base_);
  return domain::Sequence(*base_ + (place.value() - kUndrawn));
}

void TaskUnit::add(TaskRow row) {
  changed_ = true;
  places_.insert_or_assign(row.task.sequence, row.task.id);
  Entry& entry = entries_[row.task.id];
  entry.now = std::move(row);
  entry.is_new = entry.changed = entry.has_texts = true;
  entry.attempts.clear();
  entry.content_changed = entry.attempts_forgotten = false;
}

void TaskUnit::change(TaskRow row, Touched touched) {
  changed_ = true;
  // What is changed has a place of its own in each statement.
  if (is_undrawn(row.task.sequence) && entries_.at(row.task.id).is_new) {
    if (!base_) draw();
    row.task.sequence = drawn(row.task.sequence);
  }
  Entry& entry = entries_.at(row.task.id);
  entry.now = std::move(row);
  entry.changed = true;
  entry.content_changed |= touched == Touched::content;
}

void TaskUnit::move(TaskRow row) {
  changed_ = true;
  Entry& entry = entries_.at(row.task.id);
  places_.insert_or_assign(row.task.sequence, row.task.id);
  entry.now = std::move(row);
  entry.changed = entry.attempts_forgotten = true;
  entry.attempts.clear();
}

void TaskUnit::remove(const domain::TaskId& id) {
  changed_ = true;
  Entry& entry = entries_.at(id);
  entry.now.reset();
  entry.is_new = false;
  entry.changed = true;
  entry.attempts.clear();
}

void TaskUnit::keep(const domain::TaskId& id, domain::Attempt attempt) {
  changed_ = true;
  entries_.at(id).attempts.push_back(std::move(attempt));
}

void TaskUnit::add(const domain::IdempotencyKey& key, KeyRow row) {
  changed_ = true;
  keys_[key] = {std::move(row), true};
}

void TaskUnit::pause(const domain::QueueName& queue, bool paused) {
  changed_ = true;
  deeds_.emplace_back(Pause{queue, paused});
}

void TaskUnit::add_notice(std::string_view kind, base::WallTime at, std::string_view data) {
  changed_ = true;
  if (deeds_.empty() || !std::holds_alternative<Notices>(deeds_.back())) {
    deeds_.emplace_back(Notices{});
  }
  Notices& notices = std::get<Notices>(deeds_.back());
  notices.kinds.add(kind);
  notices.times.add(at);
  notices.texts.add(data);
}

void TaskUnit::note_told(std::string channel, std::uint64_t up_to) {
  changed_ = true;
  deeds_.emplace_back(Told{std::move(channel), up_to});
}

void TaskUnit::forget_notices(std::uint64_t up_to) {
  changed_ = true;
  deeds_.emplace_back(Forget{up_to});
}

ShardSet TaskUnit::new_in() const {
  ShardSet shards;
  for (const auto& [id, entry] : entries_) {
    const bool moved = entry.changed && entry.now &&
                       (!entry.was || entry.was->sequence != entry.now->task.sequence);
    if (moved) shards.set(domain::shard_of(entry.now->task.queue, entry.now->task.lane));
  }
  return shards;
}

Tally TaskUnit::tally() const {
  Tally tally;
  const auto count = [&tally](const domain::QueueName& queue, domain::TaskStatus status, int by) {
    tally[queue][static_cast<std::size_t>(status)] += by;
  };
  for (const auto& [id, entry] : entries_) {
    if (!entry.changed) continue;
    if (entry.was) count(entry.was->queue, entry.was->status, -1);
    if (entry.now) count(entry.now->task.queue, entry.now->task.status, 1);
  }
  return tally;
}

}  // namespace ordo::postgres
