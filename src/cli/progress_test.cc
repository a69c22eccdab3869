#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ordo::cli {
namespace {

TEST(Bar, ShowsThePart) {
  EXPECT_THAT(bar(0, 10), ::testing::HasSubstr("  0 %"));
  EXPECT_THAT(bar(5, 10), ::testing::HasSubstr(" 50 %"));
  EXPECT_THAT(bar(20, 10), ::testing::HasSubstr("100 %"));
  EXPECT_EQ(bar(1, 3).size(), bar(0, 0).size());
}

// Work that could tell "step N" each half second.
class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() {
    environment_.now = [this] { return now_; };
  }

  std::string told_in(int steps, std::optional<base::Millis> between_log_lines = std::nullopt) {
    ::testing::internal::CaptureStderr();
    {
      Progress progress(environment_, between_log_lines);
      for (int step = 0; step < steps; ++step) {
        if (progress.due()) progress.show("step " + std::to_string(step));
        now_ = now_ + base::Millis(500);
      }
    }
    return ::testing::internal::GetCapturedStderr();
  }

  Environment environment_;

 private:
  base::MonoTime now_ = base::MonoTime::from_ns(7);
};

TEST_F(ProgressTest, IsOneLineOnATerminalThatIsTakenAway) {
  environment_.progress = true;
  EXPECT_EQ(told_in(2), "\rstep 0\033[K\rstep 1\033[K\r\033[K");
}

TEST_F(ProgressTest, OnATerminalTheLogsPaceDoesNotCount) {
  environment_.progress = true;
  EXPECT_EQ(told_in(2, base::Millis(10'000)), "\rstep 0\033[K\rstep 1\033[K\r\033[K");
}

TEST_F(ProgressTest, IsNothingWithoutATerminal) {
  EXPECT_EQ(told_in(100), "");
}

TEST_F(ProgressTest, OfLongWorkIsALineNowAndThenWithoutATerminal) {
  EXPECT_EQ(told_in(45, base::Millis(10'000)), "step 20\nstep 40\n");
}

TEST_F(ProgressTest, OfWorkThatEndsSoonIsNothingWithoutATerminal) {
  EXPECT_EQ(told_in(20, base::Millis(10'000)), "");
}

}  // namespace
}  // namespace ordo::cli
