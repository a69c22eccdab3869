#include "ordo/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <rapidcheck/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "support/fake_clock.h"
#include "support/json_generators.h"

namespace ordo::program {
namespace {

// What is written to standard error.
std::string written(std::string_view format, std::string_view level) {
  const testing::FakeClock clock;
  ::testing::internal::CaptureStderr();
  {
    Log log(clock, format, level);
    log.write(Level::debug, "d");
    log.write(Level::info, "i");
    log.write(Level::warning, "w");
    log.write(Level::error, "e");
    log.flush();
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(Log, WritesFromItsLevelOn) {
  EXPECT_EQ(written("human", "warning"), "03:04:05.678 warning w\n03:04:05.678 error   e\n");
  EXPECT_EQ(written("human", "error"), "03:04:05.678 error   e\n");
  const std::string all = written("json", "debug");
  EXPECT_EQ(std::ranges::count(all, '\n'), 4);
  EXPECT_NE(all.find(R"("level":"debug")"), std::string::npos);
}

TEST(Log, IsForMachinesUnlessATerminalReads) {
  EXPECT_TRUE(written("auto", "error").starts_with('{'));
}

TEST(Log, PercentAndBracesAreOnlyText) {
  const testing::FakeClock clock;
  ::testing::internal::CaptureStderr();
  Log log(clock, "human", "info");
  log.write(Level::info, "100 %v {} {0}");
  EXPECT_TRUE(log.flush());
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "03:04:05.678 info    100 %v {} {0}\n");
}

// A log into a pipe that nobody reads until drain() is called.
class StuckLog : public ::testing::Test {
 protected:
  StuckLog() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~StuckLog() override {
    for (const int end : ends_) ::close(end);
  }
  // Reads until the line with `last` is there.
  std::string drain_until(std::string_view last) {
    std::string text;
    std::array<char, 65536> buffer{};
    while (text.find(last) == std::string::npos) {
      const ssize_t got = ::read(ends_[0], buffer.data(), buffer.size());
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  // The writer has begun with what it cannot end.
  void wait_until_full() {
    pollfd end{ends_[1], POLLOUT, 0};
    while (::poll(&end, 1, 0) == 1) std::this_thread::yield();
  }
  std::array<int, 2> ends_{};
  testing::FakeClock clock_;
};

TEST_F(StuckLog, HoldsNobodyUpAndTellsWhatItDropped) {
  Log log(clock_, "json", "info", ends_[1]);
  const std::string text(1000, 'x');
  constexpr int kLines = 10'000;  // ten times what may wait
  for (int i = 0; i < kLines; ++i) log.write(Level::info, text, {{"n", std::int64_t{i}}});
  EXPECT_FALSE(log.flush(base::Millis(1)));
  const std::string flowed = drain_until(R"("n":9999})");
  auto lines = static_cast<std::size_t>(std::ranges::count(flowed, '\n'));
  std::size_t dropped = 0;
  for (std::size_t at = 0; (at = flowed.find(" lines were dropped", at)) != std::string::npos;
       ++at) {
    const std::size_t begin = flowed.rfind('"', at) + 1;
    dropped += std::stoul(flowed.substr(begin, at - begin));
    --lines;
  }
  EXPECT_GT(dropped, kLines / 2);
  EXPECT_EQ(lines + dropped, kLines) << "every line is there or counted";
  EXPECT_LT(flowed.size(), 3 * LogWriter::kMaxWaitingBytes);
  log.write(Level::info, "again");
  EXPECT_TRUE(log.flush());
}

TEST_F(StuckLog, ADeliveredLineIsOutOrNotThere) {
  Log log(clock_, "json", "info", ends_[1]);
  constexpr base::Millis kLong{60'000};
  EXPECT_TRUE(log.deliver(Level::error, "first", {}, kLong));
  log.write(Level::info, std::string(200'000, 'x'));
  wait_until_full();
  EXPECT_FALSE(log.deliver(Level::error, "second", {}, base::Millis(1)));
  log.write(Level::info, "last");
  const std::string flowed = drain_until("last");
  EXPECT_NE(flowed.find("first"), std::string::npos);
  EXPECT_EQ(flowed.find("second"), std::string::npos);
  EXPECT_TRUE(log.deliver(Level::error, "third", {}, kLong));
  EXPECT_NE(drain_until("third").find("third"), std::string::npos);
}

TEST_F(StuckLog, ADeliveredLineIsNotDroppedForOthers) {
  Log log(clock_, "json", "info", ends_[1]);
  const std::jthread others([&](const std::stop_token& stop) {
    const std::string text(1000, 'x');
    std::array<char, 4096> buffer{};
    while (!stop.stop_requested()) {
      for (int i = 0; i < 100; ++i) log.write(Level::info, text);
      EXPECT_GT(::read(ends_[0], buffer.data(), buffer.size()), 0);
    }
  });
  EXPECT_TRUE(log.deliver(Level::error, "kept", {}, base::Millis(60'000)));
}

TEST_F(StuckLog, DoesNotHoldUpTheEnd) {
  const auto began = std::chrono::steady_clock::now();
  {
    Log log(clock_, "json", "info", ends_[1]);
    for (int i = 0; i < 1000; ++i) log.write(Level::info, std::string(1000, 'x'));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(StuckLog, LongAndShortLinesComeWholeAndInOrder) {
  const std::string text(10'000, 'x');
  std::string read;
  {
    Log log(clock_, "human", "info", ends_[1]);
    for (int i = 0; i < 50; ++i) {
      log.write(Level::info, i % 3 == 0 ? text : "short", {{"n", std::int64_t{i}}});
    }
    read = drain_until("n=49");
  }
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = read.find("n=" + std::to_string(i) + "\n", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

}  // namespace
}  // namespace ordo::program
