#include "app/dispatcher.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "domain/retry_policy.h"

namespace ordo::app {

Dispatcher::Dispatcher(Parts parts) : parts_(std::move(parts)), board_(parts_.queues) {
  for (const auto& [name, queue] : parts_.queues) {
    Line line{&queue};
    if (!domain::is_pulled(queue)) line.function = &functions_[queue.function];
    lines_.push_back(line);
  }
  if (parts_.leases != nullptr) {
    lanes_.emplace(*parts_.leases, *parts_.lane_backlog, parts_.places_at_once);
  }
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::ended(std::vector<ports::Ended> ended) {
  const base::MonoTime now = parts_.clock.mono();
  {
    const std::lock_guard lock(mutex_);
    for (ports::Ended& each : ended) inbox_.ended.push_back({std::move(each), now});
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::look(Look look) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.looks.push_back(std::move(look));
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::note_others() {
  {
    const std::lock_guard lock(mutex_);
    inbox_.others = true;
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::note(TaskChange change) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.changes.push_back(std::move(change));
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::note_pauses() {
  {
    const std::lock_guard lock(mutex_);
    inbox_.pauses = true;
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::note_offer(domain::QueueName queue, std::size_t lanes) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.offers.insert_or_assign(std::move(queue), lanes);
  }
  if (parts_.wake) parts_.wake();
}

void Dispatcher::stop_starting() {
  stopping_ = true;
  if (parts_.wake) parts_.wake();
}

bool Dispatcher::wait_until_idle(base::Millis bound) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, bound, [this] { return stats_.running == 0; });
}

DispatchStats Dispatcher::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

const domain::Queue* Dispatcher::queue_named(const domain::QueueName& name) const {
  const auto found = parts_.queues.find(name);
  return found == parts_.queues.end() ? nullptr : &found->second;
}

bool Dispatcher::begin() {
  const base::MonoTime now = parts_.clock.mono();
  board_.wake(now);
  std::vector<Look> looks;
  {
    const std::lock_guard lock(mutex_);
    looks.swap(inbox_.looks);
  }
  if (lanes_ && !looks.empty()) count_dead();
  for (Look& look : looks) look(board_, dead_);
  // Before anything is said of what comes with them.
  if (lanes_) look_after_lanes();
  take_changes();
  take_in();
  expire_leases(now);
  expire_claims(now);
  if (parts_.others != nullptr) offer_work();
  for (auto& [name, function] : functions_) function.capacity = parts_.host.capacity(name);
  if (stopping_ && !std::exchange(curtailed_, true)) curtail(nullptr);
  if (std::exchange(told_stale_, false)) publish_stats();

  turn_ = {};
  turn_.holding = retry_at_ && now < *retry_at_;
  if (turn_.holding) return false;
  retry_at_.reset();
  return !own_.empty() || can_start();
}

// What was said of tasks that are under way, and who asks for more.
void Dispatcher::take_in() {
  std::vector<Heard> all_ended;
  std::vector<LeaseWord> words;
  std::vector<Claim> claims;
  std::map<domain::QueueName, std::size_t> offers;
  {
    const std::lock_guard lock(mutex_);
    all_ended.swap(inbox_.ended);
    words.swap(inbox_.words);
    claims.swap(inbox_.claims);
    offers.swap(inbox_.offers);
  }
  for (Heard& heard : all_ended) take(std::move(heard));
  for (LeaseWord& word : words) take(std::move(word));
  for (Claim& claim : claims) take(std::move(claim));
  for (const auto& [queue, lanes] : offers) take_offer(queue, lanes);
  count_claims();
}

void Dispatcher::count_claims() {
  std::size_t count = 0;
  for (const auto& [queue, claims] : claims_) count += claims.size();
  waiting_claims_ = count;
}

std::optional<base::MonoTime> Dispatcher::next_turn() const {
  const base::MonoTime now = parts_.clock.mono();
  std::optional<base::MonoTime> next = board_.next_wake();
  const auto sooner = [&next](base::MonoTime at) { next = next ? std::min(*next, at) : at; };
  if (retry_at_) {
    sooner(*retry_at_);
  } else if (!own_.empty() || can_start() || reads_on_) {
    sooner(now);
  }
  if (!leases_.empty()) sooner(leases_.begin()->first);
  for (const auto& [queue, at] : offered_) sooner(at + kOfferTime);
  for (const auto& [queue, claims] : claims_) {
    for (const Claim& claim : claims) sooner(stopping_ ? now : claim.deadline);
  }
  return next;
}

void Dispatcher::take(Heard heard) {
  ports::Ended& ended = heard.ended;
  Flight* const flight = flights_.find(ended.id);
  if (flight == nullptr) return;
  if (ended.more) {
    cut_short(*flight, heard.at);
  } else {
    free_slot(*flight);
    const bool began = ended.failure && !ended.failure->not_begun;
    learn_run(*flight, flight->told + ended.results.size() + (began ? 1U : 0U), heard.at);
  }
  for (std::optional<std::string>& result : ended.results) {
    if (flight->told == flight->tasks.size()) break;
    own(*flight, flight->told++, domain::Succeeded{std::move(result)});
  }
  if (flight->told < flight->tasks.size()) {
    if (ended.failure) {
      fail_rest(*flight, *ended.failure);
    } else if (!ended.more) {
      fail_rest(*flight, {"Incomplete", "nothing was said of how this task ended"});
    }
  }
  close_if_silent(*flight);
}

// How one attempt ended. What was cancelled has ended already.
void Dispatcher::own(Flight& flight, std::size_t task, domain::Verdict verdict,
                     std::move_only_function<void(base::Result<void>)> answer) {
  const FlightTask& of = flight.tasks[task];
  if (of.cancelled || flight.lost) {
    ++flight.ended;
    if (answer) answer(base::fail(base::ErrorCode::conflict, "the task was cancelled meanwhile"));
    return;
  }
  const bool puts_back = std::holds_alternative<domain::Retried>(verdict) ||
                         std::holds_alternative<domain::Released>(verdict);
  // What has failed is tried with no other: the others' failures must not count for it, nor its
  // own for them.
  const bool alone = std::holds_alternative<domain::Retried>(verdict) || of.attempt > 1;
  write(ports::EndAttempt{of.sequence, of.attempt, std::move(verdict), parts_.clock.wall(),
                          flight.by},
        {.flight = flight.id,
         .task = task,
         .puts_back = puts_back,
         .alone = alone,
         .answer = std::move(answer)});
}

void Dispatcher::write(ports::Write write, OwnWrite about) {
  own_writes_.push_back(std::move(write));
  own_.push_back(std::move(about));
}

// The next task failed, and those after it did not run.
void Dispatcher::fail_rest(Flight& flight, const domain::Failure& failure,
                           std::move_only_function<void(base::Result<void>)> answer) {
  if (failure.not_begun) return release_rest(flight);
  const FlightTask& task = flight.tasks[flight.told];
  if (task.cancelled) {
    own(flight, flight.told++, domain::Released{}, std::move(answer));
    return release_rest(flight);
  }
  const domain::Queue* const queue = queue_named(flight.queue);
  const base::WallTime now = parts_.clock.wall();
  domain::Verdict verdict = domain::verdict_on(
      failure, task.attempt, task.max_attempts,
      queue != nullptr ? queue->backoff : domain::Backoff{}, now, parts_.random.next());
  if (const auto* const retried = std::get_if<domain::Retried>(&verdict)) {
    flight.hold = domain::LaneBoard::Hold{parts_.clock.mono() + (retried->next_attempt_at - now),
                                          task.sequence};
  }
  own(flight, flight.told++, std::move(verdict), std::move(answer));
  release_rest(flight);
}

void Dispatcher::release_rest(Flight& flight) {
  while (flight.told < flight.tasks.size()) own(flight, flight.told++, domain::Released{});
}

// A flight of which nothing has to be written any more.
void Dispatcher::close_if_silent(Flight& flight) {
  if (flight.ended < flight.tasks.size()) return;
  board_.vacate(flight.lane);
  drop_lease(flight);
  flights_.remove(flight.id);
  told_stale_ = true;
}

// First how attempts ended, whatever of it has come in while the accepted tasks were written; then
// the starts that are possible now.
std::span<const ports::Write> Dispatcher::follow(std::span<const ports::Write> writes,
                                                 std::span<const ports::WriteAnswer> answers) {
  if (!std::exchange(turn_.followed, true)) {
    add_accepted(writes, answers);
    if (turn_.holding) return {};
    take_in();
    if (!own_writes_.empty()) return own_writes_;
  }
  if (turn_.holding || std::exchange(turn_.ended, true)) return {};
  end_own(answers.subspan(writes.size()));
  if (!stopping_) start_ready();
  return turn_.starts;
}

std::vector<ports::Place> Dispatcher::new_places(std::span<const ports::Write> writes,
                                                 std::span<const ports::WriteAnswer> answers) {
  std::vector<ports::Place> places;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (!answers[i]) continue;
    if (const auto* const added = std::get_if<ports::Added>(&*answers[i])) {
      const domain::NewTask& task = std::get<ports::AddTask>(writes[i]).task;
      places.push_back({added->sequence, task.queue, task.lane, task.content.priority});
    } else if (const auto* const requeued = std::get_if<ports::Requeued>(&*answers[i])) {
      places.push_back(ports::place_of(requeued->task));
    } else if (const auto* const redriven = std::get_if<ports::Redriven>(&*answers[i])) {
      for (const auto& [id, place] : redriven->tasks) places.push_back(place);
    }
  }
  return places;
}

// All that gets a place in a lane, or another one, in the order of the writes. Where nodes share
// the lanes it is to be durable first: see add_drawn().
void Dispatcher::add_accepted(std::span<const ports::Write> writes,
                              std::span<const ports::WriteAnswer> answers) {
  if (!lanes_) {
    turn_.added = new_places(writes, answers);
    for (const ports::Place& place : turn_.added) {
      board_.add(place.queue, place.lane, place.sequence, place.priority);
    }
  }
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto* const changed = answers[i] ? std::get_if<ports::Changed>(&*answers[i]) : nullptr;
    if (changed == nullptr || changed->task.status != domain::TaskStatus::queued) continue;
    const domain::Task& task = changed->task;
    const auto before = rank({task.sequence, task.queue, task.lane, task.content.priority});
    if (before) turn_.moved.push_back({task.sequence, task.queue, task.lane, *before});
  }
}

void Dispatcher::end_own(std::span<const ports::WriteAnswer> answers) {
  for (std::size_t i = 0; i < own_.size(); ++i) {
    const OwnWrite& own = own_[i];
    Flight* const flight = flights_.find(own.flight);
    if (flight == nullptr || own.extends_to) continue;
    const FlightTask& task = flight->tasks[own.task];
    const bool counted = answers[i].has_value();
    if (counted && own.puts_back) {
      board_.put_back(flight->lane, task.sequence, task.priority, own.alone);
    }
    if (!counted && flight->hold && flight->hold->task == task.sequence) flight->hold.reset();
    if (++flight->ended < flight->tasks.size()) continue;
    board_.vacate(flight->lane, flight->hold);
    turn_.closed.push_back(flight->id);
  }
}

void Dispatcher::committed(std::span<const ports::Write> writes,
                           std::span<ports::WriteAnswer> answers) {
  tell_accepted(writes, answers);
  const std::size_t own = turn_.holding ? 0 : own_.size();
  if (own > 0) tell_own(answers.subspan(writes.size(), own));
  if (lanes_) add_drawn(writes, answers);
  for (std::size_t i = 0; i < writes.size(); ++i) apply_change(answers[i], writes[i]);
  launch(answers.subspan(writes.size() + own));
  if (parts_.others != nullptr) offer_work();
  for (const ports::Write& write : writes) {
    const auto* const pause = std::get_if<ports::PauseQueue>(&write);
    if (pause != nullptr && pause->paused) curtail(&pause->queue);
  }
  count_claims();
  if (!events_.empty()) parts_.events->publish(std::exchange(events_, {}));
  if (parts_.noticed && std::exchange(has_news_, false)) parts_.noticed();
  publish_stats();
}

// Every step taken back by its opposite, the newest first.
void Dispatcher::undone() {
  for (auto flight = turn_.starting.rbegin(); flight != turn_.starting.rend(); ++flight) {
    for (const FlightTask& task : flight->tasks) {
      board_.put_back(flight->lane, task.sequence, task.priority, flight->taken_alone);
    }
    untake(*flight);
  }
  for (auto served = turn_.served.rbegin(); served != turn_.served.rend(); ++served) {
    claims_[served->claim.queue].push_front(std::move(served->claim));
  }
  for (auto id = turn_.closed.rbegin(); id != turn_.closed.rend(); ++id) {
    Flight* const flight = flights_.find(*id);
    ORDO_ASSERT(flight != nullptr);
    flight->lane = board_.occupy(flight->queue, flight->lane_key);
  }
  for (std::size_t i = 0; i < own_.size() && turn_.ended; ++i) {
    const OwnWrite& own = own_[i];
    Flight* const flight = flights_.find(own.flight);
    if (flight == nullptr || own.extends_to) continue;
    const FlightTask& task = flight->tasks[own.task];
    if (own.puts_back) board_.remove(flight->queue, flight->lane_key, task.sequence);
    --flight->ended;
  }
  for (auto place = turn_.moved.rbegin(); place != turn_.moved.rend(); ++place) rank(*place);
  for (auto place = turn_.added.rbegin(); place != turn_.added.rend(); ++place) {
    board_.remove(place->queue, place->lane, place->sequence);
  }
  turn_ = {};
  retry_at_ = parts_.clock.mono() + kPauseAfterFailure;
}

void Dispatcher::publish_stats() {
  counts_.running = flights_.size() - leases_.size();
  const std::lock_guard lock(mutex_);
  stats_ = counts_;
  if (stats_.running == 0) idle_.notify_all();
}

}  // namespace ordo::app
