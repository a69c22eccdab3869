// Which task may start next: every lane that has something to do, and how it stands.
//
//   idle ──add──► ready ──take──► running ──vacate──► ready, waiting or idle
//                   ▲                                     │
//                   └──────────── wake ◄──────────────────┘ (a retry is due)
//
// Pure: no clock, no store. What is durable is told to it; what it gives out is its caller's to
// make durable. Every step can be taken back by another one, so that a commit that fails leaves no
// trace: add by remove, take by put_back and vacate, vacate by occupy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/queue.h"
#include "domain/sequence_list.h"
#include "domain/task.h"

namespace ordo::domain {

// A lane on the board; valid while the lane has tasks or is occupied.
using LaneId = base::Strong<struct LaneIdTag, std::uint32_t>;

enum class LaneState : std::uint8_t { idle, ready, running, waiting };

// A queue on the board, in short.
struct QueueView {
  std::uint64_t queued = 0;   // tasks that are not taken, those between two attempts included
  std::uint64_t waiting = 0;  // lanes, and so tasks, between two attempts
  std::uint64_t running = 0;  // lanes that are occupied
  std::uint64_t lanes = 0;
  bool paused = false;
};

struct LaneView {
  LaneKey lane;
  LaneState state = LaneState::idle;
  std::uint64_t queued = 0;
  std::optional<Sequence> head;  // the first of those that are not taken, or the one waited for
  std::optional<base::MonoTime> until;
};

struct LaneViews {
  std::vector<LaneView> lanes;
  bool more = false;  // there are others, or may be: not all were looked at
};

class LaneBoard {
 public:
  explicit LaneBoard(const Queues& queues);
  ~LaneBoard();
  LaneBoard(const LaneBoard&) = delete;
  LaneBoard& operator=(const LaneBoard&) = delete;

  // A task that waits; `alone`: it is taken with no other. A queue that is not configured may be
  // filled, but nothing is taken from it.
  void add(const QueueName& queue, const LaneKey& lane, Sequence sequence, Priority priority,
           bool alone = false);
  // Takes a task out that is not taken. If it was the one whose retry the lane waits for, the lane
  // waits no longer. False when it is not there.
  bool remove(const QueueName& queue, const LaneKey& lane, Sequence sequence);

  // Takes all tasks off that are not taken, of the lanes that `meant` names: they are no business
  // of ours any more.
  void drop(const std::function<bool(const QueueName& queue, const LaneKey& lane)>& meant);

  // Another priority for a task that is not taken. The one before; nothing when it is not there.
  std::optional<Priority> move(const QueueName& queue, const LaneKey& lane, Sequence sequence,
                               Priority priority);

  struct TakenTask {
    Sequence sequence;
    Priority priority = Priority::medium;  // enough to put it back
  };
  struct Taken {
    LaneId lane;
    LaneKey lane_key;
    std::vector<TakenTask> tasks;  // in their order, at least one
    bool alone = false;            // the one task of it is to be
  };
  // The lane of the queue that has been ready for longest, with up to `most` of its first tasks; it
  // is occupied from now on. Nothing: no lane is ready, or as many are occupied as may be, or the
  // queue is paused.
  std::optional<Taken> take(const QueueName& queue, std::size_t most);

  // Back to its place, of a lane that is occupied. `alone` as with add().
  void put_back(LaneId lane, Sequence sequence, Priority priority, bool alone = false);
  // Until when a lane waits, and for which of its tasks.
  struct Hold {
    base::MonoTime until;
    Sequence task;
  };
  // The lane may go on: at once, or when a retry is due.
  void vacate(LaneId lane, std::optional<Hold> hold = std::nullopt);
  // A lane is running although nothing was taken from it here: taken before, or vacated too early.
  LaneId occupy(const QueueName& queue, const LaneKey& lane);

  void pause(const QueueName& queue, bool paused);
  // Lanes whose retry is due are ready.
  void wake(base::MonoTime now);
  [[nodiscard]] std::optional<base::MonoTime> next_wake() const;
  // Whether take() would give something.
  [[nodiscard]] bool can_take(const QueueName& queue) const;

  [[nodiscard]] QueueView view(const QueueName& queue) const;
  [[nodiscard]] std::vector<QueueName> queues() const;
  // Lanes of a queue in this state (or any), at most `limit`; looks at a bounded number.
  [[nodiscard]] LaneViews lanes(const QueueName& queue, std::optional<LaneState> state,
                                std::size_t limit) const;
  [[nodiscard]] LaneView view(LaneId lane) const;
  // Bytes, roughly.
  [[nodiscard]] std::size_t memory() const;

 private:
  struct QueueState;
  struct Lane;
  struct LaneHash;
  struct LaneEqual;
  static constexpr std::uint32_t kNoLane = std::numeric_limits<std::uint32_t>::max();

  QueueState& queue_named(const QueueName& name);
  [[nodiscard]] const QueueState* find_queue(const QueueName& name) const;
  [[nodiscard]] std::optional<std::uint32_t> find_lane(const QueueName& queue,
                                                       const LaneKey& lane) const;
  std::uint32_t lane_slot(QueueState& queue, const LaneKey& lane);
  [[nodiscard]] LaneState state_of(const Lane& lane) const;
  void settle(std::uint32_t slot);
  void enter_line(std::uint32_t slot);
  void leave_line(std::uint32_t slot);
  void stop_waiting(std::uint32_t slot);

  std::vector<std::unique_ptr<QueueState>> queues_;  // few
  std::deque<Lane> lanes_;
  std::vector<std::uint32_t> free_;
};

[[nodiscard]] std::string_view name_of(LaneState state) noexcept;

}  // namespace ordo::domain
