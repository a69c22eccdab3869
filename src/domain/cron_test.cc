#include "domain/cron.h"

#include <gtest/gtest.h>

#include <string>

#include "support/time_zones.h"

namespace ordo::domain {
namespace {

using testing::local_minute;
using testing::text_of;

std::string fault_of(const std::string& fields) {
  const base::Result<Cron> cron = Cron::parse(fields);
  if (cron) return "none";
  EXPECT_EQ(cron.error().code, base::ErrorCode::invalid);
  return cron.error().message;
}

// The first firings strictly after.
std::string firings(const std::string& fields, const std::string& after, int n = 1) {
  const Cron cron = Cron::parse(fields).value();
  std::string all;
  LocalTime at = local_minute(after);
  for (; n > 0; --n) {
    const std::optional<LocalTime> next = cron.next(at);
    all += (all.empty() ? "" : " ") + (next ? text_of(*next) : "never");
    if (!next) break;
    at = *next;
  }
  return all;
}

TEST(CronErrors, NameTheFieldItsTextAndWhatIsAllowed) {
  EXPECT_EQ(fault_of("60 * * * ? *"),
            "the minute \"60\" of the cron expression: 60 is out of range; allowed: 0-59 with "
            "* , - /");
  EXPECT_EQ(fault_of("0 9-24 * * ? *"),
            "the hour \"9-24\" of the cron expression: 24 is out of range; allowed: 0-23 with "
            "* , - /");
  EXPECT_EQ(fault_of("0 9 32 * ? *"),
            "the day-of-month \"32\" of the cron expression: 32 is out of range; allowed: 1-31 "
            "with * , - / ? L W");
  EXPECT_EQ(fault_of("0 9 1 JANUARY ? *"),
            "the month \"JANUARY\" of the cron expression: \"JANUARY\" cannot be read; allowed: "
            "1-12 or JAN-DEC with * , - /");
  EXPECT_EQ(fault_of("0 9 ? * 8 *"),
            "the day-of-week \"8\" of the cron expression: 8 is out of range; allowed: 1-7 (1 is "
            "Sunday) or SUN-SAT with * , - / ? L #");
  EXPECT_EQ(fault_of("0 9 * * ? 1969"),
            "the year \"1969\" of the cron expression: 1969 is out of range; allowed: 1970-2199 "
            "with * , - /");
}

TEST(CronErrors, SixFieldsAreAskedFor) {
  EXPECT_EQ(fault_of("0 9 * * *"),
            "the cron expression \"0 9 * * *\" has 5 fields, not six: minute hour day-of-month "
            "month day-of-week year, as in cron(0 9 ? * MON-FRI *)");
  EXPECT_NE(fault_of("0 0 9 * * ? *").find("has 7 fields"), std::string::npos);
  EXPECT_NE(fault_of("").find("has 0 fields"), std::string::npos);
}

TEST(CronErrors, OneOfTheTwoDaysIsAQuestionMark) {
  const std::string both =
      "the day-of-month \"*\" and the day-of-week \"MON\" of the cron expression: exactly one of "
      "them must be ?";
  EXPECT_EQ(fault_of("0 9 * * MON *"), both);
  EXPECT_NE(fault_of("0 9 ? * ? *").find("exactly one"), std::string::npos);
  EXPECT_NE(fault_of("? 9 * * ? *").find("? stands alone"), std::string::npos);
  EXPECT_NE(fault_of("0 9 1,? * ? *").find("? stands alone"), std::string::npos);
}

class CronRefuses : public ::testing::TestWithParam<const char*> {};

TEST_P(CronRefuses, WhatIsNoExpression) {
  EXPECT_NE(fault_of(GetParam()), "none");
}

INSTANTIATE_TEST_SUITE_P(
    Cron, CronRefuses,
    ::testing::Values(
        "/10 * * * ? *", "0/ * * * ? *", "0/0 * * * ? *", "*/-1 * * * ? *", "5/*10 * * * ? *",
        "*1/10 * * * ? *", "*,5 * * * ? *", "5,* * * * ? *", "1,,2 * * * ? *", ",1 * * * ? *",
        "1, * * * ? *", "1-2-3 * * * ? *", "-1 * * * ? *", "1- * * * ? *", "+1 * * * ? *",
        "00000 * * * ? *", "0x1 * * * ? *", "L * * * ? *", "0 W * * ? *", "0 24 * * ? *",
        "0 0 0 * ? *", "0 0 L-3 * ? *", "0 0 3L * ? *", "0 0 W * ? *", "0 0 32W * ? *",
        "0 0 0W * ? *", "0 0 1W,15W * ? *", "0 0 1-5W * ? *", "0 0 */8W * ? *", "0 0 LW,1 * ? *",
        "0 0 WL * ? *", "0 0 15WW * ? *", "0 0 1 0 ? *", "0 0 1 13 ? *", "0 0 1 2/FEB ? *",
        "0 0 1 L ? *", "0 0 ? * 0 *", "0 0 ? * MONDAY *", "0 0 ? * L-2 *", "0 0 ? * L5 *",
        "0 0 ? * 8L *", "0 0 ? * 2-6L *", "0 0 ? * 3#0 *", "0 0 ? * 3#6 *", "0 0 ? * #2 *",
        "0 0 ? * 3# *", "0 0 ? * 3#1,6#3 *", "0 0 ? * 3#1-2 *", "0 0 ? * 8#1 *", "0 0 ? * 2W *",
        "0 0 1 * ? 2200", "0 0 1 * ? 2030-2020", "0 0 1 * ? 99999", "0 0 1 * ? L"));

TEST(Cron, LettersMayBeSmallAndSpacesMany) {
  EXPECT_EQ(firings("  0\t9  ? mar mon-Fri  * ", "2026-01-01T00:00"),
            firings("0 9 ? MAR MON-FRI *", "2026-01-01T00:00"));
  EXPECT_EQ(firings("0 9 l * ? *", "2026-01-01T00:00"), "2026-01-31T09:00");
}

TEST(Cron, ADayThatNeverComesNeverFires) {
  EXPECT_EQ(firings("0 0 30 2 ? *", "1970-01-01T00:00"), "never");
  EXPECT_EQ(firings("0 0 31W 2,4,6,9,11 ? *", "1970-01-01T00:00"), "never");
  EXPECT_EQ(firings("0 0 29 2 ? 2026,2027,2100", "1970-01-01T00:00"), "never");
}

TEST(Cron, TheYearsBeginIn1970AndEndWith2199) {
  EXPECT_EQ(firings("* * * * ? *", "1812-06-01T00:00"), "1970-01-01T00:00");
  EXPECT_EQ(firings("* * * * ? *", "2199-12-31T23:58", 2), "2199-12-31T23:59 never");
  EXPECT_EQ(firings("* * * * ? *", "5000-01-01T00:00"), "never");
}

TEST(Cron, NextIsStrictlyAfterAlsoBetweenMinutes) {
  const Cron cron = Cron::parse("*/5 * * * ? *").value();
  const LocalTime noon = local_minute("2026-11-21T12:00");
  EXPECT_EQ(cron.next(noon - base::Millis(1)), noon);
  EXPECT_EQ(cron.next(noon), noon + std::chrono::minutes(5));
  EXPECT_EQ(cron.next(noon + base::Millis(1)), noon + std::chrono::minutes(5));
}

TEST(Cron, FiresAtWholeMinutesOnly) {
  const Cron cron = Cron::parse("0 12 * * ? 2026").value();
  const LocalTime noon = local_minute("2026-11-21T12:00");
  EXPECT_TRUE(cron.fires_at(noon));
  EXPECT_FALSE(cron.fires_at(noon + std::chrono::seconds(1)));
  EXPECT_FALSE(cron.fires_at(noon + std::chrono::minutes(1)));
  EXPECT_FALSE(cron.fires_at(local_minute("2025-11-21T12:00")));
  EXPECT_FALSE(cron.fires_at(local_minute("1812-11-21T12:00")));
}

}  // namespace
}  // namespace ordo::domain
