#include "domain/time_zone.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace ordo::domain {
namespace {

using base::WallTime;
using std::chrono::seconds;

WallTime moment_of(LocalTime local, seconds offset) {
  return WallTime::from_ms(local.time_since_epoch().count()) - offset;
}

LocalTime shown_at(WallTime moment, seconds offset) {
  return LocalTime(base::Millis(moment.ms()) + offset);
}

}  // namespace

LocalTime local_time(const TimeZone& zone, WallTime moment) {
  return shown_at(moment, zone.offset_at(moment));
}

TransitionZone::TransitionZone(std::string name, seconds before,
                               std::vector<Transition> transitions)
    : name_(std::move(name)), before_(before), transitions_(std::move(transitions)) {
  const auto sane = [](seconds offset) { return -kMaxOffset < offset && offset < kMaxOffset; };
  ORDO_ASSERT(std::ranges::is_sorted(transitions_, {}, &Transition::at));
  ORDO_ASSERT(sane(before_) && std::ranges::all_of(transitions_, sane, &Transition::offset));
}

seconds TransitionZone::offset_at(WallTime moment) const {
  const auto later = std::ranges::upper_bound(transitions_, moment, {}, &Transition::at);
  return later == transitions_.begin() ? before_ : std::prev(later)->offset;
}

Moments TransitionZone::moments_of(LocalTime local) const {
  // Whatever the offset, the moments lie within kMaxOffset of what the clocks show.
  const WallTime as_utc = moment_of(local, seconds(0));
  const auto first =
      std::ranges::lower_bound(transitions_, as_utc - kMaxOffset, {}, &Transition::at);
  std::optional<WallTime> earliest;
  std::optional<WallTime> latest;
  std::optional<WallTime> jump;
  const auto consider = [&](seconds offset) {
    const WallTime moment = moment_of(local, offset);
    if (offset_at(moment) != offset) return;
    earliest = std::min(earliest.value_or(moment), moment);
    latest = std::max(latest.value_or(moment), moment);
  };
  seconds offset = first == transitions_.begin() ? before_ : std::prev(first)->offset;
  consider(offset);
  for (auto next = first; next != transitions_.end() && next->at <= as_utc + kMaxOffset; ++next) {
    if (shown_at(next->at, offset) <= local && local < shown_at(next->at, next->offset)) {
      jump = next->at;
    }
    offset = next->offset;
    consider(offset);
  }
  if (!earliest) {
    // What clocks never show lies where they were put forward.
    ORDO_ASSERT(jump.has_value());
    return Skipped{*jump};
  }
  if (earliest == latest) return Unique{*earliest};
  return Repeated{*earliest, *latest};
}

const TimeZone& utc() {
  static const TransitionZone zone("UTC", seconds(0), {});
  return zone;
}

}  // namespace ordo::domain
