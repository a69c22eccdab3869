#include "app/schedules.h"

#include <algorithm>
#include <functional>
#include <string>

namespace ordo::app {
namespace {

// A seed of its own for each pipeline, the same after a restart.
std::uint64_t seed_of(const domain::PipelineName& name) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325U;  // FNV-1a
  for (const char c : name.value()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0100'0000'01b3U;
  }
  return hash;
}

}  // namespace

std::vector<domain::PipelineName> Schedules::begin(
    const std::map<domain::PipelineName, base::WallTime>& noted, base::WallTime now) {
  std::vector<domain::PipelineName> fresh;
  for (const auto& [name, pipeline] : pipelines_) {
    if (!pipeline.timetable) continue;
    const auto known = noted.find(name);
    if (known == noted.end()) {
      fresh.push_back(name);
      plan(pipeline, now);
      continue;
    }
    const Timetable& timetable = *pipeline.timetable;
    const auto late = domain::missed(timetable.schedule, known->second, now, timetable.missed);
    if (late) {
      lines_[name] = {*late, now};
    } else {
      // A firing whose jitter has not run out is not missed yet.
      plan(pipeline, std::max(known->second, now - timetable.jitter));
    }
  }
  return fresh;
}

void Schedules::plan(const Pipeline& pipeline, base::WallTime after) {
  if (const auto firing = pipeline.timetable->schedule.next(after)) {
    plan_at(pipeline, *firing);
  } else {
    lines_.erase(pipeline.name);
  }
}

void Schedules::plan_at(const Pipeline& pipeline, base::WallTime firing) {
  lines_[pipeline.name] = {
      firing, domain::jittered(firing, pipeline.timetable->jitter, seed_of(pipeline.name))};
}

std::vector<Schedules::Firing> Schedules::due(base::WallTime now) {
  std::vector<Firing> firings;
  for (auto line = lines_.begin(); line != lines_.end();) {
    const auto [name, planned] = *line++;
    if (planned.at > now) continue;
    const Pipeline& pipeline = pipelines_.at(name);
    if (!paused_.contains(name)) firings.push_back({name, planned.firing});
    // After a clock that jumped, or a server that stood still, what lies between is missed.
    const auto late = domain::missed(pipeline.timetable->schedule, planned.firing, now,
                                     pipeline.timetable->missed);
    if (late && !paused_.contains(name) && *late < now - base::Millis(1000)) {
      lines_[name] = {*late, now};
    } else {
      const base::WallTime from = now - pipeline.timetable->jitter - base::Millis(1000);
      plan(pipeline, std::max(planned.firing, from));
    }
  }
  std::ranges::sort(firings, {}, &Firing::at);
  return firings;
}

std::optional<base::WallTime> Schedules::next() const {
  std::optional<base::WallTime> next;
  for (const auto& [name, line] : lines_) {
    if (!next || line.at < *next) next = line.at;
  }
  return next;
}

std::optional<base::WallTime> Schedules::next(const domain::PipelineName& pipeline) const {
  const auto line = lines_.find(pipeline);
  if (line == lines_.end() || paused_.contains(pipeline)) return std::nullopt;
  return line->second.at;
}

void Schedules::pause(const domain::PipelineName& pipeline, bool paused) {
  if (paused) {
    paused_.insert(pipeline);
  } else {
    paused_.erase(pipeline);
  }
}

}  // namespace ordo::app
