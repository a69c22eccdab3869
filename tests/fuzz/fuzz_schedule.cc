// Schedules: any text is read or refused with a reason, and what is read fires in order and in
// bounded time, wherever one looks from.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "domain/schedule.h"
#include "fuzz/target.h"
#include "support/time_zones.h"

namespace ordo::fuzz {
namespace {

using base::Millis;
using base::WallTime;
using domain::Schedule;

constexpr WallTime kEnd = WallTime::from_ms(253'402'300'800'000);  // the year 10000

const domain::TimeZone& zone_of(std::uint8_t choice) {
  static const std::array kZones = {testing::berlin(), testing::new_york(), testing::lord_howe()};
  return choice % 4 == 3 ? domain::utc() : kZones.at(choice % 4);
}

void check_firings(const Schedule& schedule, WallTime after) {
  constexpr std::size_t kFirings = 5;
  const std::vector<WallTime> firings = next_firings(schedule, after, kFirings);
  ORDO_ASSERT(firings.size() <= kFirings);
  WallTime last = after;
  for (const WallTime firing : firings) {
    ORDO_ASSERT(firing > last && firing < kEnd);
    ORDO_ASSERT(schedule.next(firing - Millis(1)) == firing);
    last = firing;
  }
  if (firings.empty()) {
    ORDO_ASSERT(!schedule.next(after));
    return;
  }
  ORDO_ASSERT(schedule.latest(after, last) == last);
  ORDO_ASSERT(missed(schedule, after, last, domain::MissedFirings::once) == last);
  ORDO_ASSERT(!schedule.latest(after, firings.front() - Millis(1)));
}

void check(std::string_view text, const std::array<std::int64_t, 2>& times, std::uint8_t zone) {
  // An anchor is a time at which ordo ran; one may look from anywhere.
  const WallTime anchor = WallTime::from_ms(std::clamp<std::int64_t>(times[0], 0, kEnd.ms() / 2));
  const auto schedule = Schedule::parse(text, zone_of(zone), anchor);
  if (!schedule) {
    ORDO_ASSERT(schedule.error().code == base::ErrorCode::invalid);
    ORDO_ASSERT(base::is_valid_utf8(schedule.error().message));
    ORDO_ASSERT(!base::find_control_character(schedule.error().message));
    return;
  }
  ORDO_ASSERT(schedule->text() == text);
  for (const std::int64_t after : {times[1], anchor.ms(), std::int64_t{0}}) {
    check_firings(*schedule, WallTime::from_ms(after));
  }
}

}  // namespace
}  // namespace ordo::fuzz

// The text, a line break, two times and a choice of zone.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ordo::fuzz::Halves halves = ordo::fuzz::halves_of(ordo::fuzz::text_of(data, size));
  std::array<std::int64_t, 2> times{};
  const std::size_t known = std::min(sizeof times, halves.second.size());
  if (known > 0) std::memcpy(times.data(), halves.second.data(), known);
  const std::uint8_t zone = halves.second.size() > sizeof times
                                ? static_cast<std::uint8_t>(halves.second[sizeof times])
                                : 3;
  ordo::fuzz::check(halves.first, times, zone);
  return 0;
}
