#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/duration.h"
#include "support/pick.h"

namespace ordo::base {
namespace {

TEST(Duration, EveryUnitHasItsLength) {
  const auto ms = [](std::string_view text) { return parse_duration(text)->count(); };
  EXPECT_EQ(ms("250ms"), 250);
  EXPECT_EQ(ms("2s"), 2'000);
  EXPECT_EQ(ms("5m"), 300'000);
  EXPECT_EQ(ms("24h"), 86'400'000);
  EXPECT_EQ(ms("7d"), 604'800'000);
  EXPECT_EQ(ms("1.5h"), 5'400'000);
  EXPECT_EQ(ms("0.5ms"), 1) << "rounded";
  EXPECT_EQ(ms("0s"), 0);
}

TEST(Duration, WhatIsNoneSaysWhatOneLooksLike) {
  for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "5S", "5sec", "-1s", "1e3s", "0x1s",
                           "nans", "infs", "5s5s", "1,5s", "36501d", "999999999999d"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration.has_value()) << text;
    EXPECT_NE(duration.error().message.find("250ms"), std::string::npos) << text;
  }
}

TEST(Duration, IsToldInTheLargestUnitThatFits) {
  const auto told = [](std::int64_t ms) { return duration_text(Millis(ms)); };
  EXPECT_EQ(told(0), "0s");
  EXPECT_EQ(told(1), "1ms");
  EXPECT_EQ(told(1'500), "1500ms");
  EXPECT_EQ(told(90'000), "90s");
  EXPECT_EQ(told(60'000), "1m");
  EXPECT_EQ(told(5'400'000), "90m");
  EXPECT_EQ(told(86'400'000), "1d");
  EXPECT_EQ(told(315'360'000'000), "3650d");
}

RC_GTEST_PROP(DurationProperty, WhatIsToldIsReadAsTheSame, ()) {
  const auto ms = testing::pick<std::int64_t>(0, 3'000'000'000'000);
  const auto unit = testing::pick<std::int64_t>(1, 100'000'000);
  for (const Millis duration : {Millis(ms), Millis(ms / unit * unit)}) {
    RC_ASSERT(parse_duration(duration_text(duration)).value() == duration);
  }
}

RC_GTEST_PROP(DurationProperty, WholeMillisecondsAreExact, ()) {
  const auto ms = testing::pick<std::int64_t>(0, 3'000'000'000'000);
  RC_ASSERT(parse_duration(fmt::format("{}ms", ms))->count() == ms);
  RC_ASSERT(parse_duration(fmt::format("{}.{:03}s", ms / 1000, ms % 1000))->count() == ms);
}

RC_GTEST_PROP(DurationProperty, AnyTextIsRefusedOrNotNegative, (const std::string& text)) {
  const auto duration = parse_duration(text);
  if (duration) RC_ASSERT(duration->count() >= 0);
}

}  // namespace
}  // namespace ordo::base
