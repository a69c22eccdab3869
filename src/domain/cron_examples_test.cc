// Expressions of EventBridge's documentation and of its users, and when they fire.
#include <gtest/gtest.h>

#include <string>

#include "domain/cron.h"
#include "support/time_zones.h"

namespace ordo::domain {
namespace {

struct Example {
  const char* fields;
  const char* after;
  const char* firings;  // the next ones, spaces between
};

class CronExamples : public ::testing::TestWithParam<Example> {};

TEST_P(CronExamples, FireAsDocumented) {
  const Example& example = GetParam();
  const base::Result<Cron> cron = Cron::parse(example.fields);
  ASSERT_TRUE(cron) << cron.error().message;
  LocalTime at = testing::local_minute(example.after);
  std::string found;
  while (found.size() < std::string(example.firings).size()) {
    const std::optional<LocalTime> next = cron->next(at);
    ASSERT_TRUE(next) << "after " << found;
    EXPECT_TRUE(cron->fires_at(*next));
    found += (found.empty() ? "" : " ") + testing::text_of(*next);
    at = *next;
  }
  EXPECT_EQ(found, example.firings) << example.fields;
}

// 2026-11-21 is a Saturday; November 1st 2026 a Sunday.
constexpr const char* kNow = "2026-11-21T10:30";

INSTANTIATE_TEST_SUITE_P(
    Times, CronExamples,
    ::testing::Values(
        Example{"* * * * ? *", kNow, "2026-11-21T10:31 2026-11-21T10:32"},
        Example{"0 10 * * ? *", kNow, "2026-11-22T10:00 2026-11-23T10:00"},
        Example{"15 12 * * ? *", kNow, "2026-11-21T12:15 2026-11-22T12:15"},
        Example{"0/15 * * * ? *", kNow, "2026-11-21T10:45 2026-11-21T11:00"},
        Example{"*/15 * * * ? *", kNow, "2026-11-21T10:45 2026-11-21T11:00"},
        Example{"1/10 * * * ? *", kNow, "2026-11-21T10:31 2026-11-21T10:41 2026-11-21T10:51"},
        Example{"0/45 * * * ? *", kNow, "2026-11-21T10:45 2026-11-21T11:00 2026-11-21T11:45"},
        Example{"15/65 10 * * ? *", kNow, "2026-11-22T10:15 2026-11-23T10:15"},
        Example{"10,20,30,40 7/12 * * ? *", kNow,
                "2026-11-21T19:10 2026-11-21T19:20 2026-11-21T19:30 2026-11-21T19:40"},
        Example{"0,5 07/12 * * ? *", kNow, "2026-11-21T19:00 2026-11-21T19:05 2026-11-22T07:00"},
        Example{"10 10,15,20,23 * * ? *", kNow, "2026-11-21T15:10 2026-11-21T20:10"},
        Example{"0 11-23/2 * * ? *", kNow, "2026-11-21T11:00 2026-11-21T13:00"},
        Example{"0 1-7/2,11-23/4 * * ? *", kNow,
                "2026-11-21T11:00 2026-11-21T15:00 2026-11-21T19:00 2026-11-21T23:00 "
                "2026-11-22T01:00"},
        Example{"0 22-2 * * ? *", kNow,
                "2026-11-21T22:00 2026-11-21T23:00 2026-11-22T00:00 2026-11-22T01:00 "
                "2026-11-22T02:00 2026-11-22T22:00"},
        Example{"0 20-4/3 * * ? *", kNow,
                "2026-11-21T20:00 2026-11-21T23:00 2026-11-22T02:00 2026-11-22T20:00"},
        Example{"58-1 23 * * ? *", kNow,
                "2026-11-21T23:00 2026-11-21T23:01 2026-11-21T23:58 2026-11-21T23:59 "
                "2026-11-22T23:00"},
        Example{"*/10,*/15 10 * * ? *", kNow,
                "2026-11-21T10:40 2026-11-21T10:45 2026-11-21T10:50 2026-11-22T10:00"},
        Example{"59 23 31 12 ? *", kNow, "2026-12-31T23:59 2027-12-31T23:59"},
        Example{"0 0 1 1 ? *", kNow, "2027-01-01T00:00 2028-01-01T00:00"},
        Example{"30 10 * * ? *", kNow, "2026-11-22T10:30"},
        Example{"31 10 * * ? *", kNow, "2026-11-21T10:31"},
        Example{"00 00 * * ? *", kNow, "2026-11-22T00:00"}));

INSTANTIATE_TEST_SUITE_P(
    DaysOfMonth, CronExamples,
    ::testing::Values(
        Example{"0 8 1 * ? *", kNow, "2026-12-01T08:00 2027-01-01T08:00"},
        Example{"10 10 15,30,31 * ? *", kNow, "2026-11-30T10:10 2026-12-15T10:10"},
        Example{"0 0 31 * ? *", kNow, "2026-12-31T00:00 2027-01-31T00:00 2027-03-31T00:00"},
        Example{"0 0 29 2 ? *", kNow, "2028-02-29T00:00 2032-02-29T00:00"},
        Example{"0 0 29 2 ? *", "2096-03-01T00:00", "2104-02-29T00:00"},
        Example{"0 0 */10 * ? *", kNow, "2026-12-01T00:00 2026-12-11T00:00 2026-12-21T00:00"},
        Example{"0 0 5/10 * ? *", kNow, "2026-11-25T00:00 2026-12-05T00:00"},
        Example{"0 0 30-2 * ? *", kNow,
                "2026-11-30T00:00 2026-12-01T00:00 2026-12-02T00:00 2026-12-30T00:00"},
        Example{"0 18 L * ? *", kNow, "2026-11-30T18:00 2026-12-31T18:00 2027-01-31T18:00"},
        Example{"0 18 L 2 ? *", kNow, "2027-02-28T18:00 2028-02-29T18:00"},
        Example{"0 0 15,L * ? *", kNow, "2026-11-30T00:00 2026-12-15T00:00 2026-12-31T00:00"},
        Example{"0 0 3W * ? *", kNow, "2026-12-03T00:00 2027-01-04T00:00 2027-02-03T00:00"},
        Example{"0 0 15W * ? *", kNow, "2026-12-15T00:00 2027-01-15T00:00"},
        Example{"0 0 15W 8 ? 2026", "2026-01-01T00:00", "2026-08-14T00:00"},   // a Saturday
        Example{"0 0 15W 11 ? 2026", "2026-01-01T00:00", "2026-11-16T00:00"},  // a Sunday
        Example{"0 0 1W 8 ? 2026", "2026-01-01T00:00", "2026-08-03T00:00"},    // a Saturday
        Example{"0 0 1W 11 ? 2026", "2026-01-01T00:00", "2026-11-02T00:00"},   // a Sunday
        Example{"0 0 31W 1 ? 2027", "2026-01-01T00:00", "2027-01-29T00:00"},   // a Sunday
        Example{"0 0 31W 10 ? 2026", "2026-01-01T00:00", "2026-10-30T00:00"},  // a Saturday
        Example{"0 0 31W * ? *", kNow, "2026-12-31T00:00 2027-01-29T00:00 2027-03-31T00:00"},
        Example{"0 0 30W 11 ? *", kNow, "2026-11-30T00:00"},
        Example{"0 0 LW * ? *", kNow, "2026-11-30T00:00 2026-12-31T00:00 2027-01-29T00:00"},
        Example{"0 0 LW 2 ? 2026", "2026-01-01T00:00", "2026-02-27T00:00"},
        Example{"0 0 LW 10 ? 2026", "2026-01-01T00:00", "2026-10-30T00:00"}));

INSTANTIATE_TEST_SUITE_P(
    Months, CronExamples,
    ::testing::Values(
        Example{"10 10 15 JAN,JUL,DEC ? *", kNow, "2026-12-15T10:10 2027-01-15T10:10"},
        Example{"10 10 31 04,09,12 ? *", kNow, "2026-12-31T10:10 2027-12-31T10:10"},
        Example{"0 0 1 1-12/3 ? *", kNow, "2027-01-01T00:00 2027-04-01T00:00 2027-07-01T00:00"},
        Example{"0 0 1 */4 ? *", kNow, "2027-01-01T00:00 2027-05-01T00:00 2027-09-01T00:00"},
        Example{"0 0 1 2/3 ? *", kNow, "2027-02-01T00:00 2027-05-01T00:00 2027-08-01T00:00"},
        Example{"0 0 1 FEB/6 ? *", kNow, "2027-02-01T00:00 2027-08-01T00:00"},
        Example{"30 0 1 JAN-APR,JUL-OCT/2,DEC ? *", kNow,
                "2026-12-01T00:30 2027-01-01T00:30 2027-02-01T00:30 2027-03-01T00:30 "
                "2027-04-01T00:30 2027-07-01T00:30 2027-09-01T00:30 2027-12-01T00:30"},
        Example{"0 0 1 NOV-FEB ? *", kNow,
                "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00 2027-11-01T00:00"}));

INSTANTIATE_TEST_SUITE_P(
    DaysOfWeek, CronExamples,
    ::testing::Values(
        Example{"0 18 ? * MON-FRI *", kNow, "2026-11-23T18:00 2026-11-24T18:00"},
        Example{"0 18 ? * 2-6 *", "2026-11-27T18:00", "2026-11-30T18:00"},
        Example{"0/10 * ? * MON-FRI *", kNow, "2026-11-23T00:00 2026-11-23T00:10"},
        Example{"0/5 8-17 ? * MON-FRI *", "2026-11-27T17:50", "2026-11-27T17:55 2026-11-30T08:00"},
        Example{"0 9 ? * 1 *", kNow, "2026-11-22T09:00 2026-11-29T09:00"},
        Example{"0 9 ? * SUN *", kNow, "2026-11-22T09:00"},
        Example{"0 9 ? * 7 *", kNow, "2026-11-28T09:00"},
        Example{"30 23 ? * SAT-THU *", "2026-11-26T12:00", "2026-11-26T23:30 2026-11-28T23:30"},
        Example{"0 0 ? * FRI-MON *", kNow,
                "2026-11-22T00:00 2026-11-23T00:00 2026-11-27T00:00 2026-11-28T00:00"},
        Example{"0 0 ? * 1,4,7 *", kNow, "2026-11-22T00:00 2026-11-25T00:00 2026-11-28T00:00"},
        Example{"0 0 ? * MON/2 *", kNow, "2026-11-23T00:00 2026-11-25T00:00 2026-11-27T00:00"},
        Example{"0 0 ? * * *", kNow, "2026-11-22T00:00 2026-11-23T00:00"},
        Example{"0 18 ? * L *", kNow, "2026-11-21T18:00 2026-11-28T18:00"},
        Example{"0 18 ? * 5L *", kNow, "2026-11-26T18:00 2026-12-31T18:00 2027-01-28T18:00"},
        Example{"15 10 ? * 6L 2019-2022", "2019-01-01T00:00", "2019-01-25T10:15 2019-02-22T10:15"},
        Example{"0 18 ? * FRIL *", kNow, "2026-11-27T18:00 2026-12-25T18:00"},
        Example{"0 18 ? * 1L,2L *", kNow, "2026-11-29T18:00 2026-11-30T18:00 2026-12-27T18:00"},
        Example{"0 18 ? 2 7L *", "2026-01-01T00:00", "2026-02-28T18:00"}));

INSTANTIATE_TEST_SUITE_P(
    NthsAndYears, CronExamples,
    ::testing::Values(
        Example{"0 9 ? * 2#1 *", kNow, "2026-12-07T09:00 2027-01-04T09:00"},
        Example{"0 9 ? * 3#2 *", kNow, "2026-12-08T09:00 2027-01-12T09:00"},
        Example{"30 7 ? * MON#1 *", kNow, "2026-12-07T07:30"},
        Example{"0 0 ? * 1#1 2026", "2026-10-05T00:00", "2026-11-01T00:00 2026-12-06T00:00"},
        Example{"0 0 ? * 3#5 *", kNow, "2026-12-29T00:00 2027-03-30T00:00 2027-06-29T00:00"},
        Example{"0 0 ? 11 5#4 *", kNow, "2026-11-26T00:00 2027-11-25T00:00"},
        Example{"0 0 1 1 ? 2030", kNow, "2030-01-01T00:00"},
        Example{"0 0 1 1 ? 2020-2199/50", kNow, "2070-01-01T00:00 2120-01-01T00:00"},
        Example{"0 0 1 1 ? 2020,2028,2199", kNow, "2028-01-01T00:00 2199-01-01T00:00"},
        Example{"0 0 1 1 ? */100", kNow, "2070-01-01T00:00 2170-01-01T00:00"},
        Example{"0 0 1 1 ? 1970", "1960-01-01T00:00", "1970-01-01T00:00"}));

}  // namespace
}  // namespace ordo::domain
