#include <gtest/gtest.h>
#include <sys/resource.h>

#include <set>
#include <thread>

#include "system/clock.h"
#include "system/open_files.h"
#include "system/random.h"
#include "system/signals.h"

namespace ordo::system {
namespace {

TEST(SystemClock, MonotonicTimeNeverGoesBack) {
  const SystemClock clock;
  base::MonoTime last = clock.mono();
  for (int i = 0; i < 1000; ++i) {
    const base::MonoTime now = clock.mono();
    EXPECT_LE(last, now);
    last = now;
  }
}

TEST(SystemClock, WallTimeIsOfThisCentury) {
  EXPECT_GT(SystemClock().wall(), base::WallTime::from_ms(1'700'000'000'000));
  EXPECT_LT(SystemClock().wall(), base::WallTime::from_ms(4'102'444'800'000));
}

TEST(SystemRandom, ThreadsDrawDifferentNumbers) {
  SystemRandom random;
  std::set<std::uint64_t> here;
  std::set<std::uint64_t> there;
  std::jthread([&] {
    for (int i = 0; i < 100; ++i) there.insert(random.next());
  }).join();
  for (int i = 0; i < 100; ++i) here.insert(random.next());
  EXPECT_EQ(here.size(), 100U);
  here.merge(there);
  EXPECT_EQ(here.size(), 200U);
}

TEST(OpenFiles, TheLimitIsRaisedAsFarAsItMayBe) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{before.rlim_cur / 2, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_file_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(SignalWaiter, ReturnsTheSignalThatCame) {
  const SignalWaiter waiter;
  EXPECT_EQ(waiter.wait_for(base::Millis(0)), std::nullopt);
  raise(SIGTERM);
  EXPECT_EQ(waiter.wait(), SIGTERM);
  raise(SIGINT);
  EXPECT_EQ(waiter.wait_for(base::Millis(1000)), SIGINT);
  raise(SIGPIPE);  // ignored: the test goes on
}

}  // namespace
}  // namespace ordo::system
