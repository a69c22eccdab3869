// The rule by which a zone's clocks change every year: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX, with
// the hours from -167 to 167 of RFC 9636).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/time_zone.h"

namespace ordo::system {

struct YearlyDay {
  enum class Kind : std::uint8_t {
    weekday_of_month,  // Mm.w.d: the w-th weekday d of month m; 5 is the last
    day_without_leap,  // Jn: 1 to 365, February 29th is never counted
    day_with_leap,     // n: 0 to 365
  };
  Kind kind = Kind::weekday_of_month;
  int month = 1;
  int week = 1;
  int day = 0;
  std::chrono::seconds time = std::chrono::hours(2);  // as clocks show it until then

  [[nodiscard]] std::chrono::sys_seconds in(std::chrono::year year) const;
};

struct ZoneRule {
  // Offsets east of Greenwich.
  std::chrono::seconds standard{0};
  struct Summer {
    std::chrono::seconds offset{0};
    YearlyDay start;
    YearlyDay end;
  };
  std::optional<Summer> summer;

  // In the order of time.
  [[nodiscard]] std::vector<domain::TransitionZone::Transition> transitions_in(
      std::chrono::year year) const;
};

base::Result<ZoneRule> parse_zone_rule(std::string_view text);

}  // namespace ordo::system
