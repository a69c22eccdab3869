#include "domain/time_zone.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/pick.h"
#include "support/time_zones.h"

namespace ordo::domain {
namespace {

using testing::berlin;
using testing::local_minute;
using testing::lord_howe;
using testing::utc_time;

TEST(TimeZone, UtcIsWhatItSays) {
  EXPECT_EQ(utc().name(), "UTC");
  EXPECT_EQ(utc().offset_at(utc_time("2026-07-01T00:00:00Z")), std::chrono::seconds(0));
  EXPECT_EQ(utc().moments_of(local_minute("2026-07-01T12:34")),
            Moments(Unique{utc_time("2026-07-01T12:34:00Z")}));
}

TEST(TimeZone, OffsetChangesAtTheMomentOfTheTransition) {
  const TransitionZone zone = berlin();
  EXPECT_EQ(zone.offset_at(utc_time("2026-03-29T00:59:59.999Z")), std::chrono::hours(1));
  EXPECT_EQ(zone.offset_at(utc_time("2026-03-29T01:00:00Z")), std::chrono::hours(2));
  EXPECT_EQ(zone.offset_at(utc_time("0001-01-01T00:00:00Z")), std::chrono::hours(1));
  EXPECT_EQ(zone.offset_at(utc_time("9999-12-31T00:00:00Z")), std::chrono::hours(1));
}

TEST(TimeZone, SpringSkipsAnHour) {
  const TransitionZone zone = berlin();
  const Moments jump = Skipped{utc_time("2026-03-29T01:00:00Z")};
  EXPECT_EQ(zone.moments_of(local_minute("2026-03-29T01:59")),
            Moments(Unique{utc_time("2026-03-29T00:59:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-03-29T02:00")), jump);
  EXPECT_EQ(zone.moments_of(local_minute("2026-03-29T02:59")), jump);
  EXPECT_EQ(zone.moments_of(local_minute("2026-03-29T03:00")),
            Moments(Unique{utc_time("2026-03-29T01:00:00Z")}));
}

TEST(TimeZone, AutumnRepeatsAnHour) {
  const TransitionZone zone = berlin();
  EXPECT_EQ(zone.moments_of(local_minute("2026-10-25T01:59")),
            Moments(Unique{utc_time("2026-10-24T23:59:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-10-25T02:00")),
            Moments(Repeated{utc_time("2026-10-25T00:00:00Z"), utc_time("2026-10-25T01:00:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-10-25T03:00")),
            Moments(Unique{utc_time("2026-10-25T02:00:00Z")}));
}

TEST(TimeZone, LordHoweMovesByHalfAnHour) {
  const TransitionZone zone = lord_howe();
  EXPECT_EQ(zone.moments_of(local_minute("2026-04-05T01:45")),
            Moments(Repeated{utc_time("2026-04-04T14:45:00Z"), utc_time("2026-04-04T15:15:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-04-05T01:29")),
            Moments(Unique{utc_time("2026-04-04T14:29:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-10-04T02:15")),
            Moments(Skipped{utc_time("2026-10-03T15:30:00Z")}));
  EXPECT_EQ(zone.moments_of(local_minute("2026-10-04T02:30")),
            Moments(Unique{utc_time("2026-10-03T15:30:00Z")}));
}

// As on Samoa, which left out December 30th 2011.
TEST(TimeZone, AWholeDayCanBeSkippedAndRepeated) {
  const auto at = utc_time("2011-12-30T10:00:00Z");
  const TransitionZone ahead("Ahead", std::chrono::hours(-10), {{at, std::chrono::hours(14)}});
  EXPECT_EQ(ahead.moments_of(local_minute("2011-12-30T00:00")), Moments(Skipped{at}));
  EXPECT_EQ(ahead.moments_of(local_minute("2011-12-30T23:59")), Moments(Skipped{at}));
  EXPECT_EQ(ahead.moments_of(local_minute("2011-12-31T00:00")), Moments(Unique{at}));
  const TransitionZone behind("Behind", std::chrono::hours(14), {{at, std::chrono::hours(-10)}});
  EXPECT_EQ(behind.moments_of(local_minute("2011-12-30T12:00")),
            Moments(Repeated{utc_time("2011-12-29T22:00:00Z"), utc_time("2011-12-30T22:00:00Z")}));
}

// Whatever the transitions: a moment is among those of what clocks show then, and none is invented.
RC_GTEST_PROP(TimeZone, ThereAndBackIsTheSameMoment, ()) {
  std::vector<TransitionZone::Transition> transitions;
  std::int64_t at = 0;
  for (int left = testing::pick(0, 6); left > 0; --left) {
    at += testing::pick(1, 72 * 60) * 60'000;
    transitions.push_back(
        {base::WallTime::from_ms(at), std::chrono::minutes(testing::pick(-1559, 1560))});
  }
  const TransitionZone zone("Any", std::chrono::minutes(testing::pick(-1559, 1560)), transitions);
  const auto moment =
      base::WallTime::from_ms(testing::pick<std::int64_t>(-3000, at / 60'000 + 3000) * 60'000);
  const Moments seen = zone.moments_of(local_time(zone, moment));
  if (const auto* unique = std::get_if<Unique>(&seen)) {
    RC_ASSERT(unique->at == moment);
  } else {
    const auto* repeated = std::get_if<Repeated>(&seen);
    RC_ASSERT(repeated != nullptr);
    RC_ASSERT(repeated->first < repeated->second);
    RC_ASSERT(repeated->first <= moment);
    RC_ASSERT(moment <= repeated->second);
    RC_ASSERT(local_time(zone, repeated->first) == local_time(zone, moment));
  }
  const LocalTime local{base::Millis(moment.ms())};
  const Moments any = zone.moments_of(local);
  if (const auto* unique = std::get_if<Unique>(&any)) {
    RC_ASSERT(local_time(zone, unique->at) == local);
  } else if (const auto* skipped = std::get_if<Skipped>(&any)) {
    RC_ASSERT(local_time(zone, skipped->jump) > local);
    RC_ASSERT(local_time(zone, skipped->jump - base::Millis(1)) < local);
  }
}

}  // namespace
}  // namespace ordo::domain
