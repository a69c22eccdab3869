// From the store into memory.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "app/execution_text.h"
#include "app/executions.h"
#include "base/json_tree.h"
#include "states/frames.h"

namespace ordo::app {
namespace {

constexpr std::size_t kOpenPage = 10'000;
constexpr std::size_t kMaxLoading = 64;  // side by side
// With so much JSON in memory, which is some ten times as much there, one is loaded at a time:
// those that wait for the same moment may be many, and large.
constexpr std::size_t kFullMemoryBytes = 16UL * 1024 * 1024;

using Found = base::Result<std::optional<ports::StoredExecution>>;

Found load_one(ports::ExecutionReads& reads, const domain::ExecutionId& id,
               std::optional<domain::ExecutionNumber> number) {
  if (!number) {
    const auto record = reads.find(id);
    if (!record) return base::fail(record.error());
    if (!*record) return std::nullopt;
    number = (*record)->number;
  }
  return reads.load(*number);
}

// Of all outer executions that were looked at, what they wait for.
class Outer {
 public:
  explicit Outer(ports::ExecutionReads& reads) : reads_(reads) {}

  // Whether the call of this token is waited for.
  base::Result<bool> waits(const std::string& token) {
    const std::string id = token.substr(0, token.find('.'));
    auto place = tokens_.find(id);
    if (place == tokens_.end()) {
      auto tokens = read(id);
      if (!tokens) return base::fail(std::move(tokens.error()));
      place = tokens_.emplace(id, std::move(*tokens)).first;
    }
    return place->second.contains(token);
  }

 private:
  using Tokens = std::unordered_set<std::string>;

  base::Result<Tokens> read(const std::string& id) {
    const Found stored = load_one(reads_, domain::ExecutionId(id), std::nullopt);
    if (!stored) return base::fail(stored.error());
    Tokens tokens;
    if (!*stored || (*stored)->record.status != states::Status::running) return tokens;
    for (const ports::ExecutionStep::Frame& frame : (*stored)->frames)
      collect(frame.text, id, tokens);
    return tokens;
  }

  // A token begins with the execution's id and ends where the text that it stands in does.
  static void collect(std::string_view text, const std::string& id, Tokens& tokens) {
    const std::string beginning = id + ".";
    for (std::size_t at = text.find(beginning); at != std::string_view::npos;
         at = text.find(beginning, at)) {
      const std::size_t end = std::min(text.find('"', at), text.size());
      tokens.emplace(text.substr(at, end - at));
      at = end;
    }
  }

  ports::ExecutionReads& reads_;
  std::unordered_map<std::string, Tokens> tokens_;  // by the id of the execution
};

}  // namespace

states::Identity Executions::identity_of(const ports::ExecutionRecord& record) const {
  states::Identity identity;
  identity.execution_id = execution_arn(record);
  identity.execution_name = record.name;
  identity.machine_id = machine_arn(record.pipeline.value());
  identity.machine_name = record.pipeline.value();
  identity.role = "arn:aws:iam::000000000000:role/ordo";
  identity.token_root = record.id.value();
  identity.started_at = record.started_at;
  identity.redrives = record.redrives;
  identity.redriven_at = record.redriven_at;
  return identity;
}

base::Result<void> Executions::load(ports::ExecutionReads& reads) {
  const auto firings = reads.firings();
  if (!firings) return base::fail(firings.error());
  const auto paused = reads.paused_pipelines();
  if (!paused) return base::fail(paused.error());
  for (const domain::PipelineName& name : *paused) {
    schedules_.pause(name, true);
    paused_.insert(name);
  }
  const base::WallTime now = parts_.clock.wall();
  std::vector<ports::Write> notes;
  for (ports::NoteFiring& note : schedules_.begin(*firings, now, parts_.grace)) {
    note.by = parts_.by;
    notes.emplace_back(std::move(note));
  }
  if (!notes.empty())
    parts_.committer.submit(std::move(notes), [](const base::Result<Committed>&) {});
  for (const auto& [name, pipeline] : parts_.pipelines) {
    if (pipeline.timetable) next_firings_[name] = schedules_.next(name);
  }
  Outer outer(reads);
  domain::ExecutionNumber after(0);
  for (;;) {
    auto page = reads.open(after, kOpenPage);
    if (!page) return base::fail(page.error());
    if (page->empty()) return {};
    after = page->back().number;
    for (ports::OpenExecution& open : *page) {
      if (open.parent) {
        const auto wanted = outer.waits(*open.parent);
        if (!wanted) return base::fail(wanted.error());
        if (!*wanted) stop(open.id, nobody_waits(), nullptr);
      }
      if (!open.idle) {
        to_load_.push_back(std::move(open.id));
      } else if (open.wake) {
        alarms_.emplace(*open.wake, open.id.value());
        sleepers_[open.id.value()] = {open.number, *open.wake};
      }
    }
  }
}

void Executions::load_waiting() {
  const auto has_room = [this] {
    return loading_ < (held_bytes_ < kFullMemoryBytes ? kMaxLoading : 1);
  };
  while (has_room() && !(to_load_next_.empty() && to_load_.empty())) {
    if (!to_load_next_.empty()) {
      begin_loading(*to_load_next_.front());
      to_load_next_.pop_front();
      continue;
    }
    const domain::ExecutionId id = std::move(to_load_.front());
    to_load_.pop_front();
    if (!entries_.contains(id.value())) static_cast<void>(find_or_load(id, std::nullopt));
  }
}

Executions::Entry& Executions::find_or_load(const domain::ExecutionId& id,
                                            std::optional<domain::ExecutionNumber> number) {
  if (const auto place = entries_.find(id.value()); place != entries_.end()) return *place->second;
  if (const auto sleeper = sleepers_.find(id.value()); sleeper != sleepers_.end()) {
    number = sleeper->second.number;
    alarms_.erase({sleeper->second.wake, id.value()});
    sleepers_.erase(sleeper);
  }
  Entry& entry = add_entry(id);
  if (number) entry.number = *number;
  load_entry(entry);
  return entry;
}

void Executions::load_entry(Entry& entry) {
  entry.loading = true;
  to_load_next_.push_back(&entry);
}

void Executions::weigh(Entry& entry) {
  held_bytes_ -= entry.bytes;
  entry.bytes = entry.execution.bytes + entry.record.input.size();
  held_bytes_ += entry.bytes;
}

void Executions::begin_loading(Entry& entry) {
  ++loading_;
  const std::optional<domain::ExecutionNumber> number =
      entry.number.value() == 0 ? std::nullopt : std::optional(entry.number);
  parts_.readers.run([this, id = entry.id, number](base::Result<ports::Reads> reads) {
    Found stored = reads ? load_one(reads->executions, id, number) : base::fail(reads.error());
    post(Loaded{id, std::move(stored)});
  });
}

void Executions::take(Loaded& loaded) {
  --loading_;
  Entry& entry = *entries_.at(loaded.id.value());
  if (!loaded.stored) {
    // Too many readers, or a disk that will not read: later.
    if (loaded.stored.error().code == base::ErrorCode::internal) {
      return unreadable(entry, loaded.stored.error());
    }
    to_load_again_.push_back(&entry);
    return retry_later();
  }
  if (!*loaded.stored) {
    return abandon(entry, {base::ErrorCode::not_found,
                           fmt::format("there is no execution \"{}\"", loaded.id.value()),
                           {}});
  }
  if (const auto restored = restore(entry, std::move(**loaded.stored)); !restored) {
    return unreadable(entry, restored.error());
  }
  entry.loading = false;
  weigh(entry);
  if (entry.execution.status == states::Status::running) {
    for (states::CallWanted& wanted : open_calls(*entry.machine, entry.execution)) {
      begin_call(entry, std::move(wanted));
    }
    if (!entry.execution.ready.empty()) entry.inbox.push_front({states::GoOn{}});
    if (const auto wake = entry.execution.wake()) alarms_.emplace(*wake, entry.id.value());
  }
  next(entry);
  rest(entry);
}

void Executions::unreadable(Entry& entry, const base::Error& error) {
  if (parts_.on_unreadable) parts_.on_unreadable(entry.id, error);
  abandon(entry, error);
}

base::Result<std::shared_ptr<const states::Machine>> Executions::machine_of(
    const std::string& definition) {
  std::weak_ptr<const states::Machine>& known = machines_[definition];
  if (auto machine = known.lock()) return machine;
  auto machine = states::parse_machine(definition);
  if (!machine) {
    machines_.erase(definition);
    return base::fail(base::ErrorCode::internal,
                      "the stored definition cannot be read any more: " + machine.error().message);
  }
  known = *machine;
  // Those that nobody runs any more.
  std::erase_if(machines_, [](const auto& one) { return one.second.expired(); });
  return machine;
}

base::Result<void> Executions::restore(Entry& entry, ports::StoredExecution stored) {
  auto machine = machine_of(stored.definition);
  if (!machine) return base::fail(std::move(machine.error()));
  entry.machine = std::move(*machine);
  auto input = base::parse_json_tree(stored.record.input);
  if (!input) return base::fail(std::move(input.error()));
  entry.number = stored.record.number;
  entry.known = true;
  entry.record = std::move(stored.record);
  states::Execution& execution = entry.execution;
  execution.identity = identity_of(entry.record);
  execution.input = std::move(*input);
  execution.status = entry.record.status;
  execution.next_event = stored.next_event;
  execution.deadline = stored.deadline;
  for (const ports::ExecutionStep::Frame& frame : stored.frames) {
    if (auto read = states::restore_frame(execution, frame.id, frame.text); !read) return read;
  }
  if (auto fits = states::check_frames(*entry.machine, execution); !fits) return fits;
  states::restore_counts(execution);
  return {};
}

}  // namespace ordo::app
