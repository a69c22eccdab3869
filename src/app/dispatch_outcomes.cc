// What is done once a turn is durable: handlers start, and everybody hears of it.
#include <algorithm>
#include <utility>

#include "app/dispatcher.h"
#include "base/assert.h"

namespace ordo::app {

void Dispatcher::tell(EventType type, const domain::Task& task) {
  events_.push_back({type, parts_.clock.wall(), task.id, task.queue, task.lane, task.sequence,
                     task.attempts, std::nullopt, std::nullopt});
}

void Dispatcher::tell_accepted(std::span<const ports::Write> writes,
                               std::span<const ports::WriteAnswer> answers) {
  if (!told()) return;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto* const add = std::get_if<ports::AddTask>(&writes[i]);
    if (add == nullptr || !answers[i]) continue;
    const auto* const added = std::get_if<ports::Added>(&*answers[i]);
    if (added == nullptr) continue;
    const domain::NewTask& task = add->task;
    events_.push_back({EventType::accepted, task.created_at, task.id, task.queue, task.lane,
                       added->sequence, 0, std::nullopt, std::nullopt});
  }
}

void Dispatcher::tell_own(std::span<const ports::WriteAnswer> answers) {
  for (std::size_t i = 0; i < own_.size(); ++i) {
    OwnWrite& own = own_[i];
    const ports::Write& write = own_writes_[i];
    const ports::WriteAnswer& answer = answers[i];
    Flight* const flight = flights_.find(own.flight);
    if (answer && flight != nullptr) {
      if (const auto* const end = std::get_if<ports::EndAttempt>(&write)) {
        count_end(*end, *flight, flight->tasks[own.task]);
      } else if (own.extends_to && flight->lease_until) {
        hold_lease(*flight, *own.extends_to);
      }
    }
    if (!own.answer) continue;
    // It may have taken longer to make it durable than the lease was prolonged by.
    const bool ran_out = own.extends_to && (flight == nullptr || !flight->lease_until);
    if (answer && ran_out) {
      own.answer(lost());
    } else {
      own.answer(answer ? base::Result<void>() : base::fail(answer.error()));
    }
  }
  own_.clear();
  own_writes_.clear();
  for (const ports::InvocationId id : turn_.closed) {
    drop_lease(*flights_.find(id));
    flights_.remove(id);
  }
}

void Dispatcher::count_end(const ports::EndAttempt& end, const Flight& flight,
                           const FlightTask& task) {
  Event event{EventType::succeeded, end.now,      task.id,      flight.queue, flight.lane_key,
              task.sequence,        task.attempt, std::nullopt, std::nullopt};
  if (std::holds_alternative<domain::Released>(end.verdict)) return;
  if (const auto* const retried = std::get_if<domain::Retried>(&end.verdict)) {
    ++counts_.retried;
    counts_.lost += retried->outcome == domain::AttemptOutcome::lost ? 1U : 0U;
    event.type = EventType::retried;
    event.error = retried->error;
    event.next_attempt_at = retried->next_attempt_at;
  } else if (const auto* const died = std::get_if<domain::Died>(&end.verdict)) {
    ++counts_.dead;
    counts_.lost += died->outcome == domain::AttemptOutcome::lost ? 1U : 0U;
    ++dead_[flight.queue];
    has_news_ = true;
    event.type = EventType::dead;
    event.error = died->error;
  } else {
    ++counts_.succeeded;
  }
  if (told()) events_.push_back(std::move(event));
}

void Dispatcher::apply_change(const ports::WriteAnswer& answer, const ports::Write& write) {
  if (!answer) return;
  if (const auto* const changed = std::get_if<ports::Changed>(&*answer)) {
    const domain::Task& task = changed->task;
    const TaskChange change{task.id, ports::place_of(task), changed->before, task.status};
    tell_others(change);
    if (task.status == domain::TaskStatus::queued) return;
    if (changed->before == domain::TaskStatus::cancelled) return;
    if (changed->before == domain::TaskStatus::running) {
      cancel(task.sequence);
    } else {
      board_.remove(task.queue, task.lane, task.sequence);
    }
    if (told()) tell(EventType::cancelled, task);
    return;
  }
  if (const auto* const removed = std::get_if<ports::Removed>(&*answer)) {
    const ports::Place& place = removed->place;
    board_.remove(place.queue, place.lane, place.sequence);
    if (removed->before == domain::TaskStatus::dead) --dead_[place.queue];
    return;
  }
  if (const auto* const requeued = std::get_if<ports::Requeued>(&*answer)) {
    const domain::Task& task = requeued->task;
    if (requeued->before == domain::TaskStatus::dead) --dead_[task.queue];
    if (told()) tell(EventType::accepted, task);
    return;
  }
  if (const auto* const redriven = std::get_if<ports::Redriven>(&*answer)) {
    const base::WallTime now = parts_.clock.wall();
    for (const auto& [id, place] : redriven->tasks) {
      --dead_[place.queue];
      if (!told()) continue;
      events_.push_back({EventType::accepted, now, id, place.queue, place.lane, place.sequence, 0,
                         std::nullopt, std::nullopt});
    }
    return;
  }
  if (const auto* const purged = std::get_if<ports::Purged>(&*answer)) {
    for (const domain::QueueName& queue : purged->of) --dead_[queue];
    return;
  }
  if (const auto* const pause = std::get_if<ports::PauseQueue>(&write)) {
    board_.pause(pause->queue, pause->paused);
    if (parts_.others != nullptr) parts_.others->tell_of_pauses();
  }
}

void Dispatcher::expired(const ports::Expired& expired) {
  for (const domain::QueueName& queue : expired.dead) --dead_[queue];
}

// Its lane stays occupied until whoever does it has stopped.
void Dispatcher::cancel(domain::Sequence sequence) {
  Flight* const flight = flights_.with_task(sequence);
  if (flight == nullptr) return;
  for (FlightTask& one : flight->tasks) {
    if (one.sequence == sequence) one.cancelled = true;
  }
  if (flight->lease_until) return;
  if (!flight->together) {
    parts_.host.cancel(flight->id, sequence);
  } else if (std::ranges::all_of(flight->tasks, &FlightTask::cancelled)) {
    parts_.host.cancel(flight->id, std::nullopt);
  } else {
    parts_.host.curtail(flight->id);
  }
}

void Dispatcher::launch(std::span<ports::WriteAnswer> answers) {
  std::vector<ports::Invocation> invocations;
  std::vector<std::vector<domain::Task>> tasks;
  tasks.reserve(turn_.starting.size());
  for (Flight& flight : turn_.starting) {
    const std::size_t count = flight.tasks.size();
    tasks.push_back(take_off(flight, answers.first(count)));
    answers = answers.subspan(count);
    if (tasks.back().empty() || flight.lease_until) continue;
    invocations.push_back({flight.id, lines_[flight.line].queue->function, std::move(tasks.back()),
                           flight.tasks.size() > 1 && !flight.together});
  }
  std::vector<ports::InvocationId> unheard;
  for (ServedClaim& served : turn_.served) {
    if (answer_claim(served, tasks)) continue;
    for (std::size_t i = 0; i < served.count; ++i) {
      unheard.push_back(turn_.starting[served.first + i].id);
    }
  }
  const base::MonoTime now = parts_.clock.mono();
  for (Flight& flight : turn_.starting) {
    if (flight.tasks.empty()) continue;
    flight.began = now;
    Flight& added = flights_.add(std::move(flight));
    if (added.lease_until) hold_lease(added, *added.lease_until);
  }
  for (const ports::InvocationId id : unheard) {
    if (Flight* const flight = flights_.find(id)) release_rest(*flight);
  }
  turn_ = {};
  if (!invocations.empty()) parts_.host.invoke(std::move(invocations));
}

// False: whoever claimed is gone.
bool Dispatcher::answer_claim(ServedClaim& served, std::span<std::vector<domain::Task>> tasks) {
  if (served.claim.left()) return false;
  std::vector<Claim::Given> given;
  for (std::size_t i = served.first; i < served.first + served.count; ++i) {
    const Flight& flight = turn_.starting[i];
    for (std::size_t k = 0; k < tasks[i].size(); ++k) {
      given.push_back({std::move(tasks[i][k]), flight.tasks[k].lease, flight.lease_wall});
    }
  }
  served.claim.answer(std::move(given));
  return true;
}

// What of the flight has really started. A task that was cancelled or removed in this very turn has
// not: without any other, the lane goes on.
std::vector<domain::Task> Dispatcher::take_off(Flight& flight,
                                               std::span<ports::WriteAnswer> answers) {
  std::vector<domain::Task> tasks;
  tasks.reserve(flight.tasks.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < flight.tasks.size(); ++i) {
    if (!answers[i]) continue;
    domain::Task& task = std::get<ports::Started>(*answers[i]).task;
    FlightTask& of = flight.tasks[kept];
    if (kept != i) of = std::move(flight.tasks[i]);
    ++kept;
    of.id = task.id;
    of.attempt = task.attempts;
    of.max_attempts = task.max_attempts;
    of.priority = task.content.priority;
    ++counts_.started;
    if (task.content.due_date && *task.content.due_date < *task.started_at) ++counts_.late;
    if (told()) tell(EventType::started, task);
    tasks.push_back(std::move(task));
  }
  flight.tasks.resize(kept);
  if (kept == 0) {
    untake(flight);
  }
  return tasks;
}

}  // namespace ordo::app
