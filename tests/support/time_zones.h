// Zones by the rules of 2026, held for all years of schedules, for tests that must not depend on
// what the machine knows.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/iso8601.h"
#include "domain/cron.h"
#include "domain/time_zone.h"

namespace ordo::testing {

// Clocks go to `offset` at `time` UTC on the day of each year that `day` says.
struct YearlyChange {
  std::chrono::sys_days (*day)(std::chrono::year);
  std::chrono::minutes time;
  std::chrono::minutes offset;
};

inline domain::TransitionZone yearly_zone(std::string name, YearlyChange first,
                                          YearlyChange second) {
  std::vector<domain::TransitionZone::Transition> transitions;
  for (int number = domain::kFirstScheduleYear; number <= domain::kLastScheduleYear; ++number) {
    for (const YearlyChange& change : {first, second}) {
      const std::chrono::sys_seconds at = change.day(std::chrono::year(number)) + change.time;
      transitions.push_back({base::WallTime() + at.time_since_epoch(), change.offset});
    }
  }
  return {std::move(name), second.offset, std::move(transitions)};
}

// Forward on March 29th 2026 from 2:00 to 3:00, back on October 25th from 3:00 to 2:00.
inline domain::TransitionZone berlin() {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  return yearly_zone("Europe/Berlin",
                     {[](year y) { return sys_days(y / March / Sunday[last]); }, 60min, 120min},
                     {[](year y) { return sys_days(y / October / Sunday[last]); }, 60min, 60min});
}

// Forward on March 8th 2026 from 2:00 to 3:00, back on November 1st from 2:00 to 1:00.
inline domain::TransitionZone new_york() {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  return yearly_zone("America/New_York",
                     {[](year y) { return sys_days(y / March / Sunday[2]); }, 7h, -4h},
                     {[](year y) { return sys_days(y / November / Sunday[1]); }, 6h, -5h});
}

// Back on April 5th 2026 from 2:00 to 1:30, forward on October 4th from 2:00 to 2:30.
inline domain::TransitionZone lord_howe() {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  return yearly_zone(
      "Australia/Lord_Howe",
      {[](year y) { return sys_days(y / April / Sunday[1]) - days(1); }, 15h, 630min},
      {[](year y) { return sys_days(y / October / Sunday[1]) - days(1); }, 15h + 30min, 660min});
}

// "2026-03-29T01:00:00Z"
inline base::WallTime utc_time(const std::string& text) {
  return base::parse_time(text).value();
}

// "2026-03-29T03:00"
inline domain::LocalTime local_minute(const std::string& text) {
  return domain::LocalTime(base::Millis(utc_time(text + ":00Z").ms()));
}

// The same way back.
inline std::string text_of(domain::LocalTime local) {
  return base::format_time(base::WallTime() + local.time_since_epoch()).substr(0, 16);
}

}  // namespace ordo::testing
