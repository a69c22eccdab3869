// What can be written about tasks, and what comes of it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/attempt.h"
#include "domain/ids.h"
#include "domain/task.h"
#include "domain/task_changes.h"

namespace ordo::ports {

struct AddTask {
  domain::NewTask task;
};
struct ChangeTask {
  domain::TaskId id;
  domain::TaskPatch patch;
  std::optional<domain::SeenVersion> if_match;
  base::WallTime now;
};
struct CancelTask {
  domain::TaskId id;
  base::WallTime now;
};
struct RemoveTask {
  domain::TaskId id;
  std::optional<domain::SeenVersion> if_match;
};

// By which right a node runs the lanes of a shard, where several nodes share them. The epoch grows
// with each owner.
struct LaneHold {
  std::uint16_t shard = 0;
  std::uint64_t epoch = 0;

  friend auto operator<=>(const LaneHold&, const LaneHold&) = default;
};

// An attempt begins: from when this is durable, it counts. Started; conflict when the task is not
// queued, not_found when it is gone. Of this and the next two: conflict, too, when the node does
// not hold the task's lane any more; without a hold, nobody else has lanes.
struct StartAttempt {
  domain::Sequence sequence;
  base::WallTime now;
  std::optional<domain::Lease> lease;  // when an outside worker does it
  std::optional<LaneHold> hold = {};
};
// AttemptEnded; conflict when that attempt does not run any more. A task that died leaves a notice.
struct EndAttempt {
  domain::Sequence sequence;
  std::uint32_t attempt = 1;
  domain::Verdict verdict;
  base::WallTime now;
  std::optional<LaneHold> hold = {};
};
// Noted; conflict when that attempt does not run any more.
struct ExtendLease {
  domain::Sequence sequence;
  std::uint32_t attempt = 1;
  base::WallTime until;
  base::Millis length{0};
  std::optional<LaneHold> hold = {};
};
// A dead or cancelled task goes to the end of its lane, under a new sequence. Requeued.
struct RequeueTask {
  domain::TaskId id;
  base::WallTime now;
};
// So many of a queue's dead letters with a sequence up to this, the oldest first, as RequeueTask.
// Redriven.
struct RedriveDead {
  domain::QueueName queue;
  domain::Sequence up_to;
  std::size_t limit = 0;
  base::WallTime now;
};
// So many of the dead letters (of one queue) with a sequence up to this are forgotten. Purged.
struct PurgeDead {
  std::optional<domain::QueueName> queue;
  domain::Sequence up_to;
  std::size_t limit = 0;
};
// Noted.
struct PauseQueue {
  domain::QueueName queue;
  bool paused = false;
};
// Every channel is to hear of something. Noted.
struct AddNotice {
  std::string kind;
  std::string data;  // a JSON object
  base::WallTime now;
};
// The channel has been told of all notices up to this one. Noted.
struct NoticesTold {
  std::string channel;
  std::uint64_t up_to = 0;
};
// All notices up to this one are forgotten. Noted.
struct ForgetNotices {
  std::uint64_t up_to = 0;
};

// A store that several share draws its sequences at the end of a transaction, so that none waits
// for another meanwhile; until then those that are new count from here.
inline constexpr std::uint64_t kUndrawn = std::uint64_t{1} << 63U;
[[nodiscard]] constexpr bool is_drawn(domain::Sequence sequence) noexcept {
  return sequence.value() < kUndrawn;
}

// Where a task stands in its lane.
struct Place {
  domain::Sequence sequence;
  domain::QueueName queue;
  domain::LaneKey lane;
  domain::Priority priority = domain::Priority::medium;

  friend bool operator==(const Place&, const Place&) = default;
};
[[nodiscard]] inline Place place_of(const domain::Task& task) {
  return {task.sequence, task.queue, task.lane, task.content.priority};
}

struct Added {
  domain::Sequence sequence;
};
// The same submission was accepted before; this is the task as it is now.
struct Replayed {
  domain::Task task;
};
// After ChangeTask or CancelTask.
struct Changed {
  domain::Task task;
  domain::TaskStatus before = domain::TaskStatus::queued;
};
struct Removed {
  Place place;
  domain::TaskStatus before = domain::TaskStatus::queued;
};
struct Started {
  domain::Task task;
};
struct AttemptEnded {};
struct Requeued {
  domain::Task task;
  domain::TaskStatus before = domain::TaskStatus::dead;
};
struct Redriven {
  struct Task {
    domain::TaskId id;
    Place place;  // the new one
    friend bool operator==(const Task&, const Task&) = default;
  };
  std::vector<Task> tasks;  // in their order
  bool more = false;
};
struct Purged {
  std::vector<domain::QueueName> of;  // the queue of each
  bool more = false;
};

}  // namespace ordo::ports
