#include "ordo/log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "support/fake_clock.h"
#include "support/json_generators.h"

namespace ordo::program {
namespace {

const base::WallTime kTime = base::WallTime::from_ms(1'767'323'045'678);

TEST(LogLine, ForMachinesIsOneJsonObjectInOrder) {
  EXPECT_EQ(format_line(LogFormat::json, kTime, Level::warning, "say \"it\"",
                        {{"path", "/a\nb"}, {"status", std::int64_t{-1}}, {"seconds", 0.25}}),
            R"({"time":"2026-01-02T03:04:05.678Z","level":"warning","message":"say \"it\"",)"
            R"("path":"/a\nb","status":-1,"seconds":0.25})");
}

TEST(LogLine, ForPeopleIsShort) {
  EXPECT_EQ(format_line(LogFormat::human, kTime, Level::info, "ready",
                        {{"address", "127.0.0.1:8080"}, {"n", std::int64_t{7}}}),
            R"(03:04:05.678 info    ready  address="127.0.0.1:8080"  n=7)");
}

RC_GTEST_PROP(LogLineProperty, AnyTextStaysOneLineOfValidJson, ()) {
  const std::string message = testing::any_characters(12);
  const std::string value = testing::any_characters(12);
  const std::string line =
      format_line(LogFormat::json, kTime, Level::error, message, {{"value", value}});
  RC_ASSERT(line.find('\n') == std::string::npos);
  const boost::json::value json = boost::json::parse(line);
  RC_ASSERT(json.at("message").as_string() == message);
  const boost::json::value* const kept = json.as_object().if_contains("value");
  RC_ASSERT((value.empty() ? kept == nullptr : kept->as_string() == value));
  RC_ASSERT(json.as_object().size() == (value.empty() ? 3U : 4U));
  const std::string human =
      format_line(LogFormat::human, kTime, Level::error, "m", {{"value", value}});
  RC_ASSERT(human.find('\n') == std::string::npos);
}

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
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "03:04:05.678 info    100 %v {} {0}\n");
}

}  // namespace
}  // namespace ordo::program
