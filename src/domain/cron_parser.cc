#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/text.h"
#include "domain/cron.h"

namespace ordo::domain {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

struct Field {
  std::string_view name;
  unsigned low;
  unsigned high;
  std::span<const std::string_view> names;  // the first is `low`
  std::string_view allowed;
  bool goes_round = true;
};

constexpr std::array<std::string_view, 12> kMonthNames = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kDayNames = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};
constexpr Field kMinute{"minute", 0, 59, {}, "0-59 with * , - /"};
constexpr Field kHour{"hour", 0, 23, {}, "0-23 with * , - /"};
constexpr Field kDayOfMonth{"day-of-month", 1, 31, {}, "1-31 with * , - / ? L W"};
constexpr Field kMonth{"month", 1, 12, kMonthNames, "1-12 or JAN-DEC with * , - /"};
constexpr Field kDayOfWeek{"day-of-week", 1, 7, kDayNames,
                           "1-7 (1 is Sunday) or SUN-SAT with * , - / ? L #"};
constexpr Field kYear{"year",
                      static_cast<unsigned>(kFirstScheduleYear),
                      static_cast<unsigned>(kLastScheduleYear),
                      {},
                      "1970-2199 with * , - /",
                      false};

using Values = std::bitset<kLastScheduleYear - kFirstScheduleYear + 1>;  // from the field's low on

std::unexpected<base::Error> refuse(const Field& field, std::string_view text,
                                    std::string_view why) {
  return fail(ErrorCode::invalid,
              fmt::format("the {} \"{}\" of the cron expression: {}; allowed: {}", field.name, text,
                          why, field.allowed));
}

std::optional<unsigned> number(std::string_view text) {
  constexpr std::size_t kMaxDigits = 4;
  unsigned value = 0;
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  for (const char c : text) {
    if (!base::is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

Result<unsigned> value_of(const Field& field, std::string_view whole, std::string_view text) {
  if (const auto name = std::ranges::find(field.names, text); name != field.names.end()) {
    return field.low + static_cast<unsigned>(name - field.names.begin());
  }
  const std::optional<unsigned> value = number(text);
  if (!value) return refuse(field, whole, fmt::format("\"{}\" cannot be read", text));
  if (*value < field.low || *value > field.high) {
    return refuse(field, whole, fmt::format("{} is out of range", text));
  }
  return *value;
}

// One of a list: `*`, `a`, `a-b`, each perhaps with `/n`.
Result<void> add_item(const Field& field, std::string_view whole, std::string_view item,
                      Values& values) {
  const std::size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  const bool steps = slash != std::string_view::npos;
  const std::optional<unsigned> step = steps ? number(item.substr(slash + 1)) : 1;
  if (!step || *step == 0) return refuse(field, whole, "after / stands a number over 0");
  unsigned from = field.low;
  unsigned to = field.high;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    const Result<unsigned> first = value_of(field, whole, range.substr(0, dash));
    if (!first) return fail(first.error());
    from = *first;
    if (dash != std::string_view::npos) {
      const Result<unsigned> last = value_of(field, whole, range.substr(dash + 1));
      if (!last) return fail(last.error());
      to = *last;
    } else if (!steps) {
      to = from;
    }
  }
  const unsigned size = field.high - field.low + 1;
  if (from > to && !field.goes_round) return refuse(field, whole, "the range runs backwards");
  const unsigned length = (to + size - from) % size;
  for (unsigned at = 0; at <= length; at += *step) values.set((from - field.low + at) % size);
  return {};
}

// A list. `special` takes the items that only this field knows, and says whether it did.
template <class Special>
Result<Values> values_of(const Field& field, std::string_view text, Special special) {
  Values values;
  const std::vector<std::string_view> items = base::split(text, ',');
  for (const std::string_view item : items) {
    if (item.empty()) return refuse(field, text, "something is missing beside a comma");
    if (item == "*" && items.size() > 1) return refuse(field, text, "* stands alone");
    if (item == "?") return refuse(field, text, "? stands alone, as one of the two days");
    const Result<bool> taken = special(item);
    if (!taken) return fail(taken.error());
    if (*taken) continue;
    if (Result<void> added = add_item(field, text, item, values); !added) {
      return fail(added.error());
    }
  }
  return values;
}

Result<Values> values_of(const Field& field, std::string_view text) {
  return values_of(field, text, [](std::string_view) { return Result<bool>(false); });
}

// Bit n is n.
std::uint64_t bits(const Field& field, const Values& values) {
  std::uint64_t set = 0;
  for (unsigned at = 0; at <= field.high - field.low; ++at) {
    if (values[at]) set |= std::uint64_t{1} << (field.low + at);
  }
  return set;
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  std::vector<std::string_view> words;
  for (std::size_t from = text.find_first_not_of(kSpace); from != std::string_view::npos;
       from = text.find_first_not_of(kSpace)) {
    text.remove_prefix(from);
    words.push_back(text.substr(0, text.find_first_of(kSpace)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

}  // namespace

class CronParser {
 public:
  static Result<Cron> parse(std::span<const std::string_view> fields) {
    Cron cron;
    const Result<Values> minutes = values_of(kMinute, fields[0]);
    if (!minutes) return fail(minutes.error());
    const Result<Values> hours = values_of(kHour, fields[1]);
    if (!hours) return fail(hours.error());
    const Result<Values> months = values_of(kMonth, fields[3]);
    if (!months) return fail(months.error());
    const Result<Cron::Days> days = days_of(fields[2], fields[4]);
    if (!days) return fail(days.error());
    const Result<Values> years = values_of(kYear, fields[5]);
    if (!years) return fail(years.error());
    cron.minutes_ = bits(kMinute, *minutes);
    cron.hours_ = static_cast<std::uint32_t>(bits(kHour, *hours));
    cron.months_ = static_cast<std::uint32_t>(bits(kMonth, *months));
    cron.days_ = *days;
    cron.years_ = *years;
    return cron;
  }

 private:
  static Result<Cron::Days> days_of(std::string_view of_month, std::string_view of_week) {
    if ((of_month == "?") == (of_week == "?")) {
      return fail(ErrorCode::invalid,
                  fmt::format("the day-of-month \"{}\" and the day-of-week \"{}\" of the cron "
                              "expression: exactly one of them must be ?",
                              of_month, of_week));
    }
    return of_week == "?" ? days_of_month(of_month) : days_of_week(of_week);
  }

  static Result<Cron::Days> days_of_month(std::string_view text) {
    Cron::Days days;
    if (text == "LW") {
      days.last_weekday = true;
      return days;
    }
    if (text.find('W') != std::string_view::npos) {
      const std::optional<unsigned> day = number(text.substr(0, text.size() - 1));
      if (!text.ends_with('W') || !day) {
        return refuse(kDayOfMonth, text, "W stands alone behind one day, as in 15W or LW");
      }
      const Result<unsigned> known = value_of(kDayOfMonth, text, text.substr(0, text.size() - 1));
      if (!known) return fail(known.error());
      days.nearest_weekday_to = *known;
      return days;
    }
    const Result<Values> values =
        values_of(kDayOfMonth, text, [&days](std::string_view item) -> Result<bool> {
          if (item != "L") return false;
          days.last_of_month = true;
          return true;
        });
    if (!values) return fail(values.error());
    days.of_month = static_cast<std::uint32_t>(bits(kDayOfMonth, *values));
    return days;
  }

  static Result<Cron::Days> days_of_week(std::string_view text) {
    Cron::Days days;
    if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
      constexpr unsigned kMaxNth = 5;
      const std::optional<unsigned> nth = number(text.substr(hash + 1));
      if (!nth || *nth == 0 || *nth > kMaxNth) {
        return refuse(kDayOfWeek, text, "# stands alone between a day and 1-5, as in 3#2");
      }
      const Result<unsigned> day = value_of(kDayOfWeek, text, text.substr(0, hash));
      if (!day) return fail(day.error());
      days.nth_of_week = *day;
      days.nth = *nth;
      return days;
    }
    const Result<Values> values =
        values_of(kDayOfWeek, text, [&](std::string_view item) -> Result<bool> {
          if (!item.ends_with('L')) return false;
          if (item == "L") {
            days.of_week = 1U << kDayOfWeek.high;
            return true;
          }
          const Result<unsigned> day = value_of(kDayOfWeek, text, item.substr(0, item.size() - 1));
          if (!day) return fail(day.error());
          days.last_of_week |= 1U << *day;
          return true;
        });
    if (!values) return fail(values.error());
    days.of_week |= static_cast<std::uint32_t>(bits(kDayOfWeek, *values));
    return days;
  }
};

Result<Cron> Cron::parse(std::string_view fields) {
  constexpr std::size_t kFields = 6;
  std::string upper(fields);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const std::vector<std::string_view> words = words_of(upper);
  if (words.size() != kFields) {
    return fail(ErrorCode::invalid,
                fmt::format("the cron expression \"{}\" has {} fields, not six: minute hour "
                            "day-of-month month day-of-week year, as in cron(0 9 ? * MON-FRI *)",
                            fields, words.size()));
  }
  return CronParser::parse(words);
}

}  // namespace ordo::domain
