// Schedules against a plain reading of the same rules, minute by minute.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/schedule.h"
#include "support/eventually.h"
#include "support/pick.h"
#include "support/time_zones.h"

namespace ordo::domain {
namespace {

using base::Millis;
using base::WallTime;
using std::chrono::days;
using std::chrono::minutes;
using testing::one_in;
using testing::pick;

// A field as text, and what it means.
struct Drawn {
  std::string text;
  std::set<int> values;
};

std::string written(int value, int low, const std::vector<std::string>& names) {
  if (!names.empty() && one_in(2)) return names[static_cast<std::size_t>(value - low)];
  return one_in(4) && value < 10 ? "0" + std::to_string(value) : std::to_string(value);
}

Drawn draw_item(int low, int high, const std::vector<std::string>& names) {
  const int from = pick(low, high + 1);
  const int to = pick(low, high + 1);
  const int step = pick(1, 8);
  const std::string start = written(from, low, names);
  const std::string range = start + "-" + written(to, low, names);
  const std::string by = "/" + std::to_string(step);
  Drawn drawn;
  const auto every = [&](int first, int last, int stride) {
    for (int at = first, passed = 0;; at = at == high ? low : at + 1, ++passed) {
      if (passed % stride == 0) drawn.values.insert(at);
      if (at == last) break;
    }
  };
  switch (pick(0, 6)) {
    case 0:
    case 1:
      return {start, {from}};
    case 2:
      drawn.text = range;
      every(from, to, 1);
      return drawn;
    case 3:
      drawn.text = range + by;
      every(from, to, step);
      return drawn;
    case 4:
      drawn.text = start + by;
      every(from, high, step);
      return drawn;
    default:
      drawn.text = "*" + by;
      every(low, high, step);
      return drawn;
  }
}

Drawn draw_field(int low, int high, const std::vector<std::string>& names = {}) {
  Drawn all;
  if (one_in(5)) {
    for (int value = low; value <= high; ++value) all.values.insert(value);
    all.text = "*";
    return all;
  }
  for (int left = pick(1, 4); left > 0; --left) {
    const Drawn item = draw_item(low, high, names);
    all.text += (all.text.empty() ? "" : ",") + item.text;
    all.values.insert(item.values.begin(), item.values.end());
  }
  return all;
}

// What a day of the calendar is, found by walking its month.
struct Date {
  explicit Date(std::chrono::local_days day) : on(day), date(day) {
    const std::chrono::local_days first{date.year() / date.month() / 1};
    for (auto at = first; std::chrono::year_month_day(at).month() == date.month(); at += days(1)) {
      month.push_back(at);
    }
  }
  [[nodiscard]] int of_month() const { return static_cast<int>(static_cast<unsigned>(date.day())); }
  static int of_week(std::chrono::local_days day) {
    return static_cast<int>(std::chrono::weekday(day).c_encoding()) + 1;
  }
  static bool works(std::chrono::local_days day) { return of_week(day) != 1 && of_week(day) != 7; }

  std::chrono::local_days on;
  std::chrono::year_month_day date;
  std::vector<std::chrono::local_days> month;
};

struct DrawnDay {
  std::string of_month = "?";
  std::string of_week = "?";
  std::function<bool(const Date&)> fires;
};

DrawnDay draw_special_day_of_month() {
  DrawnDay day;
  const int wanted = pick(1, 32);
  switch (pick(0, 3)) {
    case 0:
      day.of_month = "L";
      day.fires = [](const Date& on) { return on.on == on.month.back(); };
      break;
    case 1:
      day.of_month = "LW";
      day.fires = [](const Date& on) {
        return on.on == *std::find_if(on.month.rbegin(), on.month.rend(), Date::works);
      };
      break;
    default:
      day.of_month = std::to_string(wanted) + "W";
      day.fires = [wanted](const Date& on) {
        if (static_cast<std::size_t>(wanted) > on.month.size()) return false;
        const auto target = on.month[static_cast<std::size_t>(wanted - 1)];
        const auto distance = [target](auto at) { return std::chrono::abs(at - target); };
        std::optional<std::chrono::local_days> best;
        for (const auto at : on.month) {
          if (Date::works(at) && (!best || distance(at) < distance(*best))) best = at;
        }
        return on.on == best;
      };
  }
  return day;
}

const std::vector<std::string> kDays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
const std::vector<std::string> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

DrawnDay draw_special_day_of_week() {
  DrawnDay day;
  const int wanted = pick(1, 8);
  const int nth = pick(1, 6);
  if (one_in(2)) {
    day.of_week = written(wanted, 1, kDays) + "L";
    day.fires = [wanted](const Date& on) {
      return on.on == *std::find_if(on.month.rbegin(), on.month.rend(),
                                    [&](auto at) { return Date::of_week(at) == wanted; });
    };
  } else {
    day.of_week = written(wanted, 1, kDays) + "#" + std::to_string(nth);
    day.fires = [wanted, nth](const Date& on) {
      return Date::of_week(on.on) == wanted && nth == std::ranges::count_if(on.month, [&](auto at) {
                                                 return at <= on.on && Date::of_week(at) == wanted;
                                               });
    };
  }
  return day;
}

DrawnDay draw_day() {
  DrawnDay day;
  switch (pick(0, 5)) {
    case 0:
      return draw_special_day_of_month();
    case 1:
      return draw_special_day_of_week();
    case 2: {
      const Drawn field = draw_field(1, 7, kDays);
      day.of_week = field.text;
      day.fires = [field](const Date& on) { return field.values.contains(Date::of_week(on.on)); };
      return day;
    }
    default: {
      const Drawn field = draw_field(1, 31);
      day.of_month = field.text;
      day.fires = [field](const Date& on) { return field.values.contains(on.of_month()); };
      return day;
    }
  }
}

constexpr Millis kQuarter = minutes(15);

struct DrawnCron {
  Drawn minute = draw_field(0, 59);
  Drawn hour = draw_field(0, 23);
  DrawnDay day = draw_day();
  Drawn month = draw_field(1, 12, kMonths);
  std::string text;

  DrawnCron()
      : text("cron(" + minute.text + " " + hour.text + " " + day.of_month + " " + month.text + " " +
             day.of_week + " *)") {}

  // A minute fires when clocks show it for the first time.
  [[nodiscard]] std::vector<WallTime> firings(const TimeZone& zone, WallTime from,
                                              WallTime until) const {
    std::vector<bool> times(24 * 60);
    for (const int h : hour.values) {
      for (const int m : minute.values) times[static_cast<std::size_t>(h * 60 + m)] = true;
    }
    std::vector<WallTime> found;
    std::chrono::local_days today{};
    bool fires_today = false;
    LocalTime shown = local_time(zone, from - days(2));
    Millis offset{};
    for (WallTime at = from - days(2); at <= until; at = at + minutes(1)) {
      // Clocks are only changed at full quarters of an hour; asking each minute would take long.
      if (at.ms() % kQuarter.count() == 0 || at == from - days(2)) offset = zone.offset_at(at);
      const LocalTime local{Millis(at.ms()) + offset};
      const bool is_new = local > shown;
      shown = std::max(shown, local);
      if (const auto day_of = std::chrono::floor<days>(local); day_of != today) {
        today = day_of;
        const Date date(today);
        const auto which = static_cast<int>(static_cast<unsigned>(date.date.month()));
        fires_today = month.values.contains(which) && day.fires(date);
      }
      if (at <= from || !is_new || !fires_today) continue;
      if (times[static_cast<std::size_t>((local - today) / minutes(1))]) found.push_back(at);
    }
    return found;
  }
};

const std::vector<TransitionZone>& zones() {
  static const std::vector<TransitionZone> kZones = {
      testing::berlin(), testing::new_york(), testing::lord_howe(),
      TransitionZone("UTC", std::chrono::seconds(0), {})};
  return kZones;
}

RC_GTEST_PROP(Schedule, FiresWhenAPlainReadingOfItsCronDoes, ()) {
  const DrawnCron drawn;
  const TimeZone& zone = zones()[pick<std::size_t>(0, zones().size())];
  const WallTime from = WallTime::from_ms(pick<std::int64_t>(20'000'000, 60'000'000) * 60'000);
  // A minute each: the sanitizers would take two minutes over years.
  const WallTime until = from + days(testing::kSanitized ? 62 : 2 * 366);
  const auto schedule = Schedule::parse(drawn.text, zone, WallTime());
  RC_ASSERT(schedule.has_value());
  RC_LOG() << drawn.text << " in " << zone.name() << " from " << base::format_time(from) << "\n";
  WallTime at = from;
  for (const WallTime expected : drawn.firings(zone, from, until)) {
    const std::optional<WallTime> next = schedule->next(at);
    if (next != expected) {
      RC_FAIL("after " + base::format_time(at) + " it fires " +
              (next ? base::format_time(*next) : "never") + ", not " + base::format_time(expected));
    }
    at = expected;
  }
  const std::optional<WallTime> beyond = schedule->next(at);
  RC_ASSERT(!beyond || *beyond > until);
}

// Wherever one looks from.
RC_GTEST_PROP(Schedule, NextIsTheFirstOneStrictlyAfter, (std::int64_t lateness)) {
  const DrawnCron drawn;
  const TimeZone& zone = zones()[pick<std::size_t>(0, zones().size())];
  const Schedule schedule = Schedule::parse(drawn.text, zone, WallTime()).value();
  const Cron cron = Cron::parse(drawn.text.substr(5, drawn.text.size() - 6)).value();
  const WallTime after =
      WallTime::from_ms(pick<std::int64_t>(0, 120'000'000) * 60'000 + std::abs(lateness % 60'000));
  const std::optional<WallTime> next = schedule.next(after);
  RC_PRE(next.has_value());
  RC_ASSERT(*next > after);
  RC_ASSERT(cron.fires_at(local_time(zone, *next)));
  RC_ASSERT(schedule.next(*next - Millis(1)) == next);
  RC_ASSERT(schedule.latest(after, *next) == next);
  RC_ASSERT(schedule.latest(after, *next - Millis(1)) == std::nullopt);
  const WallTime later = after + minutes(pick(0, 500'000));
  const std::optional<WallTime> last = schedule.latest(after, later);
  RC_ASSERT(last.has_value() == (*next <= later));
  if (!last) return;
  RC_ASSERT(*last >= *next);
  RC_ASSERT(*last <= later);
  RC_ASSERT(schedule.next(*last).value_or(later + Millis(1)) > later);
}

RC_GTEST_PROP(Schedule, RatesKeepTheirStepFromTheAnchor, ()) {
  const WallTime anchor = WallTime::from_ms(pick<std::int64_t>(0, 4'000'000'000'000));
  const WallTime after = WallTime::from_ms(pick<std::int64_t>(0, 4'000'000'000'000));
  const int seconds = pick(2, 100'000);
  const Schedule schedule =
      Schedule::parse("rate(" + std::to_string(seconds) + " seconds)", utc(), anchor).value();
  const WallTime next = schedule.next(after).value();
  RC_ASSERT(next > after);
  RC_ASSERT(next >= anchor);
  RC_ASSERT((next - anchor) % std::chrono::seconds(seconds) == Millis(0));
  RC_ASSERT(next == anchor || next - after <= std::chrono::seconds(seconds));
  RC_ASSERT(schedule.latest(after, next) == next);
}

}  // namespace
}  // namespace ordo::domain
