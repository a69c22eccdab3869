#include "domain/schedule.h"

#include <algorithm>

namespace ordo::domain {
namespace {

using base::Millis;
using base::WallTime;

// The years that zones know (1 to 9999), and a bit less: nothing overflows between them.
constexpr WallTime kEarliest = WallTime::from_ms(-62'135'000'000'000);
constexpr WallTime kLatest = WallTime::from_ms(253'402'000'000'000);

// When clocks show it first.
std::optional<WallTime> first_showing(const TimeZone& zone, LocalTime local) {
  const Moments moments = zone.moments_of(local);
  if (const auto* unique = std::get_if<Unique>(&moments)) return unique->at;
  if (const auto* repeated = std::get_if<Repeated>(&moments)) return repeated->first;
  return std::nullopt;
}

// splitmix64: every bit of the number counts for every bit of the answer.
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31U);
}

}  // namespace

std::optional<WallTime> Schedule::next(WallTime after) const {
  if (after >= kLatest) return std::nullopt;
  const WallTime from = std::max(after, kEarliest);
  return std::visit([&](const auto& rule) { return next_of(rule, from); }, rule_);
}

std::optional<WallTime> Schedule::next_of(const Rate& rate, WallTime after) const {
  if (after < anchor_) return anchor_;
  const Millis since = (after - anchor_) % rate.period;
  const WallTime found = after + (rate.period - since);
  return found < kLatest ? std::optional(found) : std::nullopt;
}

std::optional<WallTime> Schedule::next_of(const Cron& cron, WallTime after) const {
  LocalTime from = local_time(*zone_, after);
  while (const std::optional<LocalTime> local = cron.next(from)) {
    const Moments moments = zone_->moments_of(*local);
    from = *local;
    if (const auto* skipped = std::get_if<Skipped>(&moments)) {
      // On with the first minute that clocks show again.
      from = std::max(from, local_time(*zone_, skipped->jump) - Millis(1));
      continue;
    }
    // In a repeated hour what comes next on the wall may have been already.
    if (const auto first = first_showing(*zone_, *local); *first > after) return first;
  }
  return std::nullopt;
}

std::optional<WallTime> Schedule::next_of(const Once& once, WallTime after) const {
  const std::optional<WallTime> at = first_showing(*zone_, once.at);
  return at && *at > after ? at : std::nullopt;
}

std::optional<WallTime> Schedule::latest(WallTime after, WallTime until) const {
  const auto fires_from = [&](WallTime time) {
    const std::optional<WallTime> found = next(time);
    return found && *found <= until;
  };
  if (!fires_from(after)) return std::nullopt;
  // Something fires after `low`, nothing after `high`.
  WallTime low = std::max(after, kEarliest);
  WallTime high = std::min(until, kLatest);
  while (high - low > Millis(1)) {
    const WallTime middle = low + (high - low) / 2;
    (fires_from(middle) ? low : high) = middle;
  }
  return next(low);
}

std::vector<WallTime> next_firings(const Schedule& schedule, WallTime after, std::size_t n) {
  std::vector<WallTime> firings;
  while (firings.size() < n) {
    const auto found = schedule.next(firings.empty() ? after : firings.back());
    if (!found) break;
    firings.push_back(*found);
  }
  return firings;
}

WallTime jittered(WallTime firing, Millis window, std::uint64_t seed) {
  if (window <= Millis(0)) return firing;
  const std::uint64_t chance = mixed(mixed(seed) ^ static_cast<std::uint64_t>(firing.ms()));
  return firing + Millis(chance % static_cast<std::uint64_t>(window.count()));
}

std::optional<WallTime> missed(const Schedule& schedule, WallTime last_fired, WallTime now,
                               MissedFirings policy) {
  return policy == MissedFirings::once ? schedule.latest(last_fired, now) : std::nullopt;
}

}  // namespace ordo::domain
