// Lanes that come to this node from another one, and that go.
#include <algorithm>
#include <utility>
#include <vector>

#include "app/dispatcher.h"
#include "domain/lane_shard.h"

namespace ordo::app {
namespace {

std::uint16_t shard_of_flight(const Flight& flight) {
  return domain::shard_of(flight.queue, flight.lane_key);
}

// Its worker is elsewhere and finds the next owner of the lane; nothing has to be written here.
bool can_be_left(const Flight& flight) {
  return flight.lease_until && flight.told == flight.ended;
}

}  // namespace

void Dispatcher::look_after_lanes() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(inbox_.others, false)) lanes_->note_others();
  }
  const SharedLanes::Change change = lanes_->take_news();
  forget_lanes(change.lost);
  lose_flights(change.lost);
  forget_lanes(change.leaving);
  read_lanes();
  if (!lanes_->is_leaving()) return;
  SharedLanes::Shards busy;
  flights_.for_each([&](const Flight& flight) {
    if (!can_be_left(flight)) busy.insert(shard_of_flight(flight));
  });
  const SharedLanes::Shards released = lanes_->release(busy);
  leave_flights(released);
  // What has failed since waits again.
  forget_lanes(released);
}

// What waits there is no business of ours any more.
void Dispatcher::forget_lanes(const SharedLanes::Shards& shards) {
  if (shards.empty()) return;
  board_.drop([&shards](const domain::QueueName& queue, const domain::LaneKey& lane) {
    return shards.contains(domain::shard_of(queue, lane));
  });
  std::erase_if(arriving_, [&shards](const auto& open) { return shards.contains(open.second); });
  std::erase_if(unranked_, [&shards](const auto& place) {
    return shards.contains(domain::shard_of(place.second.queue, place.second.lane));
  });
}

void Dispatcher::put_in_lane(const ports::Place& place) {
  const domain::Queue* const queue = queue_named(place.queue);
  const bool by_rank = queue != nullptr && queue->ordering == domain::Ordering::priority;
  if (by_rank && lanes_->is_arriving() && !lanes_->knows(place.queue, place.lane)) {
    unranked_.insert_or_assign(unranked_.end(), place.sequence, place);
  } else {
    board_.add(place.queue, place.lane, place.sequence, place.priority);
  }
}

std::optional<domain::Priority> Dispatcher::rank(const ports::Place& place) {
  if (const auto before = board_.move(place.queue, place.lane, place.sequence, place.priority)) {
    return before;
  }
  const auto waiting = unranked_.find(place.sequence);
  if (waiting == unranked_.end()) return std::nullopt;
  return std::exchange(waiting->second.priority, place.priority);
}

// Another node does all of it again.
void Dispatcher::lose_flights(const SharedLanes::Shards& shards) {
  if (shards.empty()) return;
  std::vector<ports::InvocationId> elsewhere;
  flights_.for_each([&](Flight& flight) {
    if (!shards.contains(shard_of_flight(flight))) return;
    if (flight.lease_until) return elsewhere.push_back(flight.id);
    if (!std::exchange(flight.lost, true)) parts_.host.cancel(flight.id, std::nullopt);
  });
  for (const ports::InvocationId id : elsewhere) drop_flight(*flights_.find(id));
}

void Dispatcher::leave_flights(const SharedLanes::Shards& shards) {
  if (shards.empty()) return;
  std::vector<ports::InvocationId> left;
  flights_.for_each([&](const Flight& flight) {
    if (shards.contains(shard_of_flight(flight))) left.push_back(flight.id);
  });
  for (const ports::InvocationId id : left) drop_flight(*flights_.find(id));
}

void Dispatcher::drop_flight(Flight& flight) {
  board_.vacate(flight.lane);
  drop_lease(flight);
  flights_.remove(flight.id);
}

// Tasks that others have accepted, and all tasks of lanes that have come. What was lost with a lane
// must have ended here before it is begun again here.
void Dispatcher::read_lanes() {
  SharedLanes::Shards busy;
  flights_.for_each([&busy](const Flight& flight) {
    if (flight.lost) busy.insert(shard_of_flight(flight));
  });
  reads_on_ = false;
  if (!lanes_->is_behind(busy)) return;
  base::Result<SharedLanes::Found> found = lanes_->read(busy);
  if (!found) {
    retry_at_ = parts_.clock.mono() + kPauseAfterFailure;
    return;
  }
  Adopted adopted{parts_.clock.mono(), parts_.clock.wall()};
  // What is open first: it is what its lane does, or waits for.
  for (const ports::OpenTask& open : found->open) {
    if (open.running) adopt(open, adopted);
  }
  for (ports::OpenTask& open : found->open) {
    const ports::Place& place = open.place;
    if (!open.running) {
      board_.add(place.queue, place.lane, place.sequence, place.priority, true);
      hold(open, adopted);
    }
    arriving_.emplace(place.sequence, domain::shard_of(place.queue, place.lane));
  }
  if (!lanes_->is_arriving()) {
    for (const auto& waiting : std::exchange(unranked_, {})) put_in_lane(waiting.second);
  }
  for (const ports::Place& place : found->places) {
    if (!arriving_.contains(place.sequence)) put_in_lane(place);
  }
  end_adopted(adopted);
  if (!lanes_->is_arriving()) arriving_.clear();
  reads_on_ = lanes_->is_behind(busy);
}

// Tasks that this transaction has put in lanes, if nobody else has put one there meanwhile.
void Dispatcher::add_drawn(std::span<const ports::Write> writes,
                           std::span<const ports::WriteAnswer> answers) {
  std::vector<ports::Place> places = new_places(writes, answers);
  if (places.empty()) return;
  std::ranges::sort(places, {}, &ports::Place::sequence);
  if (!lanes_->follows(places.front().sequence, places.back().sequence)) {
    reads_on_ = true;
    return;
  }
  for (const ports::Place& place : places) {
    if (!lanes_->knows(place.queue, place.lane)) continue;
    board_.add(place.queue, place.lane, place.sequence, place.priority);
  }
}

}  // namespace ordo::app
