// What a timetable is to start, for the simulation of pipelines.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "base/iso8601.h"
#include "base/time.h"
#include "domain/schedule.h"

namespace ordo::sim {

// By whole multiples of its rate: whatever comes due while a process looks; of what is over by more
// than a second, one; of what came due while there was no process, none, or with "once" the latest.
class Firings {
 public:
  static constexpr base::Millis kRate{20'000};
  static constexpr const char* kSchedule = "rate(20 seconds)";

  explicit Firings(domain::MissedFirings missed) : once_(missed == domain::MissedFirings::once) {}

  void boot(base::WallTime now, std::optional<base::WallTime> noted) {
    since_ = noted.value_or(now);
    const base::WallTime last = last_before(now);
    if (last > since_) since_ = once_ ? last - base::Millis(1) : last;
  }
  // Whether it starts one.
  bool turn(base::WallTime now) {
    base::WallTime one = last_before(since_ + base::Millis(1)) + kRate;
    if (one > now) return false;
    const base::WallTime over = last_before(now - base::Millis(1000));
    if (once_ && over > one) one = over;
    since_ = std::max(one, over);
    names_.insert(name(one));
    return true;
  }
  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  // What was not durable when the process ended.
  void forget_all_but(const std::set<std::string>& durable) { names_ = durable; }

  static std::string name(base::WallTime time) {
    std::string name = "schedule@" + base::format_time(time);
    std::ranges::replace(name, ':', '-');
    std::ranges::replace(name, '.', '-');
    return name;
  }

 private:
  static base::WallTime last_before(base::WallTime time) {
    return base::WallTime::from_ms((time.ms() - 1) / kRate.count() * kRate.count());
  }

  bool once_;
  base::WallTime since_;
  std::set<std::string> names_;
};

}  // namespace ordo::sim
