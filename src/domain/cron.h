// Cron expressions as Amazon EventBridge Scheduler reads them: which minutes of a calendar fire.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "domain/time_zone.h"

namespace ordo::domain {

inline constexpr int kFirstScheduleYear = 1970;
inline constexpr int kLastScheduleYear = 2199;

// Six fields with white space between them, letters of either case:
//
//   minute        0-59             * , - /
//   hour          0-23             * , - /
//   day-of-month  1-31             * , - / ? L W
//   month         1-12 or JAN-DEC  * , - /
//   day-of-week   1-7 or SUN-SAT   * , - / ? L #
//   year          1970-2199        * , - /
//
// One of the two days is ?, the other is not. `a-b` may run over the end (22-2, FRI-MON; not in
// year). `a/n` is every n-th from a to the field's end, `a-b/n` to b, `*/n` from its beginning.
// `L` is the month's last day; as a day of the week it is Saturday, and `5L` the month's last
// Thursday. `15W` is the weekday (Monday to Friday) nearest to the 15th in its month, `LW` the
// last one; `3#2` is the month's second Tuesday: these three stand alone, not in a list. A day
// that a month has not (31, 31W, 3#5) does not fire in that month.
class Cron {
 public:
  // What stands between the brackets of `cron(…)`; plain ASCII. An error (invalid) names the field,
  // its text and what is allowed.
  static base::Result<Cron> parse(std::string_view fields);

  [[nodiscard]] bool fires_at(LocalTime local) const;
  // The first minute strictly after `after` that fires. Looks through each month to 2199 at most.
  [[nodiscard]] std::optional<LocalTime> next(LocalTime after) const;

 private:
  friend class CronParser;

  // Sets by bit: bit n is n.
  struct Days {
    std::uint32_t of_month = 0;
    bool last_of_month = false;
    unsigned nearest_weekday_to = 0;  // of the month; 0: not asked for
    bool last_weekday = false;        // Monday to Friday
    std::uint32_t of_week = 0;        // 1 is Sunday
    std::uint32_t last_of_week = 0;   // 1 is the month's last Sunday
    unsigned nth_of_week = 0;         // 1 is Sunday; 0: not asked for
    unsigned nth = 0;
  };

  [[nodiscard]] bool fires_in(std::chrono::year_month month) const;
  [[nodiscard]] std::uint32_t days_in(std::chrono::year_month month) const;
  [[nodiscard]] std::optional<std::chrono::minutes> time_from(std::chrono::minutes time) const;

  std::uint64_t minutes_ = 0;
  std::uint32_t hours_ = 0;
  std::uint32_t months_ = 0;
  Days days_;
  std::bitset<kLastScheduleYear - kFirstScheduleYear + 1> years_;
};

}  // namespace ordo::domain
