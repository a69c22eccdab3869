#include "base/log_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "base/json.h"
#include "support/json_generators.h"

namespace ordo::base {
namespace {

const WallTime kLineTime = WallTime::from_ms(1'767'323'045'678);

TEST(LogLine, ForMachinesIsOneJsonObjectInOrder) {
  EXPECT_EQ(format_line(LogFormat::json, kLineTime, Level::warning, "say \"it\"",
                        {{"path", "/a\nb"}, {"status", std::int64_t{-1}}, {"seconds", 0.25}}),
            R"({"time":"2026-01-02T03:04:05.678Z","level":"warning","message":"say \"it\"",)"
            R"("path":"/a\nb","status":-1,"seconds":0.25})");
}

TEST(LogLine, ForPeopleIsShort) {
  EXPECT_EQ(format_line(LogFormat::human, kLineTime, Level::info, "ready",
                        {{"address", "127.0.0.1:8080"}, {"n", std::int64_t{7}}}),
            R"(03:04:05.678 info    ready  address="127.0.0.1:8080"  n=7)");
}

RC_GTEST_PROP(LogLineProperty, AnyTextStaysOneLineOfValidJson, ()) {
  const std::string message = testing::any_characters(12);
  const std::string value = testing::any_characters(12);
  const std::string line =
      format_line(LogFormat::json, kLineTime, Level::error, message, {{"value", value}});
  RC_ASSERT(line.find('\n') == std::string::npos);
  const boost::json::value json = boost::json::parse(line);
  RC_ASSERT(json.at("message").as_string() == message);
  const boost::json::value* const kept = json.as_object().if_contains("value");
  RC_ASSERT((value.empty() ? kept == nullptr : kept->as_string() == value));
  RC_ASSERT(json.as_object().size() == (value.empty() ? 3U : 4U));
  const std::string human =
      format_line(LogFormat::human, kLineTime, Level::error, "m", {{"value", value}});
  RC_ASSERT(human.find('\n') == std::string::npos);
}

TEST(LogLine, BytesThatAreNoTextAreReplaced) {
  const std::string_view bad = "a\xff\xc3z \xed\xa0\x80";
  const std::string good = "a\xef\xbf\xbd\xef\xbf\xbdz \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd";
  const auto line = [&](LogFormat format) {
    return format_line(format, WallTime(), Level::info, bad, {{"x", bad}});
  };
  const auto json = parse_json_object(line(LogFormat::json));
  ASSERT_TRUE(json.has_value()) << json.error().message;
  EXPECT_EQ(text_of(*json, "message"), good);
  EXPECT_EQ(text_of(*json, "x"), good);
  EXPECT_EQ(line(LogFormat::human), "00:00:00.000 info    " + good + "  x=\"" + good + "\"");
}

}  // namespace
}  // namespace ordo::base
