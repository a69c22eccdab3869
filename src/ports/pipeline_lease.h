// Which node runs the pipelines, where several share a store.
#pragma once

#include <optional>

#include "domain/lane_shard.h"
#include "ports/task_writes.h"

namespace ordo::ports {

// The lease is one as those of lanes are, after all of them.
inline constexpr std::uint16_t kPipelineShard = domain::kLaneShards;

class PipelineLease {
 public:
  virtual ~PipelineLease() = default;

  // Any thread. By which right they are run here now; nothing: they are not, or no more.
  virtual std::optional<LaneHold> pipelines() = 0;
  // Any thread. Nothing will be written by this right any more.
  virtual void give_up_pipelines(LaneHold hold) = 0;
};

}  // namespace ordo::ports
