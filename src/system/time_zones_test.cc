#include "system/time_zones.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "domain/schedule.h"
#include "support/pick.h"
#include "support/temp_dir.h"
#include "support/time_zones.h"
#include "system/time_zone_file.h"
#include "system/time_zone_rule.h"

namespace ordo::system {
namespace {

using base::WallTime;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::utc_time;

std::string big_endian(std::int64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

struct Change {
  std::int64_t second;
  int type;
};

// A file of the second version, with an empty first part.
struct ZoneFile {
  std::vector<int> offsets;
  std::vector<Change> changes = {};
  std::string rule = {};
  std::int64_t leaps = 0;

  [[nodiscard]] std::string part(char version, int time_bytes, bool full) const {
    const auto count = [&](std::size_t n) {
      return big_endian(full ? static_cast<std::int64_t>(n) : 0, 4);
    };
    std::string text = "TZif" + std::string(1, version) + std::string(15, '\0');
    text += count(0) + count(0) + count(static_cast<std::size_t>(leaps)) + count(changes.size()) +
            count(offsets.size()) + count(4);
    if (!full) return text;
    for (const Change& change : changes) text += big_endian(change.second, time_bytes);
    for (const Change& change : changes) text += static_cast<char>(change.type);
    for (const int offset : offsets) text += big_endian(offset, 4) + std::string(2, '\0');
    return text + "ABC" + std::string(1 + static_cast<std::size_t>(leaps * 12), '\0');
  }
  [[nodiscard]] std::string bytes() const {
    return part('2', 4, false) + part('2', 8, true) + "\n" + rule + "\n";
  }
};

domain::TransitionZone zone_of(const ZoneFile& file) {
  return parse_time_zone_file("Test", file.bytes()).value();
}

std::string fault_of(const std::string& bytes) {
  const base::Result<domain::TransitionZone> zone = parse_time_zone_file("Test", bytes);
  return zone ? "none" : zone.error().message;
}

TEST(TimeZoneFile, GivesTheOffsetsOfItsTransitions) {
  const domain::TransitionZone zone =
      zone_of({{3600, 7200, -1800}, {{1'000'000'000, 1}, {1'100'000'000, 2}}});
  EXPECT_EQ(zone.offset_at(WallTime::from_ms(999'999'999'999)), hours(1));
  EXPECT_EQ(zone.offset_at(WallTime::from_ms(1'000'000'000'000)), hours(2));
  EXPECT_EQ(zone.offset_at(WallTime::from_ms(1'100'000'000'000)), minutes(-30));
}

TEST(TimeZoneFile, TransitionsBeforeAllTimeSayHowItBegins) {
  const domain::TransitionZone zone =
      zone_of({{3600, 7200}, {{-576'460'752'303'423'488, 1}, {576'460'752'303'423'488, 0}}});
  EXPECT_EQ(zone.offset_at(utc_time("1500-01-01T00:00:00Z")), hours(2));
  EXPECT_EQ(zone.offset_at(utc_time("9500-01-01T00:00:00Z")), hours(2));
}

TEST(TimeZoneFile, TheFirstVersionHasTimesOf32Bits) {
  const ZoneFile file{{0, 3600}, {{-1'000'000'000, 1}, {1'000'000'000, 0}}};
  const auto zone = parse_time_zone_file("Test", file.part('\0', 4, true)).value();
  EXPECT_EQ(zone.offset_at(utc_time("1930-01-01T00:00:00Z")), seconds(0));
  EXPECT_EQ(zone.offset_at(utc_time("1990-01-01T00:00:00Z")), hours(1));
  EXPECT_EQ(zone.offset_at(utc_time("2020-01-01T00:00:00Z")), seconds(0));
}

TEST(TimeZoneFile, ItsRuleHoldsAfterItsLastTransition) {
  const domain::TransitionZone zone =
      zone_of({{3600, 7200}, {{1'774'746'000, 1}}, "CET-1CEST,M3.5.0,M10.5.0/3"});
  EXPECT_EQ(zone.offset_at(utc_time("2026-03-29T00:59:59Z")), hours(1));
  EXPECT_EQ(zone.offset_at(utc_time("2026-10-25T00:59:59Z")), hours(2));
  EXPECT_EQ(zone.offset_at(utc_time("2026-10-25T01:00:00Z")), hours(1));
  EXPECT_EQ(zone.offset_at(utc_time("2199-07-01T00:00:00Z")), hours(2));
}

TEST(TimeZoneFile, ARuleAloneIsEnough) {
  const domain::TransitionZone zone = zone_of({{-18000}, {}, "EST5EDT,M3.2.0,M11.1.0"});
  const domain::TransitionZone known = testing::new_york();
  for (WallTime at = utc_time("1970-06-01T00:00:00Z"); at < utc_time("2199-12-31T00:00:00Z");
       at = at + hours(5)) {
    ASSERT_EQ(zone.offset_at(at), known.offset_at(at)) << base::format_time(at);
  }
}

TEST(TimeZoneFile, RulesHaveManyForms) {
  const auto offset = [](const std::string& rule, const std::string& at) {
    return std::chrono::duration_cast<minutes>(zone_of({{0}, {}, rule}).offset_at(utc_time(at)))
        .count();
  };
  EXPECT_EQ(offset("JST-9", "2026-07-01T00:00:00Z"), 540);
  EXPECT_EQ(offset("<+0545>-5:45", "2026-07-01T00:00:00Z"), 345);
  EXPECT_EQ(offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z"), -120);
  EXPECT_EQ(offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z"), -60);
  // Ireland: winter time is the one that is put in.
  EXPECT_EQ(offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z"), 60);
  EXPECT_EQ(offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-12-01T00:00:00Z"), 0);
  // More than a day after a Thursday.
  EXPECT_EQ(offset("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z"), 120);
  EXPECT_EQ(offset("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z"), 180);
  // Days of the year, with and without the leap day.
  EXPECT_EQ(offset("AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z"), 0);
  EXPECT_EQ(offset("AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z"), 60);
  EXPECT_EQ(offset("AAA0BBB,59/0,300/0", "2028-02-28T23:59:59Z"), 0);
  EXPECT_EQ(offset("AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z"), 60);
  EXPECT_EQ(offset("AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z"), 60);
  EXPECT_EQ(offset("AAA0:00:30BBB-2:30:15,J60/+1:30:30,J300/0", "2027-07-01T00:00:00Z"), 150);
}

TEST(TimeZoneFile, SummerTimeForAllTheYearLeavesNoGap) {
  const domain::TransitionZone zone = zone_of({{0}, {}, "XXX3EDT4,0/0,J365/23"});
  for (const char* at : {"2026-01-01T02:59:59Z", "2026-01-01T03:00:00Z", "2026-07-01T00:00:00Z"}) {
    EXPECT_EQ(zone.offset_at(utc_time(at)), hours(-4)) << at;
  }
  EXPECT_EQ(zone.moments_of(testing::local_minute("2025-12-31T23:30")),
            domain::Moments(domain::Unique{utc_time("2026-01-01T03:30:00Z")}));
}

TEST(TimeZoneFile, SaysWhatIsWrong) {
  EXPECT_EQ(fault_of(""), "it is no TZif file");
  EXPECT_EQ(fault_of(std::string(100, 'x')), "it is no TZif file");
  EXPECT_EQ(fault_of(ZoneFile{{}}.bytes()), "it has no offset");
  EXPECT_EQ(fault_of(ZoneFile{{100'000}}.bytes()), "an offset is over a day");
  EXPECT_EQ(fault_of(ZoneFile{{0}, {{5, 1}}}.bytes()), "a transition has no type");
  EXPECT_EQ(fault_of(ZoneFile{{0}, {{5, 0}, {5, 0}}}.bytes()), "its transitions are not in order");
  EXPECT_EQ(fault_of(ZoneFile{.offsets = {0}, .leaps = 1}.bytes()), "it counts leap seconds");
  for (const char* rule : {"C-1", "CET", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0",
                           "CET-1CEST,M13.5."
                           "0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,J0,J5", "CET-1CEST,366,5", "CET-1CEST,M3.5.0/168,M10.5.0",
                           "<+01-1", "CET-1CEST,M3.5.0,M10.5.0,", "CET-1 "}) {
    EXPECT_EQ(fault_of(ZoneFile{{0}, {}, rule}.bytes()), "its yearly rule cannot be read") << rule;
  }
}

TEST(TimeZoneFile, IsNotUsedWhenCutShort) {
  const std::string bytes =
      ZoneFile{{3600, 7200}, {{1'774'746'000, 1}}, "CET-1CEST,M3.5.0,M10.5.0/3"}.bytes();
  ASSERT_EQ(fault_of(bytes), "none");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(fault_of(bytes.substr(0, length)), "none") << length;
  }
}

RC_GTEST_PROP(TimeZoneFile, DamageNeverHarms, (std::vector<std::uint8_t> damage)) {
  std::string bytes =
      ZoneFile{{3600, 7200}, {{1'774'746'000, 1}}, "CET-1CEST,M3.5.0,M10.5.0/3"}.bytes();
  for (const std::uint8_t value : damage) {
    bytes[testing::pick<std::size_t>(0, bytes.size())] = static_cast<char>(value);
  }
  const auto zone = parse_time_zone_file("Test", bytes);
  if (!zone) return;
  const WallTime at = WallTime::from_ms(testing::pick<std::int64_t>(0, 4'000'000'000'000));
  RC_ASSERT(std::chrono::abs(zone->offset_at(at)) < domain::kMaxOffset);
  RC_ASSERT(!std::holds_alternative<domain::Skipped>(zone->moments_of(local_time(*zone, at))));
}

TEST(TimeZones, AreThoseOfTheMachine) {
  struct Known {
    domain::TransitionZone zone;
    const char* since;
  };
  TimeZones zones;
  for (const Known& known : {Known{testing::berlin(), "1997-01-01T00:00:00Z"},
                             Known{testing::new_york(), "2008-01-01T00:00:00Z"},
                             Known{testing::lord_howe(), "2009-01-01T00:00:00Z"}}) {
    const auto zone = zones.find(known.zone.name());
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ((*zone)->name(), known.zone.name());
    for (WallTime at = utc_time(known.since); at < utc_time("2199-12-31T00:00:00Z");
         at = at + minutes(150)) {
      ASSERT_EQ((*zone)->offset_at(at), known.zone.offset_at(at)) << base::format_time(at);
    }
  }
}

TEST(TimeZones, HaveTheirHistory) {
  TimeZones zones;
  const domain::TimeZone& apia = **zones.find("Pacific/Apia");
  EXPECT_EQ(apia.moments_of(testing::local_minute("2011-12-30T12:00")),
            domain::Moments(domain::Skipped{utc_time("2011-12-30T10:00:00Z")}));
  const auto schedule = domain::Schedule::parse("cron(0 12 * * ? *)", apia, WallTime()).value();
  EXPECT_EQ(schedule.next(utc_time("2011-12-29T22:00:00Z")), utc_time("2011-12-30T22:00:00Z"));
  EXPECT_EQ((*zones.find("Asia/Tokyo"))->offset_at(utc_time("1950-07-01T00:00:00Z")), hours(10));
}

TEST(TimeZones, AreReadOnce) {
  TimeZones zones;
  EXPECT_EQ(*zones.find("Europe/Berlin"), *zones.find("Europe/Berlin"));
  EXPECT_EQ(*zones.find("UTC"), &domain::utc());
}

TEST(TimeZones, UnknownNamesAreSaidWithAnExample) {
  TimeZones zones;
  const auto fault = [&zones](const std::string& name) {
    const auto zone = zones.find(name);
    return zone ? "none" : zone.error().message;
  };
  EXPECT_EQ(fault("Europe/Berln"),
            "there is no time zone Europe/Berln; write an IANA name such as Europe/Berlin or UTC");
  EXPECT_EQ(fault("Europe"),
            "there is no time zone Europe; write an IANA name such as Europe/Berlin or UTC");
  for (const char* name : {"", "/etc/passwd", "../../../etc/passwd", "Europe/\x1b[31m", "GMT 1"}) {
    EXPECT_EQ(fault(name),
              "this is no name of a time zone; write an IANA name such as Europe/Berlin or UTC");
  }
  EXPECT_NE(fault(std::string(65, 'A')), "none");
}

TEST(TimeZones, AMachineWithoutThemHasUtc) {
  const testing::TempDir directory;
  TimeZones zones(directory.path() / "none");
  EXPECT_TRUE(zones.find("UTC"));
  EXPECT_NE(zones.find("Europe/Berlin").error().message.find("package tzdata"), std::string::npos);
}

TEST(TimeZones, AFileThatIsNoneIsNamed) {
  const testing::TempDir directory;
  std::ofstream(directory.path() / "Odd") << "something else";
  std::ofstream(directory.path() / "Long") << "TZif" << std::string(kMaxZoneBytes, '\0');
  TimeZones zones(directory.path());
  EXPECT_NE(zones.find("Odd").error().message.find("cannot be used: it is no TZif file"),
            std::string::npos);
  EXPECT_NE(zones.find("Long").error().message.find("cannot be used: it is too large"),
            std::string::npos);
}

}  // namespace
}  // namespace ordo::system
