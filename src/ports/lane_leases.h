// Which lanes are this node's to run, where several share them.
#pragma once

#include <cstdint>
#include <vector>

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

  // The committer's thread. Nothing will be said of these any more. Never waits.
  virtual void release(std::vector<LaneHold> holds) = 0;
};

}  // namespace ordo::ports
