#include "base/iso8601.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "support/pick.h"

namespace ordo::base {
namespace {

constexpr std::int64_t kFirstMs = -62'135'596'800'000;  // 0001-01-01T00:00:00.000Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

std::string read(std::string_view text) {
  const Result<WallTime> time = parse_time(text);
  return time ? format_time(*time) : "refused: " + time.error().message;
}

struct Row {
  std::string_view text;
  std::string_view meaning;
};

TEST(Iso8601, FormatsUtcToTheMillisecond) {
  EXPECT_EQ(format_time(WallTime::from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(WallTime::from_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(WallTime::from_ms(1'795'238'287'123)), "2026-11-21T05:18:07.123Z");
  EXPECT_EQ(format_time(WallTime::from_ms(951'782'400'000)), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(format_time(WallTime::from_ms(kFirstMs)), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(WallTime::from_ms(kLastMs)), "9999-12-31T23:59:59.999Z");
  std::string out = "at ";
  append_time(out, WallTime::from_ms(0));
  EXPECT_EQ(out, "at 1970-01-01T00:00:00.000Z");
}

TEST(Iso8601DeathTest, DoesNotFormatWhatItCouldNotRead) {
  EXPECT_DEATH((void)format_time(WallTime::from_ms(kFirstMs - 1)), "broken invariant");
  EXPECT_DEATH((void)format_time(WallTime::from_ms(kLastMs + 1)), "broken invariant");
}

TEST(Iso8601, ReadsWhatRfc3339Allows) {
  for (const Row& row : {
           Row{"2026-11-21T05:18:07Z", "2026-11-21T05:18:07.000Z"},
           Row{"2026-11-21t05:18:07z", "2026-11-21T05:18:07.000Z"},
           Row{"2026-11-21 05:18:07Z", "2026-11-21T05:18:07.000Z"},
           Row{"2026-11-21T05:18:07.1Z", "2026-11-21T05:18:07.100Z"},
           Row{"2026-11-21T05:18:07.04Z", "2026-11-21T05:18:07.040Z"},
           Row{"2026-11-21T05:18:07.999999999Z", "2026-11-21T05:18:07.999Z"},
           Row{"2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00.000Z"},
           Row{"2026-12-31T20:00:00-05:30", "2027-01-01T01:30:00.000Z"},
           Row{"2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00.000Z"},
           Row{"2026-01-01T00:00:00-12:00", "2026-01-01T12:00:00.000Z"},
           Row{"2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000Z"},
           Row{"2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.000Z"},
           Row{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"},
           Row{"2000-02-29T12:00:00Z", "2000-02-29T12:00:00.000Z"},
           Row{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
           Row{"9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"},
           Row{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
       }) {
    EXPECT_EQ(read(row.text), row.meaning) << row.text;
  }
}

TEST(Iso8601, RefusesWhatIsNoTimestamp) {
  for (const std::string_view text : {"",
                                      "now",
                                      "2026",
                                      "2026-11-21",
                                      "2026-11-21T05:18Z",
                                      "20261121T051807Z",
                                      "2026-W47-6T05:18:07Z",
                                      "2026-325T05:18:07Z",
                                      "+2026-11-21T05:18:07Z",
                                      "-2026-11-21T05:18:07Z",
                                      "02026-11-21T05:18:07Z",
                                      "2026-1-21T05:18:07Z",
                                      "2026-11-21X05:18:07Z",
                                      "2026-11-21  05:18:07Z",
                                      " 2026-11-21T05:18:07Z",
                                      "2026-11-21T5:18:07Z",
                                      "2026-11-21T05:18:07.Z",

                                      "2026-11-21T05:18:07.1234567890Z",
                                      "2026/11/21T05:18:07Z",
                                      "2026-11-21T05-18-07Z",
                                      "2026-11-21T05:18:0\xd9\xa1Z"}) {
    EXPECT_EQ(read(text), "refused: not an RFC 3339 timestamp such as 2026-11-21T05:18:07Z")
        << text;
  }
  EXPECT_FALSE(
      parse_time(std::string_view("2026-11-21\0"
                                  "05:18:07Z",
                                  20)));
}

TEST(Iso8601, RefusesOffsetsThatNoPlaceHas) {
  for (const std::string_view offset : {"",
                                        ",5Z",
                                        "+",
                                        "z ",
                                        "Z0",
                                        "ZZ",
                                        "+14:01",
                                        "+15:00",
                                        "-12:01",
                                        "+23:59",
                                        "+99:00",
                                        "+01:60",
                                        "+0100",
                                        "+01",
                                        "+1:00",
                                        "01:00",
                                        "+01:00 ",
                                        "+01-00",
                                        "-24:00",
                                        "\xe2\x88\x92"
                                        "01:00"}) {
    const std::string text = "2026-11-21T05:18:07" + std::string(offset);
    EXPECT_EQ(read(text),
              "refused: the timestamp needs an offset at its end: Z, or -12:00 to +14:00")
        << text;
  }
  EXPECT_FALSE(parse_time(std::string_view("2026-11-21T05:18:07Z\0", 21)));
}

TEST(Iso8601, RefusesDatesThatTheCalendarHasNot) {
  for (const std::string_view date :
       {"2026-02-29", "2100-02-29", "1900-02-29", "2024-02-30", "2026-04-31", "2026-13-01",
        "2026-00-01", "2026-01-00", "2026-01-32", "0000-01-01", "0000-12-31", "2026-99-99"}) {
    EXPECT_EQ(read(std::string(date) + "T00:00:00Z"), "refused: there is no such date") << date;
  }
}

TEST(Iso8601, RefusesTimesThatTheClockHasNot) {
  for (const std::string_view time : {"24:00:00", "25:00:00", "00:60:00", "00:00:61", "99:99:99"}) {
    EXPECT_EQ(read("2026-11-21T" + std::string(time) + "Z"),
              "refused: there is no such time of day")
        << time;
  }
}

TEST(Iso8601, RefusesLeapSeconds) {
  for (const std::string_view text :
       {"2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "1990-12-31T15:59:60-08:00"}) {
    EXPECT_EQ(read(text), "refused: leap seconds cannot be kept: send :59 or :00") << text;
  }
}

TEST(Iso8601, RefusesWhatAnOffsetMovesOutOfTheYears) {
  for (const std::string_view text : {"0001-01-01T00:59:59+01:00", "9999-12-31T23:00:00-01:00"}) {
    EXPECT_EQ(read(text), "refused: in UTC the timestamp is outside the years 0001 to 9999")
        << text;
  }
  EXPECT_EQ(read("0001-01-01T01:00:00+01:00"), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(read("9999-12-31T22:59:59-01:00"), "9999-12-31T23:59:59.000Z");
}

std::int64_t any_ms() {
  return testing::pick<std::int64_t>(kFirstMs, kLastMs + 1);
}

RC_GTEST_PROP(Iso8601Property, WhatIsFormattedIsReadBack, ()) {
  const WallTime time = WallTime::from_ms(any_ms());
  const std::string text = format_time(time);
  RC_ASSERT(text.size() == 24U);
  RC_ASSERT(parse_time(text).value() == time);
}

RC_GTEST_PROP(Iso8601Property, TextSortsAsTimeDoes, ()) {
  const WallTime a = WallTime::from_ms(any_ms());
  const WallTime b = WallTime::from_ms(any_ms());
  RC_ASSERT((a < b) == (format_time(a) < format_time(b)));
}

RC_GTEST_PROP(Iso8601Property, AnOffsetOnlyMovesTheClock, ()) {
  const int offset = testing::pick(-12 * 60, 14 * 60 + 1);
  const Millis east = Millis(std::int64_t{offset} * 60'000);
  const WallTime time = WallTime::from_ms(testing::pick<std::int64_t>(0, kLastMs - 86'400'000));
  std::string local = format_time(time + east);
  local.pop_back();
  const auto two = [](int n) { return std::to_string(n / 10) + std::to_string(n % 10); };
  const int minutes = offset < 0 ? -offset : offset;
  local += (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
  RC_ASSERT(parse_time(local).value() == time);
}

RC_GTEST_PROP(Iso8601Property, DamagedTextIsRefusedOrHasOneMeaning, ()) {
  std::string text = format_time(WallTime::from_ms(any_ms()));
  const auto at = testing::pick<std::size_t>(0, text.size());
  text[at] = static_cast<char>(testing::pick(0, 256));
  const Result<WallTime> time = parse_time(text);
  if (!time) {
    RC_ASSERT(time.error().code == ErrorCode::invalid);
    RC_ASSERT(!time.error().message.empty());
    return;
  }
  RC_ASSERT(parse_time(format_time(*time)).value() == *time);
}

}  // namespace
}  // namespace ordo::base
