// What may start, and in which order: queues take turns, a function is given no more than it can
// run.
#include <algorithm>
#include <utility>

#include "app/dispatcher.h"

namespace ordo::app {
namespace {

// After a crash the first of a run is blamed for it: it must have another attempt left.
bool may_run_on(const domain::Queue& queue) {
  return queue.handoff == domain::Handoff::early && queue.batch_size == 1 && queue.max_attempts > 1;
}

}  // namespace

bool Dispatcher::can_start() const {
  if (stopping_) return false;
  return std::ranges::any_of(lines_, [this](const Line& line) { return can_start(line); });
}

bool Dispatcher::can_start(const Line& line) const {
  if (line.function == nullptr) {
    const auto waiting = claims_.find(line.queue->name);
    if (waiting == claims_.end() || waiting->second.empty()) return false;
  } else if (line.function->busy >= line.function->capacity) {
    return false;
  }
  return board_.can_take(line.queue->name);
}

// A lane of each queue, and again, so that one with much to do does not keep the others waiting.
void Dispatcher::start_ready() {
  bool started = true;
  while (started && turn_.starts.size() < kMaxStarts) {
    started = false;
    for (std::size_t i = 0; i < lines_.size() && turn_.starts.size() < kMaxStarts; ++i) {
      Line& line = lines_[(first_line_ + i) % lines_.size()];
      started |= line.function == nullptr ? serve_claim(line) : start_lane(line);
    }
  }
  if (!lines_.empty()) first_line_ = (first_line_ + 1) % lines_.size();
}

bool Dispatcher::start_lane(Line& line) {
  Function& function = *line.function;
  if (function.busy >= function.capacity) return false;
  const domain::Queue& queue = *line.queue;
  const std::size_t most = may_run_on(queue) ? line.run : queue.batch_size;
  std::optional<domain::LaneBoard::Taken> taken = take_lane(queue.name, most);
  if (!taken) return false;
  Flight flight = flight_of(line, std::move(*taken));
  flight.together = queue.batch_size > 1 && flight.tasks.size() > 1;
  flight.holds_slot = true;
  ++function.busy;
  const base::WallTime now = parts_.clock.wall();
  for (const FlightTask& task : flight.tasks) {
    turn_.starts.emplace_back(ports::StartAttempt{task.sequence, now, std::nullopt, flight.by});
  }
  turn_.starting.push_back(std::move(flight));
  return true;
}

// A lane that another node has by now is nobody's business here: its tasks leave the board.
std::optional<domain::LaneBoard::Taken> Dispatcher::take_lane(const domain::QueueName& queue,
                                                              std::size_t most) {
  while (true) {
    std::optional<domain::LaneBoard::Taken> taken = board_.take(queue, most);
    if (!taken || !lanes_ || lanes_->hold_of(queue, taken->lane_key)) return taken;
    board_.vacate(taken->lane);
  }
}

Flight Dispatcher::flight_of(const Line& line, domain::LaneBoard::Taken taken) {
  Flight flight;
  flight.id = ports::InvocationId(++next_id_);
  flight.lane = taken.lane;
  flight.line = static_cast<std::size_t>(&line - lines_.data());
  flight.queue = line.queue->name;
  flight.lane_key = std::move(taken.lane_key);
  flight.taken_alone = taken.alone;
  if (lanes_) flight.by = lanes_->hold_of(flight.queue, flight.lane_key);
  flight.tasks.resize(taken.tasks.size());
  for (std::size_t i = 0; i < taken.tasks.size(); ++i) {
    flight.tasks[i].sequence = taken.tasks[i].sequence;
    flight.tasks[i].priority = taken.tasks[i].priority;
  }
  return flight;
}

void Dispatcher::free_slot(Flight& flight) {
  if (std::exchange(flight.holds_slot, false)) --lines_[flight.line].function->busy;
}

// Of a flight that does not leave.
void Dispatcher::untake(Flight& flight) {
  board_.vacate(flight.lane);
  free_slot(flight);
}

// The next run takes about kRunTime, if its tasks take as long as these did.
void Dispatcher::learn_run(const Flight& flight, std::size_t count, base::MonoTime now) {
  if (flight.together || count == 0) return;
  std::size_t& run = lines_[flight.line].run;
  const std::chrono::nanoseconds took = now - flight.began;
  if (took > kRunTime) {
    const auto fits = static_cast<std::size_t>(static_cast<double>(count) *
                                               (std::chrono::duration<double>(kRunTime) / took));
    run = std::max<std::size_t>(fits, 1);
  } else if (took < kRunTime / 2 && count >= run) {
    run = std::min(run * 2, kLongestRun);
  }
}

// Its tasks are slower than the last ones were: those that have not begun should not count as
// begun.
void Dispatcher::cut_short(Flight& flight, base::MonoTime now) {
  if (now - flight.began < kLongRunTime || std::exchange(flight.cut_short, true)) return;
  parts_.host.curtail(flight.id);
}

// What was handed over, of one queue or (null) of all, and has not begun need not begin.
void Dispatcher::curtail(const domain::QueueName* of) {
  flights_.for_each([&](const Flight& flight) {
    const bool meant = of == nullptr || flight.queue == *of;
    if (meant && flight.holds_slot) parts_.host.curtail(flight.id);
  });
}

}  // namespace ordo::app
