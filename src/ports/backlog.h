// What a start finds: the tasks that wait, the attempts that were under way, the queues that are
// paused. And the notices that somebody has not heard yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/ids.h"
#include "domain/task.h"
#include "ports/notifier.h"
#include "ports/task_writes.h"

namespace ordo::ports {

// A task with attempts that has not ended: it runs, or waits for its next attempt.
struct OpenTask {
  Place place;
  domain::TaskId id;
  bool running = false;
  std::uint32_t attempts = 1;
  std::uint32_t max_attempts = 3;
  std::optional<base::WallTime> next_attempt_at;
  base::WallTime changed_at;  // when its last attempt began or ended
  std::optional<domain::Lease> lease;
};

// The notices that are kept: every number from the first to the last.
struct KeptNotices {
  std::uint64_t first = 1;
  std::uint64_t last = 0;  // below the first: there are none

  // How many of them a channel has still to hear that has been told of all up to `told`.
  [[nodiscard]] std::uint64_t after(std::uint64_t told) const noexcept {
    return last - std::min(last, std::max(told, first - 1));
  }

  friend bool operator==(const KeptNotices&, const KeptNotices&) = default;
};

// Any thread; sees what is committed.
class Backlog {
 public:
  virtual ~Backlog() = default;

  // Tasks that wait or run, with a sequence over `after`, in order, at most `limit`.
  virtual base::Result<std::vector<Place>> pending(domain::Sequence after, std::size_t limit) = 0;
  // By their sequence.
  virtual base::Result<std::vector<OpenTask>> open_tasks() = 0;
  virtual base::Result<std::vector<domain::QueueName>> paused_queues() = 0;
  virtual base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() = 0;

  // Notices with a number over `after`, in order, at most `limit`.
  virtual base::Result<std::vector<Notice>> notices(std::uint64_t after, std::size_t limit) = 0;
  // Looks at two of them, however many there are.
  virtual base::Result<KeptNotices> kept_notices() = 0;
  // How far each channel has been told.
  virtual base::Result<std::map<std::string, std::uint64_t>> told() = 0;
};

}  // namespace ordo::ports
