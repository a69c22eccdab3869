// Steps, and what follows when they are durable.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "app/executions.h"
#include "base/assert.h"
#include "base/json_tree.h"

namespace ordo::app {
namespace {

// An execution that only waits leaves the memory, unless it goes on this soon.
constexpr base::Millis kSoon{2000};
// With more frames than this nobody looks whether they all only wait.
constexpr std::size_t kFewFrames = 64;

// Why it can be neither stopped nor redriven.
std::string why_not(states::Status status, bool redrives) {
  if (redrives && status > states::Status::succeeded) {
    return "the execution's history is full: it goes no further";
  }
  switch (status) {
    case states::Status::running:
      return "the execution is running: only one that failed, timed out or was stopped is redriven";
    case states::Status::succeeded:
      return "the execution has succeeded already";
    case states::Status::failed:
      return "the execution has failed already";
    case states::Status::timed_out:
      return "the execution has timed out already";
    case states::Status::stopped:
      return "the execution has been stopped already";
  }
  return "the execution has ended already";
}

// Whether nothing but time and callbacks makes it go on.
bool is_idle(const states::Execution& execution) {
  return execution.ready.empty() && execution.frames.size() <= kFewFrames &&
         std::ranges::all_of(execution.frames, [](const auto& place) {
           const states::Frame& frame = place.second;
           return frame.phase != states::Phase::calling || frame.call->submitted;
         });
}

// What a further step comes to, added to what those before it did.
void join(states::Effects& all, states::Effects&& more) {
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  all.history.append(std::move(more.history));
  append(all.calls, more.calls);
  append(all.given_up, more.given_up);
  append(all.failed_items, more.failed_items);
  all.ending = std::move(more.ending);
  all.more = more.more;
}

// What people are told of an end is what is kept of it.
void put_end(ports::ExecutionRecord& record, const ports::ExecutionStep::End& end) {
  const auto if_any = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  record.status = end.status;
  record.stopped_at = end.at;
  record.output = if_any(end.output);
  record.error = if_any(end.error);
  record.cause = if_any(end.cause);
}

}  // namespace

Executions::Entry& Executions::add_entry(const domain::ExecutionId& id) {
  auto& place = entries_[id.value()];
  ORDO_ASSERT(!place);
  place = std::make_unique<Entry>();
  place->id = id;
  return *place;
}

void Executions::happen(Entry& entry, Happening what) {
  // Whoever asks from outside is not kept waiting for a disk.
  if (what.answer && entry.flight && entry.flight->failure) {
    return what.answer(base::fail(*entry.flight->failure));
  }
  if (entry.loading || (entry.flight && !entry.flight->is_open())) {
    entry.inbox.push_back(std::move(what));
  } else {
    do_step(entry, std::move(what));
    rest(entry);
  }
}

// What waited while a step was on its way.
void Executions::next(Entry& entry) {
  while (!entry.loading && !entry.inbox.empty() && (!entry.flight || entry.flight->is_open())) {
    Happening what = std::move(entry.inbox.front());
    entry.inbox.pop_front();
    do_step(entry, std::move(what));
  }
}

void Executions::do_step(Entry& entry, Happening what) {
  const auto wake_before = entry.execution.wake();
  const base::WallTime now = parts_.clock.wall();
  const bool redrives = std::holds_alternative<states::RedriveAsked>(what.event);
  states::Step step =
      states::step(*entry.machine, std::move(entry.execution), what.event, {now, entropy_});
  entry.execution = std::move(step.execution);
  weigh(entry);
  if (wake_before) alarms_.erase({*wake_before, entry.id.value()});
  if (const auto wake = entry.execution.wake()) alarms_.emplace(*wake, entry.id.value());
  if (!step.effects.taken) {
    if (what.answer) {
      const bool is_call = !redrives && !std::holds_alternative<states::StopAsked>(what.event);
      what.answer(is_call ? base::fail(base::ErrorCode::not_found, "nobody waits for this token")
                          : base::fail(base::ErrorCode::conflict,
                                       why_not(entry.execution.status, redrives)));
    }
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++stats_.steps;
    stats_.events += step.effects.history.count;
  }
  if (!entry.flight) {
    entry.flight = std::make_unique<Flight>();
    to_store_.push_back(&entry);
  }
  Flight& flight = *entry.flight;
  flight.touched.insert(step.effects.changed.begin(), step.effects.changed.end());
  flight.touched.insert(step.effects.removed.begin(), step.effects.removed.end());
  join(flight.effects, std::move(step.effects));
  if (what.answer) flight.answers.push_back(std::move(what.answer));
  if (redrives) flight.redriven_at = now;
  flight.at = now;
  ++flight.steps;
}

std::shared_ptr<const ports::ExecutionStep> Executions::kept(Entry& entry) {
  const states::Execution& execution = entry.execution;
  Flight& flight = *entry.flight;
  auto step = std::make_shared<ports::ExecutionStep>();
  for (const states::FrameId id : flight.touched) {
    const auto frame = execution.frames.find(id);
    if (frame == execution.frames.end()) {
      step->removed.push_back(id);
    } else {
      step->frames.push_back({id, states::frame_text(frame->second)});
    }
  }
  step->next_event = execution.next_event;
  step->first_event = flight.effects.history.first;
  step->events = std::move(flight.effects.history.text);
  step->wake = execution.wake();
  step->idle = !flight.effects.more && is_idle(execution);
  step->deadline = execution.deadline;
  if (const auto& ending = flight.effects.ending) {
    step->end = ports::ExecutionStep::End{ending->status, ending->output, ending->fault.error,
                                          ending->fault.cause, flight.at};
  }
  if (flight.redriven_at) {
    step->redrive = ports::ExecutionStep::Redrive{execution.identity.redrives, *flight.redriven_at};
  }
  return step;
}

void Executions::flush() {
  std::span<Entry* const> rest = to_store_;
  while (!rest.empty() && storing_ < kMaxStoring) {
    const std::span<Entry* const> batch = first_batch(rest);
    submit(batch);
    rest = rest.subspan(batch.size());
  }
  to_store_.erase(to_store_.begin(), to_store_.end() - static_cast<std::ptrdiff_t>(rest.size()));
}

std::span<Executions::Entry* const> Executions::first_batch(std::span<Entry* const> waiting) {
  std::size_t size = 0;
  for (std::size_t bytes = 0; size < std::min(waiting.size(), kMaxBatch) && bytes < kFullBatchBytes;
       ++size) {
    Flight& flight = *waiting[size]->flight;
    // Written once more, it is the same.
    if (!flight.step) flight.step = kept(*waiting[size]);
    bytes += ports::bytes_held(*flight.step);
  }
  return waiting.first(size);
}

void Executions::submit(std::span<Entry* const> batch) {
  std::vector<ports::Write> writes;
  for (Entry* entry : batch) {
    if (entry->known) {
      writes.emplace_back(ports::AdvanceExecution{entry->number, entry->flight->step, parts_.by});
      continue;
    }
    writes.emplace_back(ports::StartExecution{
        entry->record,
        std::shared_ptr<const std::string>(entry->machine, &entry->machine->definition),
        entry->flight->step, parts_.by});
  }
  // A firing is noted with the execution that it starts.
  for (const Entry* entry : batch) {
    if (!entry->known && entry->order->firing) {
      const domain::PipelineName& pipeline = entry->record.pipeline;
      writes.emplace_back(ports::NoteFiring{pipeline, *entry->order->firing,
                                            schedules_.schedule_of(pipeline), parts_.by});
    }
  }
  const std::uint64_t number = ++last_batch_;
  const std::size_t size = batch.size();
  batches_.emplace(number, std::vector(batch.begin(), batch.end()));
  storing_ += size;
  parts_.committer.submit(std::move(writes),
                          [this, number, size](base::Result<Committed> committed) {
                            if (!committed)
                              return post(Stored{number, base::fail(std::move(committed.error()))});
                            std::vector<ports::WriteAnswer> answers;
                            answers.reserve(size);
                            for (std::size_t i = 0; i < size; ++i)
                              answers.push_back(std::move(committed->answers[i]));
                            post(Stored{number, std::move(answers)});
                          });
}

void Executions::take(Stored& stored) {
  const auto place = batches_.find(stored.batch);
  std::vector<Entry*> batch = std::move(place->second);
  batches_.erase(place);
  storing_ -= batch.size();
  if (!stored.answers) {
    // What goes on is tried again: it cannot be undone in people's minds. What was to begin has
    // not begun.
    for (Entry* entry : batch) {
      if (entry->known || entry->order->firing) {
        to_retry_.push_back(entry);
        keep_nobody_waiting(*entry, stored.answers.error());
      } else {
        refused(*entry, stored.answers.error());
      }
    }
    retry_later();
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Entry& entry = *batch[i];
    ports::WriteAnswer& answer = (*stored.answers)[i];
    if (!entry.known) {
      begun(entry, answer);
    } else if (answer) {
      durable(entry);
    } else {
      refused(entry, answer.error());
    }
  }
}

void Executions::keep_nobody_waiting(Entry& entry, const base::Error& error) {
  entry.flight->failure = error;
  for (auto& answer : std::exchange(entry.flight->answers, {})) answer(base::fail(error));
  std::erase_if(entry.inbox, [&error](Happening& what) {
    if (!what.answer) return false;
    what.answer(base::fail(error));
    return true;
  });
}

void Executions::begun(Entry& entry, ports::WriteAnswer& answer) {
  if (!answer) return refused(entry, answer.error());
  StartOrder order = std::move(*entry.order);
  entry.order.reset();
  if (auto* known = std::get_if<ports::ExecutionKnown>(&*answer)) {
    ports::ExecutionRecord record = std::move(known->record);
    drop(entry);
    if (order.on_end) {
      if (record.status == states::Status::running) {
        watchers_[record.id.value()].push_back(std::move(order.on_end));
      } else {
        order.on_end(record);
      }
    }
    if (order.answer) order.answer(Started{std::move(record), true});
    return;
  }
  entry.number = std::get<ports::ExecutionStarted>(*answer).number;
  entry.known = true;
  entry.record.number = entry.number;
  if (order.on_end) watchers_[entry.id.value()].push_back(std::move(order.on_end));
  {
    const std::lock_guard lock(mutex_);
    ++stats_.started;
  }
  if (order.answer) {
    ports::ExecutionRecord record = entry.record;
    if (const auto& end = entry.flight->step->end) put_end(record, *end);
    order.answer(Started{std::move(record), false});
  }
  durable(entry);
}

void Executions::refused(Entry& entry, const base::Error& error) {
  for (auto& answer : entry.flight->answers) answer(base::fail(error));
  if (entry.order && entry.order->answer) entry.order->answer(base::fail(error));
  abandon(entry, error);
}

void Executions::abandon(Entry& entry, const base::Error& error) {
  for (Happening& waiting : entry.inbox) {
    if (waiting.answer) waiting.answer(base::fail(error));
  }
  drop(entry);
}

void Executions::durable(Entry& entry) {
  Flight flight = std::move(*entry.flight);
  entry.flight.reset();
  for (auto& answer : flight.answers) answer(std::monostate());
  for (const std::string& token : flight.effects.given_up) {
    end_call(entry, token);
    parts_.calls.give_up(token);
  }
  // One that was wanted and given up before it was durable is not made.
  const std::set<std::string_view> given_up(flight.effects.given_up.begin(),
                                            flight.effects.given_up.end());
  for (states::CallWanted& wanted : flight.effects.calls) {
    if (!given_up.contains(wanted.token)) begin_call(entry, std::move(wanted));
  }
  if (parts_.on_item_failed) {
    for (const auto& item : flight.effects.failed_items) parts_.on_item_failed(entry.record, item);
  }
  if (flight.step->redrive) entry.record.redrives = flight.step->redrive->count;
  if (flight.effects.ending) {
    ended(entry, *flight.step->end);
  } else if (flight.effects.more) {
    entry.inbox.push_front({states::GoOn{}});
  }
  next(entry);
  rest(entry);
}

void Executions::begin_call(Entry& entry, states::CallWanted wanted) {
  // Whoever stops now makes it after the next start.
  if (!calling_) return;
  entry.open_calls.insert(wanted.token);
  {
    const std::lock_guard lock(mutex_);
    ++calls_open_;
  }
  // The machine, which the resource is part of, lives as long as the call.
  parts_.calls.call({entry.id, wanted.token, wanted.resource, std::move(wanted.parameters)},
                    [this, token = wanted.token, machine = entry.machine](ResourceOutcome outcome) {
                      post(CallEnded{token, std::move(outcome)});
                    });
}

void Executions::end_call(Entry& entry, const std::string& token) {
  if (entry.open_calls.erase(token) == 0) return;
  const std::lock_guard lock(mutex_);
  if (--calls_open_ == 0) idle_.notify_all();
}

void Executions::ended(Entry& entry, const ports::ExecutionStep::End& end) {
  ports::ExecutionRecord& record = entry.record;
  put_end(record, end);
  {
    const std::lock_guard lock(mutex_);
    ++stats_.ended[static_cast<std::size_t>(end.status)];
  }
  if (parts_.on_end) parts_.on_end(record);
  tell_end(record);
}

void Executions::tell_end(const ports::ExecutionRecord& record) {
  const auto place = watchers_.find(record.id.value());
  if (place == watchers_.end()) return;
  const auto watchers = std::move(place->second);
  watchers_.erase(place);
  for (const auto& watcher : watchers) watcher(record);
}

// What only waits leaves the memory.
void Executions::rest(Entry& entry) {
  if (entry.flight || entry.loading || !entry.inbox.empty()) return;
  if (entry.execution.status != states::Status::running) return drop(entry);
  if (!entry.open_calls.empty() || !is_idle(entry.execution)) return;
  const auto wake = entry.execution.wake();
  if (wake && *wake < parts_.clock.wall() + kSoon) return;
  const std::string id = entry.id.value();
  const domain::ExecutionNumber number = entry.number;
  drop(entry);
  if (!wake) return;
  sleepers_[id] = {number, *wake};
  alarms_.emplace(*wake, id);
}

void Executions::drop(Entry& entry) {
  if (const auto wake = entry.execution.wake()) alarms_.erase({*wake, entry.id.value()});
  while (!entry.open_calls.empty()) end_call(entry, std::string(*entry.open_calls.begin()));
  held_bytes_ -= entry.bytes;
  const std::string id = entry.id.value();
  entries_.erase(id);
}

}  // namespace ordo::app
