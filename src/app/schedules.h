// Which pipeline is to start when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "app/pipelines.h"
#include "base/time.h"
#include "domain/ids.h"

namespace ordo::app {

// One thread. Pure but for what it remembers.
class Schedules {
 public:
  explicit Schedules(const Pipelines& pipelines) : pipelines_(pipelines) {}

  // At a start: from when each schedule counts, as it was noted. Those that have none count from
  // now, and are told, to be noted.
  std::vector<domain::PipelineName> begin(
      const std::map<domain::PipelineName, base::WallTime>& noted, base::WallTime now);

  struct Firing {
    domain::PipelineName pipeline;
    base::WallTime at;  // as the schedule has it, without jitter
  };
  // The firings that are due, the earliest first; each is told once. A paused pipeline's are gone.
  std::vector<Firing> due(base::WallTime now);
  [[nodiscard]] std::optional<base::WallTime> next() const;
  [[nodiscard]] std::optional<base::WallTime> next(const domain::PipelineName& pipeline) const;

  void pause(const domain::PipelineName& pipeline, bool paused);
  [[nodiscard]] bool is_paused(const domain::PipelineName& pipeline) const {
    return paused_.contains(pipeline);
  }

 private:
  struct Line {
    base::WallTime firing;
    base::WallTime at;  // with its jitter
  };
  void plan(const Pipeline& pipeline, base::WallTime after);
  void plan_at(const Pipeline& pipeline, base::WallTime firing);

  const Pipelines& pipelines_;
  std::map<domain::PipelineName, Line> lines_;
  std::set<domain::PipelineName> paused_;
};

}  // namespace ordo::app
