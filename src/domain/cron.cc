#include "domain/cron.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace ordo::domain {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr year_month kFirstMonth = year(kFirstScheduleYear) / 1;
constexpr year_month kLastMonth = year(kLastScheduleYear) / 12;

template <class Set>
bool has(Set set, unsigned bit) {
  return ((set >> bit) & 1U) != 0;
}

std::uint32_t bit(unsigned day) {
  ORDO_ASSERT(day >= 1 && day <= 31);
  return std::uint32_t{1} << day;
}

unsigned length_of(year_month month) {
  return static_cast<unsigned>((month / std::chrono::last).day());
}

// 1 is Sunday.
unsigned day_of_week(year_month month, unsigned day) {
  return weekday(local_days(month / std::chrono::day(day))).c_encoding() + 1;
}

// Never in another month: from Saturday the 1st it is Monday the 3rd.
unsigned nearest_weekday(year_month month, unsigned day) {
  switch (day_of_week(month, day)) {
    case 1:
      return day == length_of(month) ? day - 2 : day + 1;
    case 7:
      return day == 1 ? day + 2 : day - 1;
    default:
      return day;
  }
}

}  // namespace

bool Cron::fires_in(year_month month) const {
  const int which = static_cast<int>(month.year()) - kFirstScheduleYear;
  return which >= 0 && which < static_cast<int>(years_.size()) &&
         years_[static_cast<std::size_t>(which)] &&
         has(months_, static_cast<unsigned>(month.month()));
}

std::uint32_t Cron::days_in(year_month month) const {
  const unsigned length = length_of(month);
  std::uint32_t set = days_.of_month;
  if (days_.last_of_month) set |= bit(length);
  if (days_.last_weekday) set |= bit(nearest_weekday(month, length));
  if (const unsigned day = days_.nearest_weekday_to; day != 0 && day <= length) {
    set |= bit(nearest_weekday(month, day));
  }
  const unsigned first = day_of_week(month, 1) - 1;
  for (unsigned day = 1; day <= length; ++day) {
    const unsigned of_week = (first + day - 1) % 7 + 1;
    const bool last = day + 7 > length;
    const bool nth = of_week == days_.nth_of_week && (day - 1) / 7 + 1 == days_.nth;
    if (has(days_.of_week, of_week) || (last && has(days_.last_of_week, of_week)) || nth) {
      set |= bit(day);
    }
  }
  return set & static_cast<std::uint32_t>((std::uint64_t{2} << length) - 2);
}

std::optional<minutes> Cron::time_from(minutes time) const {
  const auto hour = static_cast<unsigned>(time / hours(1));
  const auto minute = static_cast<unsigned>((time % hours(1)).count());
  if (has(hours_, hour) && (minutes_ >> minute) != 0) {
    return hours(hour) +
           minutes(minute + static_cast<unsigned>(std::countr_zero(minutes_ >> minute)));
  }
  const std::uint32_t later = hours_ >> (hour + 1);
  if (later == 0) return std::nullopt;
  return hours(hour + 1 + static_cast<unsigned>(std::countr_zero(later))) +
         minutes(std::countr_zero(minutes_));
}

bool Cron::fires_at(LocalTime local) const {
  const local_days day = std::chrono::floor<days>(local);
  const year_month_day date(day);
  const base::Millis time = local - day;
  return time % minutes(1) == base::Millis(0) && fires_in(date.year() / date.month()) &&
         has(days_in(date.year() / date.month()), static_cast<unsigned>(date.day())) &&
         time_from(std::chrono::floor<minutes>(time)) == time;
}

std::optional<LocalTime> Cron::next(LocalTime after) const {
  constexpr LocalTime kFirst = local_days(kFirstMonth / 1);
  constexpr LocalTime kEnd = local_days(kLastMonth / 31) + days(1);
  if (after >= kEnd) return std::nullopt;
  const auto from =
      std::max(std::chrono::floor<minutes>(std::max(after, kFirst - minutes(1))) + minutes(1),
               std::chrono::time_point_cast<minutes>(kFirst));
  const local_days today = std::chrono::floor<days>(from);
  const year_month_day date(today);
  const year_month this_month = date.year() / date.month();
  for (year_month month = this_month; month <= kLastMonth; month += months(1)) {
    if (!fires_in(month)) continue;
    std::uint32_t set = days_in(month);
    if (month == this_month) set &= ~std::uint32_t{0} << static_cast<unsigned>(date.day());
    for (; set != 0; set &= set - 1) {
      const auto day = static_cast<unsigned>(std::countr_zero(set));
      const local_days found = local_days(month / std::chrono::day(day));
      const minutes earliest = found == today ? from - today : minutes(0);
      if (const std::optional<minutes> time = time_from(earliest)) return found + *time;
    }
  }
  return std::nullopt;
}

}  // namespace ordo::domain
