#include "system/time_zone_rule.h"

#include <cstddef>

#include "base/text.h"

namespace ordo::system {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;

// Reads what it expects, or remembers that it could not.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char expected) { ok_ = take(expected) && ok_; }

  int number(int low, int high) {
    constexpr std::size_t kMaxDigits = 3;
    int value = 0;
    std::size_t digits = 0;
    for (; digits < kMaxDigits && !text_.empty() && base::is_digit(text_.front()); ++digits) {
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    if (digits == 0 || value < low || value > high) ok_ = false;
    return value;
  }
  // "CEST" or "<+0330>".
  void name() {
    const bool quoted = take('<');
    std::size_t length = 0;
    while (length < text_.size() && (base::is_letter(text_[length]) ||
                                     (quoted && (base::is_digit(text_[length]) ||
                                                 text_[length] == '+' || text_[length] == '-')))) {
      ++length;
    }
    text_.remove_prefix(length);
    if (length < 3) ok_ = false;
    if (quoted) need('>');
  }
  // [+-]h[hh][:mm[:ss]]
  seconds time(int max_hours) {
    const bool negative = take('-');
    if (!negative) take('+');
    seconds value = hours(number(0, max_hours));
    if (take(':')) value += minutes(number(0, 59));
    if (take(':')) value += seconds(number(0, 59));
    return negative ? -value : value;
  }
  [[nodiscard]] bool next_is(char c) const { return !text_.empty() && text_.front() == c; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view text_;
  bool ok_ = true;
};

YearlyDay scan_day(Scanner& in) {
  YearlyDay day;
  in.need(',');
  if (in.take('M')) {
    day.month = in.number(1, 12);
    in.need('.');
    day.week = in.number(1, 5);
    in.need('.');
    day.day = in.number(0, 6);
  } else if (in.take('J')) {
    day.kind = YearlyDay::Kind::day_without_leap;
    day.day = in.number(1, 365);
  } else {
    day.kind = YearlyDay::Kind::day_with_leap;
    day.day = in.number(0, 365);
  }
  constexpr int kMaxHours = 167;
  if (in.take('/')) day.time = in.time(kMaxHours);
  return day;
}

sys_days day_in(const YearlyDay& rule, year in) {
  const auto of_month = month(static_cast<unsigned>(rule.month));
  switch (rule.kind) {
    case YearlyDay::Kind::weekday_of_month: {
      const weekday of_week(static_cast<unsigned>(rule.day));
      constexpr int kLast = 5;
      if (rule.week == kLast) return in / of_month / of_week[std::chrono::last];
      return in / of_month / of_week[static_cast<unsigned>(rule.week)];
    }
    case YearlyDay::Kind::day_without_leap: {
      constexpr int kFebruary28 = 59;
      const bool after_leap_day = in.is_leap() && rule.day > kFebruary28;
      return sys_days(in / 1 / 1) + days(rule.day - (after_leap_day ? 0 : 1));
    }
    case YearlyDay::Kind::day_with_leap:
      break;
  }
  return sys_days(in / 1 / 1) + days(rule.day);
}

}  // namespace

std::chrono::sys_seconds YearlyDay::in(year which) const {
  return day_in(*this, which) + time;
}

std::vector<domain::TransitionZone::Transition> ZoneRule::transitions_in(year which) const {
  if (!summer) return {{base::WallTime() + (sys_days(which / 1 / 1).time_since_epoch()), standard}};
  const auto moment = [which](const YearlyDay& day, seconds offset) {
    return base::WallTime() + (day.in(which).time_since_epoch() - offset);
  };
  const domain::TransitionZone::Transition start{moment(summer->start, standard), summer->offset};
  const domain::TransitionZone::Transition end{moment(summer->end, summer->offset), standard};
  if (start.at < end.at) return {start, end};
  return {end, start};
}

Result<ZoneRule> parse_zone_rule(std::string_view text) {
  constexpr int kMaxHours = 24;
  Scanner in(text);
  ZoneRule rule;
  in.name();
  rule.standard = -in.time(kMaxHours);
  if (!in.at_end()) {
    ZoneRule::Summer summer;
    in.name();
    summer.offset = in.next_is(',') ? rule.standard + hours(1) : -in.time(kMaxHours);
    summer.start = scan_day(in);
    summer.end = scan_day(in);
    rule.summer = summer;
  }
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::invalid, "its yearly rule cannot be read");
  return rule;
}

}  // namespace ordo::system
