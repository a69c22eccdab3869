#include "domain/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "support/pick.h"
#include "support/time_zones.h"

namespace ordo::domain {
namespace {

using base::Millis;
using base::WallTime;
using testing::utc_time;

const WallTime kAnchor = utc_time("2026-11-21T09:00:00.123Z");

Schedule in(const TimeZone& zone, const std::string& text) {
  return Schedule::parse(text, zone, kAnchor).value();
}
Schedule in_utc(const std::string& text) {
  return in(utc(), text);
}

std::string schedule_fault(const std::string& text) {
  const base::Result<Schedule> schedule = Schedule::parse(text, utc(), kAnchor);
  if (schedule) return "none";
  EXPECT_EQ(schedule.error().code, base::ErrorCode::invalid);
  return schedule.error().message;
}

// The next firings as UTC, without milliseconds.
std::string firings(const Schedule& schedule, const std::string& after, std::size_t n) {
  std::string all;
  for (const WallTime firing : next_firings(schedule, utc_time(after), n)) {
    all += (all.empty() ? "" : " ") + base::format_time(firing).substr(0, 19);
  }
  return all;
}

TEST(Rate, BeginsAtTheAnchorAndIsCountedFromIt) {
  const Schedule schedule = in_utc("rate(5 minutes)");
  EXPECT_EQ(schedule.next(kAnchor - std::chrono::days(1000)), kAnchor);
  EXPECT_EQ(schedule.next(kAnchor - Millis(1)), kAnchor);
  EXPECT_EQ(schedule.next(kAnchor), kAnchor + std::chrono::minutes(5));
  EXPECT_EQ(schedule.next(kAnchor + std::chrono::minutes(5) - Millis(1)),
            kAnchor + std::chrono::minutes(5));
  EXPECT_EQ(schedule.next(kAnchor + std::chrono::hours(1)),
            kAnchor + std::chrono::hours(1) + std::chrono::minutes(5));
}

TEST(Rate, KnowsSecondsMinutesHoursAndDays) {
  EXPECT_EQ(in_utc("rate(1 second)").next(kAnchor), kAnchor + std::chrono::seconds(1));
  EXPECT_EQ(in_utc("rate(30 seconds)").next(kAnchor), kAnchor + std::chrono::seconds(30));
  EXPECT_EQ(in_utc("rate(1 minute)").next(kAnchor), kAnchor + std::chrono::minutes(1));
  EXPECT_EQ(in_utc("rate(1 hour)").next(kAnchor), kAnchor + std::chrono::hours(1));
  EXPECT_EQ(in_utc("rate(12 hours)").next(kAnchor), kAnchor + std::chrono::hours(12));
  EXPECT_EQ(in_utc("rate(1 day)").next(kAnchor), kAnchor + std::chrono::hours(24));
  EXPECT_EQ(in_utc("rate(3650 days)").next(kAnchor), kAnchor + std::chrono::days(3650));
}

TEST(Rate, ADayIs24HoursWhateverClocksShow) {
  const TransitionZone zone = testing::berlin();
  const auto anchor = utc_time("2026-03-28T08:00:00Z");
  const Schedule schedule = Schedule::parse("rate(1 day)", zone, anchor).value();
  EXPECT_EQ(schedule.next(anchor), utc_time("2026-03-29T08:00:00Z"));
  EXPECT_EQ(schedule.next(*schedule.next(anchor)), utc_time("2026-03-30T08:00:00Z"));
}

TEST(Rate, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(schedule_fault("rate(5 minute)"),
            "the rate \"5 minute\": after 5 the unit is \"minutes\"");
  EXPECT_EQ(schedule_fault("rate(1 hours)"), "the rate \"1 hours\": after 1 the unit is \"hour\"");
  EXPECT_EQ(schedule_fault("rate(0 minutes)"),
            "the rate \"0 minutes\": the number must be 1 or more");
  EXPECT_EQ(schedule_fault("rate(5 weeks)"),
            "the rate \"5 weeks\": the unit \"weeks\" is none of second(s), minute(s), hour(s), "
            "day(s); singular after 1, plural otherwise");
  const std::string longest = "the longest is rate(3650 days)";
  EXPECT_NE(schedule_fault("rate(3651 days)").find(longest), std::string::npos);
  EXPECT_NE(schedule_fault("rate(99999999999999999999 days)").find(longest), std::string::npos);
  for (const char* text : {"rate()", "rate(5)", "rate(-5 minutes)", "rate(5minutes)",
                           "rate(1.5 "
                           "hours)",
                           "rate(+5 minutes)", "rate( 5 minutes)", "rate(five minutes)"}) {
    EXPECT_NE(schedule_fault(text).find("as in rate(5 minutes)"), std::string::npos) << text;
  }
}

TEST(At, FiresOnce) {
  const Schedule schedule = in_utc("at(2026-11-21T09:00:00)");
  const WallTime at = utc_time("2026-11-21T09:00:00Z");
  EXPECT_EQ(schedule.next(WallTime::from_ms(0)), at);
  EXPECT_EQ(schedule.next(at - Millis(1)), at);
  EXPECT_EQ(schedule.next(at), std::nullopt);
}

TEST(At, IsWhatClocksInTheZoneShow) {
  const TransitionZone berlin = testing::berlin();
  EXPECT_EQ(firings(in(berlin, "at(2026-07-01T09:00:30)"), "2026-01-01T00:00:00Z", 2),
            "2026-07-01T07:00:30");
  // Never shown; shown twice.
  EXPECT_EQ(firings(in(berlin, "at(2026-03-29T02:30:00)"), "2026-01-01T00:00:00Z", 2), "");
  EXPECT_EQ(firings(in(berlin, "at(2026-10-25T02:30:00)"), "2026-01-01T00:00:00Z", 2),
            "2026-10-25T00:30:00");
}

TEST(At, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(schedule_fault("at(2026-11-21T09:00)"),
            "the time \"2026-11-21T09:00\" of at(…): write it as at(2026-11-21T09:00:00), in the "
            "schedule's time zone");
  EXPECT_EQ(schedule_fault("at(2200-01-01T00:00:00)"),
            "the time \"2200-01-01T00:00:00\" of at(…): the year must be 1970 to 2199");
  EXPECT_NE(schedule_fault("at(2026-02-30T00:00:00)"), "none");
  EXPECT_NE(schedule_fault("at(2026-11-21T24:00:00)"), "none");
  EXPECT_NE(schedule_fault("at(2026-11-21 09:00:00)"), "none");
  EXPECT_NE(schedule_fault("at(2026-11-21T09:00:00Z)"), "none");
  EXPECT_NE(schedule_fault("at()"), "none");
}

TEST(Schedule, WhatIsNoScheduleIsToldTheForms) {
  const std::string forms =
      "write rate(5 minutes), cron(0 9 ? * MON-FRI *) or at(2026-11-21T09:00:00)";
  EXPECT_EQ(schedule_fault("every day"), "\"every day\" is no schedule: " + forms);
  for (const char* text : {"", "rate", "rate(", "cron)", "cron(* * * * ? *", " rate(5 minutes)",
                           "Rate(5 minutes)", "rate (5 minutes)", "cron(* * * * ? *) "}) {
    EXPECT_NE(schedule_fault(text).find(forms), std::string::npos) << text;
  }
  EXPECT_NE(schedule_fault("rate(5 \x1b[31mminutes)").find("plain ASCII"), std::string::npos);
  EXPECT_NE(schedule_fault("rate(5 minuten\xc3\xa9)").find("plain ASCII"), std::string::npos);
  EXPECT_NE(schedule_fault(std::string("cron(* * * * ? *\0)", 18)).find("plain ASCII"),
            std::string::npos);
  EXPECT_EQ(schedule_fault("cron(" + std::string(300, ' ') + ")"),
            "a schedule has at most 256 characters, this one 306");
  EXPECT_NE(schedule_fault("cron(* * * * *)").find("has 5 fields"), std::string::npos);
}

TEST(Schedule, KeepsItsTextAndItsZone) {
  const TransitionZone berlin = testing::berlin();
  const Schedule schedule = in(berlin, "cron(0 9 ? * MON-FRI *)");
  EXPECT_EQ(schedule.text(), "cron(0 9 ? * MON-FRI *)");
  EXPECT_EQ(schedule.zone().name(), "Europe/Berlin");
}

TEST(Schedule, CronIsWhatClocksInTheZoneShow) {
  const TransitionZone berlin = testing::berlin();
  EXPECT_EQ(firings(in(berlin, "cron(0 9 * * ? *)"), "2026-03-27T12:00:00Z", 3),
            "2026-03-28T08:00:00 2026-03-29T07:00:00 2026-03-30T07:00:00");
  EXPECT_EQ(firings(in(berlin, "cron(0 9 * * ? *)"), "2026-10-23T12:00:00Z", 3),
            "2026-10-24T07:00:00 2026-10-25T08:00:00 2026-10-26T08:00:00");
}

TEST(Schedule, ASkippedTimeDoesNotFire) {
  const TransitionZone berlin = testing::berlin();
  EXPECT_EQ(firings(in(berlin, "cron(30 2 * * ? *)"), "2026-03-27T12:00:00Z", 2),
            "2026-03-28T01:30:00 2026-03-30T00:30:00");
  EXPECT_EQ(firings(in(berlin, "cron(0/20 * * * ? *)"), "2026-03-29T00:30:00Z", 3),
            "2026-03-29T00:40:00 2026-03-29T01:00:00 2026-03-29T01:20:00");
  const TransitionZone new_york = testing::new_york();
  EXPECT_EQ(firings(in(new_york, "cron(30 2 ? * SUN *)"), "2026-03-01T12:00:00Z", 1),
            "2026-03-15T06:30:00");
  const TransitionZone lord_howe = testing::lord_howe();
  EXPECT_EQ(firings(in(lord_howe, "cron(15 2 * * ? *)"), "2026-10-02T00:00:00Z", 2),
            "2026-10-02T15:45:00 2026-10-04T15:15:00");
  EXPECT_EQ(firings(in(lord_howe, "cron(30 2 * * ? *)"), "2026-10-03T00:00:00Z", 1),
            "2026-10-03T15:30:00");
}

TEST(Schedule, ARepeatedTimeFiresOnceTheFirstTime) {
  const TransitionZone berlin = testing::berlin();
  EXPECT_EQ(firings(in(berlin, "cron(30 2 * * ? *)"), "2026-10-24T12:00:00Z", 2),
            "2026-10-25T00:30:00 2026-10-26T01:30:00");
  EXPECT_EQ(firings(in(berlin, "cron(0/30 * * * ? *)"), "2026-10-24T23:30:00Z", 4),
            "2026-10-25T00:00:00 2026-10-25T00:30:00 2026-10-25T02:00:00 2026-10-25T02:30:00");
  // From within the second hour.
  EXPECT_EQ(firings(in(berlin, "cron(0/30 * * * ? *)"), "2026-10-25T01:10:00Z", 1),
            "2026-10-25T02:00:00");
  const TransitionZone new_york = testing::new_york();
  EXPECT_EQ(firings(in(new_york, "cron(0 1 * * ? *)"), "2026-10-31T12:00:00Z", 2),
            "2026-11-01T05:00:00 2026-11-02T06:00:00");
  const TransitionZone lord_howe = testing::lord_howe();
  EXPECT_EQ(firings(in(lord_howe, "cron(0/15 1-2 * * ? *)"), "2026-04-04T14:10:00Z", 4),
            "2026-04-04T14:15:00 2026-04-04T14:30:00 2026-04-04T14:45:00 2026-04-04T15:30:00");
}

TEST(Schedule, OnlySkippedTimesMeansNever) {
  const TransitionZone berlin = testing::berlin();
  EXPECT_EQ(in(berlin, "cron(* 2 ? 3 1L *)").next(kAnchor), std::nullopt);
  EXPECT_EQ(in_utc("cron(0 0 30 2 ? *)").next(kAnchor), std::nullopt);
}

TEST(Schedule, TimesBeyondAllYearsDoNoHarm) {
  const WallTime first = WallTime::from_ms(INT64_MIN);
  const WallTime last = WallTime::from_ms(INT64_MAX);
  EXPECT_EQ(in_utc("cron(0 0 1 1 ? *)").next(first), WallTime::from_ms(0));
  EXPECT_EQ(in_utc("rate(1 day)").next(first), kAnchor);
  for (const char* text : {"cron(* * * * ? *)", "rate(1 second)", "at(2026-11-21T09:00:00)"}) {
    EXPECT_EQ(in_utc(text).next(last), std::nullopt) << text;
    EXPECT_NE(in_utc(text).latest(first, last), std::nullopt) << text;
    EXPECT_EQ(in_utc(text).latest(last, first), std::nullopt) << text;
  }
}

TEST(Schedule, LatestIsTheLastOneUpToAndWithTheEnd) {
  const Schedule schedule = in_utc("cron(0 9 * * ? *)");
  const WallTime nine = utc_time("2026-11-21T09:00:00Z");
  EXPECT_EQ(schedule.latest(nine - std::chrono::days(400), nine), nine);
  EXPECT_EQ(schedule.latest(nine - std::chrono::days(400), nine - Millis(1)),
            nine - std::chrono::days(1));
  EXPECT_EQ(schedule.latest(nine, nine + std::chrono::hours(23)), std::nullopt);
  EXPECT_EQ(schedule.latest(nine, nine), std::nullopt);
  EXPECT_EQ(in_utc("cron(0 9 * * ? 2020)").latest(WallTime::from_ms(0), nine),
            utc_time("2020-12-31T09:00:00Z"));
}

TEST(NextFirings, AreAsManyAsThereAre) {
  EXPECT_EQ(firings(in_utc("cron(0 0 1 1 ? 2030-2031)"), "2026-01-01T00:00:00Z", 5),
            "2030-01-01T00:00:00 2031-01-01T00:00:00");
  EXPECT_EQ(firings(in_utc("cron(0 0 * * ? *)"), "2026-01-01T00:00:00Z", 0), "");
}

TEST(Missed, SkippedFiringsAreGone) {
  EXPECT_EQ(missed(in_utc("rate(1 second)"), kAnchor, kAnchor + std::chrono::days(3),
                   MissedFirings::skip),
            std::nullopt);
}

TEST(Missed, OfManyOnlyTheLatestIsMadeUpFor) {
  const Schedule schedule = in_utc("rate(1 second)");
  const WallTime now = kAnchor + std::chrono::days(365 * 20) + Millis(700);
  EXPECT_EQ(missed(schedule, kAnchor, now, MissedFirings::once), now - Millis(700));
  EXPECT_EQ(missed(schedule, now, now + Millis(299), MissedFirings::once), std::nullopt);
  EXPECT_EQ(missed(in_utc("at(2026-11-21T09:00:00)"), kAnchor - std::chrono::days(2),
                   kAnchor + std::chrono::days(2), MissedFirings::once),
            utc_time("2026-11-21T09:00:00Z"));
}

RC_GTEST_PROP(Jitter, StaysInItsWindowAndNeverChanges,
              (std::uint32_t minute, std::uint16_t window, std::uint64_t seed)) {
  const WallTime firing = WallTime::from_ms(std::int64_t{minute} * 60'000);
  const WallTime moved = jittered(firing, Millis(window), seed);
  RC_ASSERT(moved >= firing);
  RC_ASSERT(moved < firing + std::max(Millis(window), Millis(1)));
  RC_ASSERT(jittered(firing, Millis(window), seed) == moved);
}

TEST(Jitter, FiringsAndSeedsDiffer) {
  constexpr int kFirings = 4000;
  constexpr std::int64_t kTenth = 6'000;
  std::array<int, 10> tenths{};
  int same = 0;
  for (int i = 0; i < kFirings; ++i) {
    const WallTime firing = kAnchor + std::chrono::minutes(i);
    const Millis late = jittered(firing, std::chrono::minutes(1), 1) - firing;
    ++tenths.at(static_cast<std::size_t>(late.count() / kTenth));
    same += late == jittered(firing, std::chrono::minutes(1), 2) - firing ? 1 : 0;
  }
  for (const int tenth : tenths) {
    EXPECT_GT(tenth, kFirings / 10 * 3 / 4);
    EXPECT_LT(tenth, kFirings / 10 * 5 / 4);
  }
  EXPECT_LT(same, 10);
}

}  // namespace
}  // namespace ordo::domain
