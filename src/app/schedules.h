// Which pipeline is to start when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/pipelines.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ports/execution_reads.h"
#include "ports/execution_writes.h"

namespace ordo::app {

// A firing comes due at its moment: its time and its jitter. The firings of a pipeline are told in
// the order of their times, so one may wait for the one before it, never beyond its window.
//
// One thread. Pure but for what it remembers.
class Schedules {
 public:
  // Firings that come due while nobody looks are missed if it takes longer than this.
  static constexpr base::Millis kPatience{1000};

  explicit Schedules(const Pipelines& pipelines) : pipelines_(pipelines) {}

  // At a start: from when each schedule counts, as it was noted. Those that were not, or were noted
  // of another schedule, count from now; what is to be noted of all is told. What came due since
  // the note is missed, but for what did so within `grace`: another node may just have ended.
  std::vector<ports::NoteFiring> begin(const ports::NotedFirings& noted, base::WallTime now,
                                       base::Millis grace = base::Millis(0));
  // What is noted of the schedule that a pipeline has now.
  [[nodiscard]] std::string schedule_of(const domain::PipelineName& pipeline) const;

  struct Firing {
    domain::PipelineName pipeline;
    base::WallTime at;  // as the schedule has it, without jitter
  };
  // The firings that are due, the earliest first, one of each pipeline at most; each is told once,
  // and when it was told, none before it is.
  std::vector<Firing> due(base::WallTime now);
  // When the next comes due.
  [[nodiscard]] std::optional<base::WallTime> next() const;
  [[nodiscard]] std::optional<base::WallTime> next(const domain::PipelineName& pipeline) const;

  // What comes due in a pause is gone. Whoever ends one says so first with resuming(): from then on
  // firings count, and are told when the pause has ended.
  void pause(const domain::PipelineName& pipeline, bool paused);
  // From when the schedule counts now, to be noted; nothing unless it is paused.
  std::optional<base::WallTime> resuming(const domain::PipelineName& pipeline, base::WallTime now);
  [[nodiscard]] bool is_paused(const domain::PipelineName& pipeline) const {
    return paused_.contains(pipeline);
  }

  // Nothing fires any more.
  void end() { lines_.clear(); }

 private:
  struct Line {
    base::WallTime since;  // firings after it count
    std::optional<base::WallTime> firing;
    base::WallTime due;  // its moment, or that of one that it waits for
  };
  // Firings after a time: the last that came due before a moment, and the first that did not.
  struct Around {
    std::optional<base::WallTime> before;
    std::optional<base::WallTime> next;
  };
  static Around around(const Pipeline& pipeline, base::WallTime after, base::WallTime moment);
  static void plan(Line& line, const Pipeline& pipeline, std::optional<base::WallTime> firing);
  base::WallTime tell(Line& line, const Pipeline& pipeline, base::WallTime now);

  const Pipelines& pipelines_;
  base::Millis patience_ = kPatience;
  std::map<domain::PipelineName, Line> lines_;  // of all that have a timetable
  std::set<domain::PipelineName> paused_;
};

}  // namespace ordo::app
