#include "net/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::net {
namespace {

// 1994-11-06T08:49:37Z, the date of RFC 9110's examples.
constexpr std::int64_t kExample = 784'111'777'000;

std::optional<base::Millis> parsed(std::string_view text, std::int64_t before_ms = 0) {
  return parse_retry_after(text, base::WallTime::from_ms(kExample - before_ms));
}

TEST(RetryAfter, IsAnyNumberOfSecondsUpToItsBound) {
  EXPECT_EQ(parsed("0"), base::Millis(0));
  EXPECT_EQ(parsed("120"), base::Millis(120'000));
  EXPECT_EQ(parsed(" 7\t"), base::Millis(7'000));
  EXPECT_EQ(parsed("86400"), kMaxRetryAfter);
  EXPECT_EQ(parsed("86401"), kMaxRetryAfter);
  EXPECT_EQ(parsed("99999999999999999999999"), kMaxRetryAfter);
}

TEST(RetryAfter, IsADateInAnyOfTheThreeForms) {
  for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parsed(date, 90'500), base::Millis(90'500)) << date;
    EXPECT_EQ(parsed(date, -1), base::Millis(0)) << date;
    EXPECT_EQ(parsed(date, kMaxRetryAfter.count() + 1), kMaxRetryAfter) << date;
  }
}

TEST(RetryAfter, IsNothingElse) {
  for (const std::string bad : {"", " ", "-1", "1.5", "soon", "1m", "12:30", "2026-01-01T00:00:00Z",
                                "Sun, 99 Nov 1994 08:49:37 GMT", "now: please"}) {
    EXPECT_EQ(parsed(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parsed("Sun, 06 Nov 1994 08:49:37 GMT" + std::string(64, ' ') + "x"), std::nullopt);
}

}  // namespace
}  // namespace ordo::net
