// What dispatchers of several nodes say to each other.
#include <algorithm>
#include <deque>
#include <utility>

#include "app/dispatcher.h"

namespace ordo::app {

void Dispatcher::tell_others(const TaskChange& change) {
  if (parts_.others == nullptr || lanes_->hold_of(change.place.queue, change.place.lane)) return;
  parts_.others->tell(change);
}

// Its lane may have come or gone meanwhile: what is not here is not changed.
void Dispatcher::take(const TaskChange& change) {
  const ports::Place& place = change.place;
  if (change.status == domain::TaskStatus::queued) {
    rank(place);
  } else if (change.before == domain::TaskStatus::running) {
    cancel(place.sequence);
  } else {
    board_.remove(place.queue, place.lane, place.sequence);
  }
}

void Dispatcher::take_changes() {
  std::vector<TaskChange> changes;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(inbox_.changes);
    pauses_stale_ |= std::exchange(inbox_.pauses, false);
  }
  for (const TaskChange& change : changes) take(change);
  if (pauses_stale_) read_pauses();
}

void Dispatcher::read_pauses() {
  if (backlog_ == nullptr) return;
  const auto paused = backlog_->paused_queues();
  if (!paused) {
    retry_at_ = parts_.clock.mono() + kPauseAfterFailure;
    return;
  }
  pauses_stale_ = false;
  for (const auto& [name, queue] : parts_.queues) {
    const bool is_paused = std::ranges::find(*paused, name) != paused->end();
    if (board_.view(name).paused == is_paused) continue;
    board_.pause(name, is_paused);
    if (is_paused) curtail(&name);
  }
}

// Of lanes that others run, too.
void Dispatcher::count_dead() {
  if (backlog_ == nullptr) return;
  if (auto dead = backlog_->dead_by_queue()) dead_ = std::move(*dead);
}

// Our own lanes and those of the others have their turns, while there is work in both.
void Dispatcher::take(Claim claim) {
  if (parts_.others != nullptr && !claim.passed_on && !stopping_) {
    const bool is_ours = board_.can_take(claim.queue) && fetched_.erase(claim.queue) > 0;
    const domain::QueueName queue = claim.queue;
    if (!is_ours && parts_.others->fetch(claim)) {
      fetched_.insert(queue);
      return;
    }
  }
  claims_[claim.queue].push_back(std::move(claim));
}

// Those who wait longest go there first.
void Dispatcher::take_offer(const domain::QueueName& queue, std::size_t lanes) {
  const auto waiting = claims_.find(queue);
  if (waiting == claims_.end() || stopping_) return;
  std::deque<Claim> left;
  for (Claim& claim : waiting->second) {
    const bool stays = claim.passed_on || claim.left() || lanes == 0;
    if (!stays && parts_.others->fetch(claim)) {
      --lanes;
    } else {
      left.push_back(std::move(claim));
    }
  }
  waiting->second = std::move(left);
}

// Of work that nobody here asks for. Told again now and then: there may be new nodes.
void Dispatcher::offer_work() {
  const base::MonoTime now = parts_.clock.mono();
  for (const Line& line : lines_) {
    if (line.function != nullptr) continue;
    const domain::QueueName& queue = line.queue->name;
    const auto claims = claims_.find(queue);
    const bool is_asked_for = claims != claims_.end() && !claims->second.empty();
    if (stopping_ || is_asked_for || !board_.can_take(queue)) {
      offered_.erase(queue);
      continue;
    }
    const auto [told, is_new] = offered_.try_emplace(queue, now);
    if (!is_new && now < told->second + kOfferTime) continue;
    told->second = now;
    const domain::QueueView view = board_.view(queue);
    const std::uint64_t busy = std::min(view.running + view.waiting, view.lanes);
    const std::uint64_t room = line.queue->concurrency - view.running;
    parts_.others->offer(queue, std::max<std::uint64_t>(std::min(view.lanes - busy, room), 1));
  }
}

}  // namespace ordo::app
