// What a start finds, put on the board.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/dispatcher.h"

namespace ordo::app {
namespace {

constexpr std::size_t kPage = 10'000;

void order_by_rank(Flight& flight) {
  const auto rank = [](const FlightTask& task) {
    return std::pair(-static_cast<int>(task.priority), task.sequence);
  };
  std::ranges::sort(flight.tasks, {}, rank);
}

// What is left of it. A clock that was set back meanwhile must not make it longer than it was.
base::Millis pause_of(const ports::OpenTask& task, base::WallTime now) {
  if (!task.next_attempt_at) return base::Millis(0);
  return std::min(*task.next_attempt_at - now, *task.next_attempt_at - task.changed_at);
}

}  // namespace

base::Result<void> Dispatcher::load(ports::Backlog& backlog) {
  backlog_ = &backlog;
  const auto paused = backlog.paused_queues();
  if (!paused) return base::fail(paused.error());
  for (const domain::QueueName& queue : *paused) board_.pause(queue, true);
  auto dead = backlog.dead_by_queue();
  if (!dead) return base::fail(dead.error());
  dead_ = std::move(*dead);
  if (!lanes_) return load_lanes(backlog);
  publish_stats();
  return {};
}

base::Result<void> Dispatcher::load_lanes(ports::Backlog& backlog) {
  const auto open = backlog.open_tasks();
  if (!open) return base::fail(open.error());
  Adopted adopted{parts_.clock.mono(), parts_.clock.wall()};
  std::set<domain::Sequence> failed;
  for (const ports::OpenTask& task : *open) {
    if (task.running) {
      adopt(task, adopted);
    } else {
      failed.insert(task.place.sequence);
    }
  }
  domain::Sequence last(0);
  while (true) {
    const auto places = backlog.pending(last, kPage);
    if (!places) return base::fail(places.error());
    for (const ports::Place& place : *places) {
      if (flights_.with_task(place.sequence) != nullptr) continue;
      board_.add(place.queue, place.lane, place.sequence, place.priority,
                 failed.contains(place.sequence));
    }
    if (places->size() < kPage) break;
    last = places->back().sequence;
  }
  for (const ports::OpenTask& task : *open) {
    if (!task.running) hold(task, adopted);
  }
  end_adopted(adopted);
  publish_stats();
  return {};
}

// Attempts that nobody can finish any more count as lost.
void Dispatcher::end_adopted(const Adopted& adopted) {
  for (const auto& [lane, id] : adopted.flights) {
    Flight* const flight = flights_.find(id);
    const domain::Queue* const queue = queue_named(lane.first);
    if (queue != nullptr && queue->ordering == domain::Ordering::priority) order_by_rank(*flight);
    if (flight->lease_until) continue;
    domain::Failure failure{"Lost", "the server stopped during this attempt"};
    failure.lost = true;
    fail_rest(*flight, failure);
  }
}

// The lane of a task that failed waits for it, as before.
void Dispatcher::hold(const ports::OpenTask& open, const Adopted& adopted) {
  const ports::Place& place = open.place;
  const base::Millis pause = pause_of(open, adopted.wall);
  if (pause <= base::Millis(0) || adopted.flights.contains({place.queue, place.lane})) return;
  board_.vacate(board_.occupy(place.queue, place.lane),
                domain::LaneBoard::Hold{adopted.now + pause, place.sequence});
}

// An attempt that was under way: its worker may still hold it, or nobody does.
void Dispatcher::adopt(const ports::OpenTask& open, Adopted& adopted) {
  auto& id = adopted.flights[{open.place.queue, open.place.lane}];
  Flight* flight = flights_.find(id);
  if (flight == nullptr) {
    Flight made;
    made.id = id = ports::InvocationId(++next_id_);
    made.queue = open.place.queue;
    made.lane_key = open.place.lane;
    made.lane = board_.occupy(made.queue, made.lane_key);
    if (lanes_) made.by = lanes_->hold_of(made.queue, made.lane_key);
    flight = &flights_.add(std::move(made));
  }
  FlightTask task{open.id, open.place.sequence, open.place.priority, open.attempts,
                  open.max_attempts};
  if (open.lease) {
    task.lease = open.lease->token;
    const base::MonoTime until =
        adopted.now + std::min(open.lease->until - adopted.wall, open.lease->length);
    if (until > adopted.now && !flight->lease_until) {
      hold_lease(*flight, until);
    }
  }
  flight->tasks.push_back(std::move(task));
  flights_.index(*flight);
}

}  // namespace ordo::app
