#include "domain/lane_board.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/assert.h"

namespace ordo::domain {
namespace {

// A question about lanes looks at no more than this many of them.
constexpr std::size_t kMaxExaminedLanes = 100'000;

// In the order in which they are taken; the first is the only one of a fifo queue.
constexpr std::array<Priority, 3> kByRank{Priority::medium, Priority::high, Priority::low};
constexpr std::array<std::size_t, 3> kTakeOrder{1, 0, 2};

std::size_t list_of(Ordering ordering, Priority priority) {
  if (ordering == Ordering::fifo) return 0;
  return static_cast<std::size_t>(std::ranges::find(kByRank, priority) - kByRank.begin());
}

}  // namespace

struct LaneBoard::QueueState {
  QueueName name;
  Ordering ordering = Ordering::fifo;
  std::uint32_t concurrency = 0;
  bool paused = false;
  std::uint64_t queued = 0;
  std::uint64_t waiting = 0;
  std::uint64_t occupied = 0;
  std::uint64_t lanes = 0;
  // Longest ready first. A lane that is no longer ready stays until its turn comes.
  std::deque<std::uint32_t> ready;
};

struct LaneBoard::Lane {
  std::string key;
  QueueState* queue = nullptr;
  bool occupied = false;
  bool in_ready = false;
  bool alone = false;
  bool waits = false;
  base::MonoTime until;
  Sequence waits_for;
  SequenceList tasks;
  // Of a queue that is ordered by priority: high, then low.
  std::unique_ptr<std::array<SequenceList, 2>> others;

  SequenceList& list(std::size_t which) {
    if (which == 0) return tasks;
    if (!others) others = std::make_unique<std::array<SequenceList, 2>>();
    return (*others)[which - 1];
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

std::size_t LaneBoard::KeyHash::operator()(const Key& key) const noexcept {
  return std::hash<std::string_view>{}(key.lane) ^ std::hash<const void*>{}(key.queue);
}

std::size_t LaneBoard::KeyHash::operator()(std::uint32_t slot) const noexcept {
  return (*this)(board->key_of(slot));
}

bool LaneBoard::KeyEqual::operator()(const Key& a, std::uint32_t b) const noexcept {
  const Key of_b = board->key_of(b);
  return a.queue == of_b.queue && a.lane == of_b.lane;
}

LaneBoard::LaneBoard(const Queues& queues) : index_(0, KeyHash{this}, KeyEqual{this}) {
  for (const auto& [name, queue] : queues) {
    QueueState& state = queue_named(name);
    state.ordering = queue.ordering;
    state.concurrency = queue.concurrency;
  }
}

LaneBoard::~LaneBoard() = default;

void LaneBoard::add(const QueueName& queue, const LaneKey& lane, Sequence sequence,
                    Priority priority) {
  QueueState& state = queue_named(queue);
  const std::uint32_t slot = lane_slot(state, lane);
  const bool added = lanes_[slot].list(list_of(state.ordering, priority)).insert(sequence);
  ORDO_ASSERT(added);
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
  if (found.waits && found.waits_for == sequence) stop_waiting(*slot);
  settle(*slot);
  return true;
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
  while (!state.ready.empty()) {
    const std::uint32_t slot = state.ready.front();
    Lane& lane = lanes_[slot];
    state.ready.pop_front();
    lane.in_ready = false;
    if (state_of(lane) != LaneState::ready) {
      settle(slot);
      continue;
    }
    Taken taken{LaneId(slot), LaneKey(lane.key), {}, lane.alone};
    const std::size_t count = lane.alone ? 1 : std::min(most, lane.size());
    taken.tasks.reserve(count);
    while (taken.tasks.size() < count) taken.tasks.push_back(lane.pop_first());
    state.queued -= count;
    lane.occupied = true;
    ++state.occupied;
    return taken;
  }
  return std::nullopt;
}

void LaneBoard::put_back(LaneId lane, Sequence sequence, Priority priority) {
  Lane& of = lanes_[lane.value()];
  ORDO_ASSERT(of.occupied);
  const bool added = of.list(list_of(of.queue->ordering, priority)).insert(sequence);
  ORDO_ASSERT(added);
  ++of.queue->queued;
}

void LaneBoard::vacate(LaneId lane, std::optional<Hold> hold, bool alone) {
  Lane& of = lanes_[lane.value()];
  ORDO_ASSERT(of.occupied);
  of.occupied = false;
  of.alone = alone;
  --of.queue->occupied;
  if (hold && of.first() != nullptr) {
    of.waits = true;
    of.until = hold->until;
    of.waits_for = hold->task;
    ++of.queue->waiting;
    waiting_.emplace(of.until, lane.value());
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
  return LaneId(slot);
}

void LaneBoard::pause(const QueueName& queue, bool paused) {
  queue_named(queue).paused = paused;
}

void LaneBoard::wake(base::MonoTime now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const std::uint32_t slot = waiting_.begin()->second;
    stop_waiting(slot);
    settle(slot);
  }
}

std::optional<base::MonoTime> LaneBoard::next_wake() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

bool LaneBoard::can_take(const QueueName& queue) const {
  const QueueState* const state = find_queue(queue);
  if (state == nullptr || state->paused || state->occupied >= state->concurrency) return false;
  return std::ranges::any_of(state->ready, [this](std::uint32_t slot) {
    return state_of(lanes_[slot]) == LaneState::ready;
  });
}

QueueView LaneBoard::view(const QueueName& queue) const {
  const QueueState* const state = find_queue(queue);
  if (state == nullptr) return {};
  return {state->queued, state->waiting, state->occupied, state->lanes, state->paused};
}

std::vector<QueueName> LaneBoard::queues() const {
  std::vector<QueueName> names;
  names.reserve(queues_.size());
  for (const auto& queue : queues_) names.push_back(queue->name);
  return names;
}

std::vector<LaneView> LaneBoard::lanes(const QueueName& queue, std::optional<LaneState> state,
                                       std::size_t limit) const {
  std::vector<LaneView> views;
  std::size_t examined = 0;
  const auto examine = [&](std::uint32_t slot) {
    const Lane& lane = lanes_[slot];
    // One that has nothing to do any more may still stand in line.
    const LaneState stands = state_of(lane);
    const bool wanted = lane.queue != nullptr && lane.queue->name == queue &&
                        stands != LaneState::idle && (!state || stands == *state);
    if (wanted) views.push_back(view(LaneId(slot)));
    return views.size() < limit && ++examined < kMaxExaminedLanes;
  };
  if (state == LaneState::waiting) {
    for (const auto& [until, slot] : waiting_) {
      if (!examine(slot)) break;
    }
    return views;
  }
  for (std::uint32_t slot = 0; slot < lanes_.size(); ++slot) {
    if (!examine(slot)) break;
  }
  return views;
}

LaneView LaneBoard::view(LaneId lane) const {
  const Lane& of = lanes_[lane.value()];
  LaneView view{LaneKey(of.key), state_of(of), of.size(), std::nullopt, std::nullopt};
  if (const SequenceList* const first = of.first()) view.head = first->front();
  if (of.waits) view.until = of.until;
  return view;
}

std::size_t LaneBoard::memory() const {
  std::size_t bytes = lanes_.size() * sizeof(Lane) + index_.bucket_count() * 5;
  for (const Lane& lane : lanes_) {
    bytes += lane.tasks.memory() + (lane.key.capacity() > 15 ? lane.key.capacity() : 0);
    if (lane.others) bytes += (*lane.others)[0].memory() + (*lane.others)[1].memory();
  }
  return bytes;
}

LaneBoard::QueueState& LaneBoard::queue_named(const QueueName& name) {
  if (const QueueState* const known = find_queue(name)) return const_cast<QueueState&>(*known);
  queues_.push_back(std::make_unique<QueueState>());
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
  const auto found = index_.find(Key{state, lane.value()});
  if (found == index_.end()) return std::nullopt;
  return *found;
}

std::uint32_t LaneBoard::lane_slot(QueueState& queue, const LaneKey& lane) {
  if (const auto found = index_.find(Key{&queue, lane.value()}); found != index_.end()) {
    return *found;
  }
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
  ++queue.lanes;
  index_.insert(slot);
  return slot;
}

LaneBoard::Key LaneBoard::key_of(std::uint32_t slot) const {
  return {lanes_[slot].queue, lanes_[slot].key};
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
  if (state == LaneState::ready && !lane.in_ready) {
    lane.in_ready = true;
    lane.queue->ready.push_back(slot);
  }
  if (state != LaneState::idle || lane.in_ready) return;
  index_.erase(slot);
  --lane.queue->lanes;
  lane = Lane{};
  free_.push_back(slot);
}

void LaneBoard::stop_waiting(std::uint32_t slot) {
  Lane& lane = lanes_[slot];
  if (!lane.waits) return;
  lane.waits = false;
  --lane.queue->waiting;
  waiting_.erase({lane.until, slot});
}

std::string_view name_of(LaneState state) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"idle", "ready", "running", "waiting"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace ordo::domain
