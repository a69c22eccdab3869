#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/iso8601.h"
#include "domain/schedule.h"

namespace ordo::domain {
namespace {

using base::ErrorCode;
using base::fail;
using base::Millis;
using base::Result;
using base::WallTime;

struct Unit {
  std::string_view one;
  std::string_view many;
  Millis length;
};
constexpr std::array<Unit, 4> kUnits = {{{"second", "seconds", std::chrono::seconds(1)},
                                         {"minute", "minutes", std::chrono::minutes(1)},
                                         {"hour", "hours", std::chrono::hours(1)},
                                         {"day", "days", std::chrono::days(1)}}};

constexpr std::string_view kForms =
    "write rate(5 minutes), cron(0 9 ? * MON-FRI *) or at(2026-11-21T09:00:00)";

// What stands in `name(…)`.
std::optional<std::string_view> body_of(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(')')) return std::nullopt;
  text.remove_prefix(name.size());
  if (!text.starts_with('(')) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text, const TimeZone& zone, WallTime anchor) {
  Result<Rule> rule = parse_rule(text);
  if (!rule) return fail(rule.error());
  return Schedule(text, *rule, zone, anchor);
}

Result<Schedule::Rule> Schedule::parse_rule(std::string_view text) {
  if (text.size() > kMaxScheduleBytes) {
    return fail(ErrorCode::invalid, fmt::format("a schedule has at most {} characters, this one {}",
                                                kMaxScheduleBytes, text.size()));
  }
  const auto is_plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
  if (!std::ranges::all_of(text, is_plain)) {
    return fail(ErrorCode::invalid, fmt::format("a schedule is plain ASCII text: {}", kForms));
  }
  if (const auto body = body_of(text, "rate")) return parse_rate(*body);
  if (const auto body = body_of(text, "at")) return parse_at(*body);
  const auto body = body_of(text, "cron");
  if (!body) {
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is no schedule: {}", text, kForms));
  }
  const Result<Cron> cron = Cron::parse(*body);
  if (!cron) return fail(cron.error());
  return *cron;
}

Result<Schedule::Rule> Schedule::parse_rate(std::string_view body) {
  const auto refuse = [body](std::string_view why) {
    return fail(ErrorCode::invalid, fmt::format("the rate \"{}\": {}", body, why));
  };
  const std::size_t space = body.find(' ');
  const std::string_view digits = body.substr(0, space);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault == std::errc::invalid_argument || end != digits.data() + digits.size() ||
      space == std::string_view::npos || digits.starts_with('-')) {
    return refuse("write a whole number, a space and a unit, as in rate(5 minutes)");
  }
  if (fault == std::errc() && value == 0) return refuse("the number must be 1 or more");
  std::string_view word = body.substr(space);
  word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
  for (const Unit& unit : kUnits) {
    if (word != unit.one && word != unit.many) continue;
    if (fault != std::errc() || value > kMaxRate / unit.length) {
      return refuse("the longest is rate(3650 days)");
    }
    const std::string_view right = value == 1 ? unit.one : unit.many;
    if (word != right) return refuse(fmt::format("after {} the unit is \"{}\"", value, right));
    return Rate{value * unit.length};
  }
  return refuse(
      fmt::format("the unit \"{}\" is none of second(s), minute(s), hour(s), day(s); "
                  "singular after 1, plural otherwise",
                  word));
}

Result<Schedule::Rule> Schedule::parse_at(std::string_view body) {
  const auto refuse = [body](std::string_view why) {
    return fail(ErrorCode::invalid, fmt::format("the time \"{}\" of at(…): {}", body, why));
  };
  constexpr std::string_view kShape = "2026-11-21T09:00:00";
  if (body.size() != kShape.size() || body[kShape.find('T')] != 'T') {
    return refuse("write it as at(2026-11-21T09:00:00), in the schedule's time zone");
  }
  const Result<WallTime> time = base::parse_time(std::string(body) + 'Z');
  if (!time) return refuse(time.error().message);
  const LocalTime at{Millis(time->ms())};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(at));
  if (const int year = static_cast<int>(date.year());
      year < kFirstScheduleYear || year > kLastScheduleYear) {
    return refuse("the year must be 1970 to 2199");
  }
  return Once{at};
}

}  // namespace ordo::domain
