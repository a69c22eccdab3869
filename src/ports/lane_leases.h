// Which lanes are this node's to run, where several share them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "ports/backlog.h"
#include "ports/task_writes.h"

namespace ordo::ports {

class LaneLeases {
 public:
  virtual ~LaneLeases() = default;

  // What has happened since the last question. A hold that is lost is not told to be wanted.
  struct News {
    std::vector<LaneHold> gained;
    // They are somebody else's, or nobody's: what is still said of their attempts is refused.
    std::vector<LaneHold> lost;
    // Another node should have them: to be released once nothing is under way in them.
    std::vector<LaneHold> wanted;
  };
  // The committer's thread. Never waits.
  virtual News news() = 0;

  // The committer's thread. Lanes are being taken, or have been, and news() has not told of them.
  [[nodiscard]] virtual bool is_taking() = 0;

  // The committer's thread. Nothing will be said of these any more. Never waits.
  virtual void release(std::vector<LaneHold> holds) = 0;
};

// What waits in lanes that several nodes share, whoever has accepted it.
class LaneBacklog {
 public:
  virtual ~LaneBacklog() = default;

  struct Stretch {
    std::vector<std::uint16_t> shards;
    domain::Sequence after;
  };
  struct Fresh {
    std::vector<std::vector<Place>> places;  // of each stretch
    // No task with a sequence up to this will appear that was not there.
    domain::Sequence seen;
  };
  // Any thread. Of each stretch, tasks that wait or run in its shards with a sequence over `after`,
  // in order, at most `limit`; all as it is at one moment.
  virtual base::Result<Fresh> fresh(std::span<const Stretch> stretches, std::size_t limit) = 0;
  // Any thread. By their sequence.
  virtual base::Result<std::vector<OpenTask>> open_tasks(
      const std::vector<std::uint16_t>& shards) = 0;
};

}  // namespace ordo::ports
