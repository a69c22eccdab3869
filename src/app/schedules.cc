#include "app/schedules.h"

#include <fmt/format.h>

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

// Noted of one that has none any more.
constexpr char kNoSchedule[] = "none";

base::WallTime due_of(const Pipeline& pipeline, base::WallTime firing) {
  return domain::jittered(firing, pipeline.timetable->jitter, seed_of(pipeline.name));
}

}  // namespace

std::string Schedules::schedule_of(const domain::PipelineName& pipeline) const {
  const auto place = pipelines_.find(pipeline);
  if (place == pipelines_.end() || !place->second.timetable) return kNoSchedule;
  const domain::Schedule& schedule = place->second.timetable->schedule;
  return fmt::format("{} {}", schedule.text(), schedule.zone().name());
}

std::vector<ports::NoteFiring> Schedules::begin(const ports::NotedFirings& noted,
                                                base::WallTime now, base::Millis grace) {
  patience_ = std::max(kPatience, grace);
  std::vector<ports::NoteFiring> fresh;
  for (const auto& [name, firing] : noted) {
    // It may come back, and has missed nothing then.
    const bool gone = schedule_of(name) == kNoSchedule;
    if (gone && firing.schedule != kNoSchedule) fresh.push_back({name, now, kNoSchedule});
  }
  for (const auto& [name, pipeline] : pipelines_) {
    if (!pipeline.timetable) continue;
    const std::string schedule = schedule_of(name);
    const auto known = noted.find(name);
    const bool same = known != noted.end() &&
                      (known->second.schedule == schedule || known->second.schedule.empty());
    if (!same) fresh.push_back({name, now, schedule});
    Line& line = lines_[name];
    line.since = same ? known->second.at : now;
    const Around found = around(pipeline, line.since, same ? now - grace : now);
    if (found.before && pipeline.timetable->missed == domain::MissedFirings::once) {
      line.firing = found.before;
      line.due = now;
    } else {
      plan(line, pipeline, found.next);
    }
  }
  return fresh;
}

Schedules::Around Schedules::around(const Pipeline& pipeline, base::WallTime after,
                                    base::WallTime moment) {
  const Timetable& timetable = *pipeline.timetable;
  const domain::Schedule& schedule = timetable.schedule;
  // Whatever is due at all by then, of what is no longer in its window, was due before.
  const base::WallTime closed = moment - timetable.jitter - base::Millis(1);
  Around found;
  if (closed > after) {
    found.before = schedule.latest(after, closed);
    after = closed;
  }
  found.next = schedule.next(after);
  while (found.next && due_of(pipeline, *found.next) < moment) {
    found.before = found.next;
    found.next = schedule.next(*found.next);
  }
  return found;
}

void Schedules::plan(Line& line, const Pipeline& pipeline, std::optional<base::WallTime> firing) {
  line.firing = firing;
  if (firing) line.due = due_of(pipeline, *firing);
}

std::vector<Schedules::Firing> Schedules::due(base::WallTime now) {
  std::vector<Firing> firings;
  for (auto& [name, line] : lines_) {
    if (!line.firing || line.due > now || paused_.contains(name)) continue;
    firings.push_back({name, tell(line, pipelines_.at(name), now)});
  }
  std::ranges::sort(firings, {}, &Firing::at);
  return firings;
}

base::WallTime Schedules::tell(Line& line, const Pipeline& pipeline, base::WallTime now) {
  base::WallTime told = *line.firing;
  if (const base::WallTime due = line.due; due >= now - patience_) {
    plan(line, pipeline, pipeline.timetable->schedule.next(told));
    line.due = std::max(line.due, due);
  } else {
    // The clock jumped, or the server stood still: of what came due meanwhile one is told, and the
    // rest is missed.
    const Around found = around(pipeline, told, now - patience_);
    if (found.before && pipeline.timetable->missed == domain::MissedFirings::once) {
      told = *found.before;
    }
    plan(line, pipeline, found.next);
  }
  line.since = told;
  return told;
}

std::optional<base::WallTime> Schedules::next() const {
  std::optional<base::WallTime> next;
  for (const auto& [name, line] : lines_) {
    if (!line.firing || paused_.contains(name)) continue;
    if (!next || line.due < *next) next = line.due;
  }
  return next;
}

std::optional<base::WallTime> Schedules::next(const domain::PipelineName& pipeline) const {
  const auto line = lines_.find(pipeline);
  if (line == lines_.end() || !line->second.firing || paused_.contains(pipeline)) {
    return std::nullopt;
  }
  return line->second.due;
}

void Schedules::pause(const domain::PipelineName& pipeline, bool paused) {
  if (paused) {
    paused_.insert(pipeline);
  } else {
    paused_.erase(pipeline);
  }
}

std::optional<base::WallTime> Schedules::resuming(const domain::PipelineName& pipeline,
                                                  base::WallTime now) {
  const auto place = lines_.find(pipeline);
  if (place == lines_.end() || !paused_.contains(pipeline)) return std::nullopt;
  Line& line = place->second;
  const Pipeline& its = pipelines_.at(pipeline);
  const Around found = around(its, line.since, now);
  plan(line, its, found.next);
  // A firing whose time was in the pause, and whose moment is not, still counts; and with a clock
  // that was set back, one that was told does not count again.
  base::WallTime counts = now;
  if (found.next) counts = std::min(counts, *found.next - base::Millis(1));
  line.since = std::max(line.since, counts);
  return line.since;
}

}  // namespace ordo::app
