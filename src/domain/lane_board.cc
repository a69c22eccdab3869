#include "domain/lane_board.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <set>
#include <utility>

#include "base/assert.h"

namespace ordo::domain {
namespace {

// A question about lanes looks at no more than this many of a queue.
constexpr std::size_t kMaxExaminedLanes = 100'000;

// In the order in which they are taken; the first is the only one of a fifo queue.
constexpr std::array<Priority, 3> kByRank{Priority::medium, Priority::high, Priority::low};
constexpr std::array<std::size_t, 3> kTakeOrder{1, 0, 2};

std::size_t list_of(Ordering ordering, Priority priority) {
  if (ordering == Ordering::fifo) return 0;
  return static_cast<std::size_t>(std::ranges::find(kByRank, priority) - kByRank.begin());
}

}  // namespace

struct LaneBoard::Lane {
  std::string key;
  QueueState* queue = nullptr;
  bool occupied = false;
  bool in_line = false;
  bool waits = false;
  // In line: its neighbours.
  std::uint32_t before = kNoLane;
  std::uint32_t after = kNoLane;
  base::MonoTime until;
  Sequence waits_for;
  std::unique_ptr<std::set<Sequence>> alone;  // those that are taken with no other; mostly none
  SequenceList tasks;
  // Of a queue that is ordered by priority: high, then low.
  std::unique_ptr<std::array<SequenceList, 2>> others;

  SequenceList& list(std::size_t which) {
    if (which == 0) return tasks;
    if (!others) others = std::make_unique<std::array<SequenceList, 2>>();
    return (*others)[which - 1];
  }
  void set_alone(Sequence sequence) {
    if (!alone) alone = std::make_unique<std::set<Sequence>>();
    alone->insert(sequence);
  }
  [[nodiscard]] bool is_alone(Sequence sequence) const {
    return alone && alone->contains(sequence);
  }
  void forget_alone(Sequence sequence) {
    if (alone && alone->erase(sequence) > 0 && alone->empty()) alone.reset();
  }
  // The first ones, at most so many; one that is to be alone with no other.
  std::vector<TakenTask> take(std::size_t most) {
    std::vector<TakenTask> taken;
    taken.reserve(std::min(most, size()));
    while (taken.size() < most && first() != nullptr) {
      const bool apart = is_alone(first()->front());
      if (apart && !taken.empty()) break;
      taken.push_back(pop_first());
      if (apart) break;
    }
    return taken;
  }
  [[nodiscard]] const SequenceList* first() const {
    for (const std::size_t which : kTakeOrder) {
      const SequenceList* const list = which == 0 ? &tasks
                                       : others   ? &(*others)[which - 1]
                                                  : nullptr;
      if (list != nullptr && !list->empty()) return list;
    }
    return nullptr;
  }
  TakenTask pop_first() {
    for (const std::size_t which : kTakeOrder) {
      if (which != 0 && !others) continue;
      SequenceList& from = list(which);
      if (from.empty()) continue;
      const TakenTask first{from.front(), kByRank[which]};
      from.pop_front();
      return first;
    }
    ORDO_ASSERT(false);
    return {};
  }
  [[nodiscard]] std::size_t size() const {
    return tasks.size() + (others ? (*others)[0].size() + (*others)[1].size() : 0);
  }
};

// By its key, of which there is one copy, in the lane.
struct LaneBoard::LaneHash {
  using is_transparent = void;
  const LaneBoard* board;
  std::size_t operator()(std::string_view key) const noexcept {
    return std::hash<std::string_view>{}(key);
  }
  std::size_t operator()(std::uint32_t slot) const noexcept {
    return (*this)(std::string_view(board->lanes_[slot].key));
  }
};

struct LaneBoard::LaneEqual {
  using is_transparent = void;
  const LaneBoard* board;
  bool operator()(std::uint32_t a, std::uint32_t b) const noexcept { return a == b; }
  bool operator()(std::string_view a, std::uint32_t b) const noexcept {
    return a == board->lanes_[b].key;
  }
  bool operator()(std::uint32_t a, std::string_view b) const noexcept { return (*this)(b, a); }
};

struct LaneBoard::QueueState {
  explicit QueueState(const LaneBoard& board) : lanes(0, LaneHash{&board}, LaneEqual{&board}) {}

  QueueName name;
  Ordering ordering = Ordering::fifo;
  std::uint32_t concurrency = 0;
  bool paused = false;
  std::uint64_t queued = 0;
  std::uint64_t occupied = 0;
  boost::unordered_flat_set<std::uint32_t, LaneHash, LaneEqual> lanes;
  std::set<std::pair<base::MonoTime, std::uint32_t>> waiting;
  // The line of those that are ready, longest ready first: linked through the lanes, so that one
  // that is ready no more leaves it, wherever it stands.
  std::uint32_t first_ready = kNoLane;
  std::uint32_t last_ready = kNoLane;
};

LaneBoard::LaneBoard(const Queues& queues) {
  for (const auto& [name, queue] : queues) {
    QueueState& state = queue_named(name);
    state.ordering = queue.ordering;
    state.concurrency = queue.concurrency;
  }
}

LaneBoard::~LaneBoard() = default;

void LaneBoard::add(const QueueName& queue, const LaneKey& lane, Sequence sequence,
                    Priority priority, bool alone) {
  QueueState& state = queue_named(queue);
  const std::uint32_t slot = lane_slot(state, lane);
  const bool added = lanes_[slot].list(list_of(state.ordering, priority)).insert(sequence);
  ORDO_ASSERT(added);
  if (alone) lanes_[slot].set_alone(sequence);
  ++state.queued;
  settle(slot);
}

bool LaneBoard::remove(const QueueName& queue, const LaneKey& lane, Sequence sequence) {
  const std::optional<std::uint32_t> slot = find_lane(queue, lane);
  if (!slot) return false;
  Lane& found = lanes_[*slot];
  bool removed = found.tasks.erase(sequence);
  if (!removed && found.others) {
    removed = (*found.others)[0].erase(sequence) || (*found.others)[1].erase(sequence);
  }
  if (!removed) return false;
  --found.queue->queued;
  found.forget_alone(sequence);
  if (found.waits && found.waits_for == sequence) stop_waiting(*slot);
  settle(*slot);
  return true;
}

void LaneBoard::drop(
    const std::function<bool(const QueueName& queue, const LaneKey& lane)>& meant) {
  for (std::uint32_t slot = 0; slot < lanes_.size(); ++slot) {
    Lane& lane = lanes_[slot];
    if (lane.queue == nullptr || !meant(lane.queue->name, LaneKey(lane.key))) continue;
    lane.queue->queued -= lane.size();
    lane.tasks = {};
    lane.others.reset();
    lane.alone.reset();
    stop_waiting(slot);
    settle(slot);
  }
}

std::optional<Priority> LaneBoard::move(const QueueName& queue, const LaneKey& lane,
                                        Sequence sequence, Priority priority) {
  const std::optional<std::uint32_t> slot = find_lane(queue, lane);
  if (!slot) return std::nullopt;
  Lane& found = lanes_[*slot];
  for (std::size_t which = 0; which < (found.others ? 3U : 1U); ++which) {
    if (!found.list(which).erase(sequence)) continue;
    found.list(list_of(found.queue->ordering, priority)).insert(sequence);
    return kByRank[which];
  }
  return std::nullopt;
}

std::optional<LaneBoard::Taken> LaneBoard::take(const QueueName& queue, std::size_t most) {
  QueueState& state = queue_named(queue);
  if (state.paused || state.occupied >= state.concurrency || most == 0) return std::nullopt;
  if (state.first_ready == kNoLane) return std::nullopt;
  const std::uint32_t slot = state.first_ready;
  Lane& lane = lanes_[slot];
  Taken taken{LaneId(slot), LaneKey(lane.key), lane.take(most)};
  taken.alone = lane.is_alone(taken.tasks.front().sequence);
  lane.forget_alone(taken.tasks.front().sequence);
  state.queued -= taken.tasks.size();
  lane.occupied = true;
  ++state.occupied;
  settle(slot);
  return taken;
}

void LaneBoard::put_back(LaneId lane, Sequence sequence, Priority priority, bool alone) {
  Lane& of = lanes_[lane.value()];
  ORDO_ASSERT(of.occupied);
  const bool added = of.list(list_of(of.queue->ordering, priority)).insert(sequence);
  ORDO_ASSERT(added);
  if (alone) of.set_alone(sequence);
  ++of.queue->queued;
}

void LaneBoard::vacate(LaneId lane, std::optional<Hold> hold) {
  Lane& of = lanes_[lane.value()];
  ORDO_ASSERT(of.occupied);
  of.occupied = false;
  --of.queue->occupied;
  if (hold && of.first() != nullptr) {
    of.waits = true;
    of.until = hold->until;
    of.waits_for = hold->task;
    of.queue->waiting.emplace(of.until, lane.value());
  }
  settle(lane.value());
}

LaneId LaneBoard::occupy(const QueueName& queue, const LaneKey& lane) {
  QueueState& state = queue_named(queue);
  const std::uint32_t slot = lane_slot(state, lane);
  Lane& of = lanes_[slot];
  ORDO_ASSERT(!of.occupied);
  stop_waiting(slot);
  of.occupied = true;
  ++state.occupied;
  settle(slot);
  return LaneId(slot);
}

void LaneBoard::pause(const QueueName& queue, bool paused) {
  queue_named(queue).paused = paused;
}

void LaneBoard::wake(base::MonoTime now) {
  for (const auto& queue : queues_) {
    while (!queue->waiting.empty() && queue->waiting.begin()->first <= now) {
      const std::uint32_t slot = queue->waiting.begin()->second;
      stop_waiting(slot);
      settle(slot);
    }
  }
}

std::optional<base::MonoTime> LaneBoard::next_wake() const {
  std::optional<base::MonoTime> next;
  for (const auto& queue : queues_) {
    if (queue->waiting.empty()) continue;
    const base::MonoTime first = queue->waiting.begin()->first;
    next = next ? std::min(*next, first) : first;
  }
  return next;
}

bool LaneBoard::can_take(const QueueName& queue) const {
  const QueueState* const state = find_queue(queue);
  if (state == nullptr || state->paused) return false;
  return state->occupied < state->concurrency && state->first_ready != kNoLane;
}

QueueView LaneBoard::view(const QueueName& queue) const {
  const QueueState* const state = find_queue(queue);
  if (state == nullptr) return {};
  return {state->queued, state->waiting.size(), state->occupied, state->lanes.size(),
          state->paused};
}

std::vector<QueueName> LaneBoard::queues() const {
  std::vector<QueueName> names;
  names.reserve(queues_.size());
  for (const auto& queue : queues_) names.push_back(queue->name);
  return names;
}

LaneViews LaneBoard::lanes(const QueueName& queue, std::optional<LaneState> state,
                           std::size_t limit) const {
  LaneViews seen;
  const QueueState* const of = find_queue(queue);
  if (of == nullptr) return seen;
  // False: no room for another.
  const auto see = [&](std::uint32_t slot) {
    seen.more = seen.lanes.size() == limit;
    if (!seen.more) seen.lanes.push_back(view(LaneId(slot)));
    return !seen.more;
  };
  if (state == LaneState::waiting) {
    for (const auto& [until, slot] : of->waiting) {
      if (!see(slot)) break;
    }
    return seen;
  }
  if (state == LaneState::ready) {
    for (std::uint32_t slot = of->first_ready; slot != kNoLane; slot = lanes_[slot].after) {
      if (!see(slot)) break;
    }
    return seen;
  }
  std::size_t examined = 0;
  for (const std::uint32_t slot : of->lanes) {
    if (examined++ == kMaxExaminedLanes) {
      seen.more = true;
      break;
    }
    const bool wanted = !state || state_of(lanes_[slot]) == *state;
    if (wanted && !see(slot)) break;
  }
  return seen;
}

LaneView LaneBoard::view(LaneId lane) const {
  const Lane& of = lanes_[lane.value()];
  LaneView view{LaneKey(of.key), state_of(of), of.size(), std::nullopt, std::nullopt};
  if (const SequenceList* const first = of.first()) view.head = first->front();
  if (of.waits) {
    view.head = of.waits_for;
    view.until = of.until;
  }
  return view;
}

std::size_t LaneBoard::memory() const {
  std::size_t bytes = lanes_.size() * sizeof(Lane);
  for (const auto& queue : queues_) bytes += queue->lanes.bucket_count() * 5;
  for (const Lane& lane : lanes_) {
    bytes += lane.tasks.memory() + (lane.key.capacity() > 15 ? lane.key.capacity() : 0);
    if (lane.others) bytes += (*lane.others)[0].memory() + (*lane.others)[1].memory();
  }
  return bytes;
}

LaneBoard::QueueState& LaneBoard::queue_named(const QueueName& name) {
  if (const QueueState* const known = find_queue(name)) return const_cast<QueueState&>(*known);
  queues_.push_back(std::make_unique<QueueState>(*this));
  queues_.back()->name = name;
  return *queues_.back();
}

const LaneBoard::QueueState* LaneBoard::find_queue(const QueueName& name) const {
  const auto found = std::ranges::find(
      queues_, name, [](const auto& queue) -> const QueueName& { return queue->name; });
  return found == queues_.end() ? nullptr : found->get();
}

std::optional<std::uint32_t> LaneBoard::find_lane(const QueueName& queue,
                                                  const LaneKey& lane) const {
  const QueueState* const state = find_queue(queue);
  if (state == nullptr) return std::nullopt;
  const auto found = state->lanes.find(std::string_view(lane.value()));
  if (found == state->lanes.end()) return std::nullopt;
  return *found;
}

std::uint32_t LaneBoard::lane_slot(QueueState& queue, const LaneKey& lane) {
  const auto found = queue.lanes.find(std::string_view(lane.value()));
  if (found != queue.lanes.end()) return *found;
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(lanes_.size());
    lanes_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  lanes_[slot].key = lane.value();
  lanes_[slot].queue = &queue;
  queue.lanes.insert(slot);
  return slot;
}

LaneState LaneBoard::state_of(const Lane& lane) const {
  if (lane.occupied) return LaneState::running;
  if (lane.waits) return LaneState::waiting;
  return lane.first() == nullptr ? LaneState::idle : LaneState::ready;
}

// After a change: a lane that is ready stands in line, one that has nothing to do is forgotten.
void LaneBoard::settle(std::uint32_t slot) {
  Lane& lane = lanes_[slot];
  const LaneState state = state_of(lane);
  if (state == LaneState::ready && !lane.in_line) enter_line(slot);
  if (state != LaneState::ready && lane.in_line) leave_line(slot);
  if (state != LaneState::idle) return;
  lane.queue->lanes.erase(slot);
  lane = Lane{};
  free_.push_back(slot);
}

void LaneBoard::enter_line(std::uint32_t slot) {
  Lane& lane = lanes_[slot];
  QueueState& queue = *lane.queue;
  lane.in_line = true;
  lane.before = queue.last_ready;
  (lane.before == kNoLane ? queue.first_ready : lanes_[lane.before].after) = slot;
  queue.last_ready = slot;
}

void LaneBoard::leave_line(std::uint32_t slot) {
  Lane& lane = lanes_[slot];
  QueueState& queue = *lane.queue;
  (lane.before == kNoLane ? queue.first_ready : lanes_[lane.before].after) = lane.after;
  (lane.after == kNoLane ? queue.last_ready : lanes_[lane.after].before) = lane.before;
  lane.in_line = false;
  lane.before = kNoLane;
  lane.after = kNoLane;
}

void LaneBoard::stop_waiting(std::uint32_t slot) {
  Lane& lane = lanes_[slot];
  if (!lane.waits) return;
  lane.waits = false;
  lane.queue->waiting.erase({lane.until, slot});
}

std::string_view name_of(LaneState state) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"idle", "ready", "running", "waiting"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace ordo::domain
