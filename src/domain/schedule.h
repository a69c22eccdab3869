// When something is to happen again and again, or once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/cron.h"
#include "domain/time_zone.h"

namespace ordo::domain {

inline constexpr std::size_t kMaxScheduleBytes = 256;
inline constexpr base::Millis kMaxRate = std::chrono::days(3650);

// One of the schedule expressions of Amazon EventBridge Scheduler:
//
//   rate(5 minutes)              second, minute, hour, day; after any number but 1 with an s
//   cron(0 9 ? * MON-FRI *)      domain/cron.h
//   at(2026-11-21T09:00:00)      once, 1970 to 2199
//
// A rate is counted from the anchor, which is its first firing, and knows no clocks on walls: a day
// is 24 hours. The other two are what clocks in the zone show. Where these are put forward, what
// falls on a skipped time does not fire at all (an `at` never); where they are put back, what falls
// on a repeated time fires once, when they show it first.
class Schedule {
 public:
  // `zone` is borrowed. An error (invalid) says what was wrong, with what, and what is allowed.
  static base::Result<Schedule> parse(std::string_view text, const TimeZone& zone,
                                      base::WallTime anchor);

  // The first firing strictly after; nothing: there is none any more. A cron looks as far as 2199,
  // in bounded time.
  [[nodiscard]] std::optional<base::WallTime> next(base::WallTime after) const;
  // The last firing after `after` that is not after `until`.
  [[nodiscard]] std::optional<base::WallTime> latest(base::WallTime after,
                                                     base::WallTime until) const;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const TimeZone& zone() const noexcept { return *zone_; }

 private:
  struct Rate {
    base::Millis period;
  };
  struct Once {
    LocalTime at;
  };
  using Rule = std::variant<Rate, Cron, Once>;

  Schedule(std::string_view text, Rule rule, const TimeZone& zone, base::WallTime anchor)
      : text_(text), rule_(rule), zone_(&zone), anchor_(anchor) {}

  static base::Result<Rule> parse_rule(std::string_view text);
  static base::Result<Rule> parse_rate(std::string_view body);
  static base::Result<Rule> parse_at(std::string_view body);

  [[nodiscard]] std::optional<base::WallTime> next_of(const Rate& rate, base::WallTime after) const;
  [[nodiscard]] std::optional<base::WallTime> next_of(const Cron& cron, base::WallTime after) const;
  [[nodiscard]] std::optional<base::WallTime> next_of(const Once& once, base::WallTime after) const;

  std::string text_;
  Rule rule_;
  const TimeZone* zone_;
  base::WallTime anchor_;
};

// At most `n`, in order.
[[nodiscard]] std::vector<base::WallTime> next_firings(const Schedule& schedule,
                                                       base::WallTime after, std::size_t n);

// Some moment from `firing` up to `window` later, not that itself: always the same for a seed and a
// firing, so that a restart does not move it.
[[nodiscard]] base::WallTime jittered(base::WallTime firing, base::Millis window,
                                      std::uint64_t seed);

// What becomes of firings that nobody was there for.
enum class MissedFirings : std::uint8_t {
  skip,  // they are gone
  once,  // one is made up for, however many there were
};

// The firing to make up for at a start: the latest after `last_fired` up to `now`, or nothing. All
// goes on with schedule.next(now) either way.
[[nodiscard]] std::optional<base::WallTime> missed(const Schedule& schedule,
                                                   base::WallTime last_fired, base::WallTime now,
                                                   MissedFirings policy);

}  // namespace ordo::domain
