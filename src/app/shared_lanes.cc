#include "app/shared_lanes.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ordo::app {
namespace {

std::vector<std::uint16_t> listed(const SharedLanes::Shards& shards) {
  return {shards.begin(), shards.end()};
}

}  // namespace

SharedLanes::Change SharedLanes::take_news() {
  const ports::LaneLeases::News news = leases_.news();
  Change change;
  forget(news.lost, change.lost);
  for (const ports::LaneHold& hold : news.gained) {
    shards_[hold.shard] = {State::coming, hold.epoch};
    coming_.insert(hold.shard);
  }
  forget(news.wanted, change.leaving);
  for (const ports::LaneHold& hold : news.wanted) leaving_[hold.shard] = hold.epoch;
  return change;
}

void SharedLanes::forget(const std::vector<ports::LaneHold>& holds, Shards& into) {
  for (const ports::LaneHold& hold : holds) {
    shards_[hold.shard] = {};
    coming_.erase(hold.shard);
    if (arrival_) arrival_->shards.erase(hold.shard);
    leaving_.erase(hold.shard);
    into.insert(hold.shard);
  }
  if (arrival_ && arrival_->shards.empty()) arrival_.reset();
}

// What waits is found in its order: a lane may begin before all of it is known.
std::optional<ports::LaneHold> SharedLanes::hold_of(const domain::QueueName& queue,
                                                    const domain::LaneKey& lane) const {
  const std::uint16_t number = domain::shard_of(queue, lane);
  const Shard& shard = shards_[number];
  if (shard.state != State::ours && shard.state != State::arriving) return std::nullopt;
  return ports::LaneHold{number, shard.epoch};
}

bool SharedLanes::knows(const domain::QueueName& queue, const domain::LaneKey& lane) const {
  return shards_[domain::shard_of(queue, lane)].state == State::ours;
}

bool SharedLanes::is_behind(const Shards& busy) const {
  return behind_ || arrival_ || !std::ranges::includes(busy, coming_);
}

SharedLanes::Shards SharedLanes::take_from_waiting(const Shards& busy) {
  Shards ready;
  std::ranges::set_difference(coming_, busy, std::inserter(ready, ready.end()));
  for (const std::uint16_t shard : ready) coming_.erase(shard);
  return ready;
}

base::Result<SharedLanes::Found> SharedLanes::read(const Shards& busy) {
  Found found;
  if (!arrival_) {
    Shards ready = take_from_waiting(busy);
    if (!ready.empty()) {
      auto open = backlog_.open_tasks(listed(ready));
      if (!open) {
        coming_.merge(ready);
        return base::fail(std::move(open.error()));
      }
      found.open = std::move(*open);
      for (const std::uint16_t shard : ready) shards_[shard].state = State::arriving;
      arrival_ = Arrival{std::move(ready), domain::Sequence(0)};
    }
  }
  std::vector<ports::LaneBacklog::Stretch> stretches(1);
  stretches[0].after = seen_;
  for (std::uint16_t shard = 0; shard < domain::kLaneShards; ++shard) {
    if (shards_[shard].state == State::ours) stretches[0].shards.push_back(shard);
  }
  if (arrival_) stretches.push_back({listed(arrival_->shards), arrival_->after});
  base::Result<ports::LaneBacklog::Fresh> fresh = backlog_.fresh(stretches, places_at_once_);
  if (!fresh) {
    // What is open of them was not told to anybody.
    if (!found.open.empty() || (arrival_ && arrival_->after == domain::Sequence(0))) {
      for (const std::uint16_t shard : arrival_->shards) shards_[shard].state = State::coming;
      coming_.merge(arrival_->shards);
      arrival_.reset();
    }
    return base::fail(std::move(fresh.error()));
  }
  for (const std::vector<ports::Place>& places : fresh->places) {
    found.places.insert(found.places.end(), places.begin(), places.end());
  }
  settle(*fresh);
  return found;
}

void SharedLanes::settle(const ports::LaneBacklog::Fresh& fresh) {
  const std::size_t limit = places_at_once_;
  const auto known = [&](std::size_t stretch) {
    const std::vector<ports::Place>& places = fresh.places[stretch];
    // What this node has accepted itself was there, too.
    return places.size() < limit ? std::max(fresh.seen, seen_) : places.back().sequence;
  };
  seen_ = std::max(seen_, known(0));
  behind_ = fresh.places[0].size() == limit;
  if (!arrival_) return;
  arrival_->after = std::max(arrival_->after, known(1));
  // Both were looked at at one moment: from here on they are the same.
  if (fresh.places[1].size() == limit || arrival_->after != seen_) return;
  for (const std::uint16_t shard : arrival_->shards) shards_[shard].state = State::ours;
  arrival_.reset();
}

bool SharedLanes::follows(domain::Sequence first, domain::Sequence last) {
  const bool next = !behind_ && first.value() == seen_.value() + 1;
  if (next) {
    seen_ = last;
  } else {
    behind_ = true;
  }
  return next;
}

SharedLanes::Shards SharedLanes::release(const Shards& busy) {
  std::vector<ports::LaneHold> released;
  Shards shards;
  for (const auto& [shard, epoch] : leaving_) {
    if (busy.contains(shard)) continue;
    released.push_back({shard, epoch});
    shards.insert(shard);
  }
  for (const std::uint16_t shard : shards) leaving_.erase(shard);
  if (!released.empty()) leases_.release(std::move(released));
  return shards;
}

}  // namespace ordo::app
