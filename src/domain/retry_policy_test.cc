#include "domain/retry_policy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ordo::domain {
namespace {

using base::Millis;

constexpr Backoff kPlain{Millis(1000), 2.0, Millis(10'000), Jitter::none};

TEST(RetryPolicy, PausesGrowByTheFactorUpToTheCap) {
  EXPECT_EQ(backoff_pause(kPlain, 1, 7), Millis(1000));
  EXPECT_EQ(backoff_pause(kPlain, 2, 7), Millis(2000));
  EXPECT_EQ(backoff_pause(kPlain, 4, 7), Millis(8000));
  EXPECT_EQ(backoff_pause(kPlain, 5, 7), Millis(10'000));
  EXPECT_EQ(backoff_pause(kPlain, 1000, 7), Millis(10'000));
}

TEST(RetryPolicy, TheLastAttemptIsFollowedByNone) {
  EXPECT_TRUE(pause_after({"E", "x"}, 2, 3, kPlain, 0));
  EXPECT_FALSE(pause_after({"E", "x"}, 3, 3, kPlain, 0));
  EXPECT_FALSE(pause_after({"E", "x"}, 1, 1, kPlain, 0));
}

TEST(RetryPolicy, APermanentFailureIsNotTriedAgain) {
  EXPECT_FALSE(pause_after({.type = "E", .message = "x", .permanent = true}, 1, 3, kPlain, 0));
}

TEST(RetryPolicy, TheHandlersOwnPauseCounts) {
  Failure failure{"E", "x"};
  failure.retry_after = Millis(42);
  EXPECT_EQ(pause_after(failure, 1, 3, kPlain, 0), Millis(42));
  failure.retry_after = std::chrono::hours(1000);
  EXPECT_EQ(pause_after(failure, 1, 3, kPlain, 0), kMaxAskedPause);
  failure.retry_after = Millis(-5);
  EXPECT_EQ(pause_after(failure, 1, 3, kPlain, 0), Millis(0));
}

TEST(RetryPolicy, ALostAttemptIsRepeatedAtOnce) {
  Failure failure{"Lost", "x"};
  failure.lost = true;
  EXPECT_EQ(pause_after(failure, 1, 3, kPlain, 0), Millis(0));
  EXPECT_FALSE(pause_after(failure, 3, 3, kPlain, 0));
}

RC_GTEST_PROP(RetryPolicy, JitterStaysWithinItsBounds,
              (std::uint32_t attempts, std::uint64_t chance)) {
  Backoff backoff = kPlain;
  const Millis plain = backoff_pause(backoff, attempts, chance);
  RC_ASSERT(plain >= Millis(1000) && plain <= Millis(10'000));
  backoff.jitter = Jitter::full;
  const Millis full = backoff_pause(backoff, attempts, chance);
  RC_ASSERT(full >= Millis(0) && full <= plain);
  backoff.jitter = Jitter::equal;
  const Millis equal = backoff_pause(backoff, attempts, chance);
  RC_ASSERT(equal >= plain / 2 && equal <= plain);
}

}  // namespace
}  // namespace ordo::domain
