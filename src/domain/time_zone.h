// What the clocks on the wall of a place show, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"

namespace ordo::domain {

// A reading of a clock on a wall. It is no moment before a zone says so.
using LocalTime = std::chrono::local_time<base::Millis>;

// The moments at which clocks show a local time.
struct Unique {
  base::WallTime at;

  friend bool operator==(const Unique&, const Unique&) = default;
};
// Clocks were put forward over it.
struct Skipped {
  base::WallTime jump;  // the moment at which they were

  friend bool operator==(const Skipped&, const Skipped&) = default;
};
// Clocks were put back behind it, and show it again.
struct Repeated {
  base::WallTime first;
  base::WallTime second;

  friend bool operator==(const Repeated&, const Repeated&) = default;
};
using Moments = std::variant<Unique, Skipped, Repeated>;

// Any thread. Times are of the years 1 to 9999.
class TimeZone {
 public:
  virtual ~TimeZone() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // What clocks show at `moment`, less UTC: east of Greenwich it is over zero.
  [[nodiscard]] virtual std::chrono::seconds offset_at(base::WallTime moment) const = 0;
  [[nodiscard]] virtual Moments moments_of(LocalTime local) const = 0;
};

[[nodiscard]] LocalTime local_time(const TimeZone& zone, base::WallTime moment);

// Clocks are never more than a day and two hours off UTC.
inline constexpr std::chrono::seconds kMaxOffset = std::chrono::hours(26);

// A zone that is known by the moments at which its offset changed.
class TransitionZone : public TimeZone {
 public:
  struct Transition {
    base::WallTime at;
    std::chrono::seconds offset;  // from then on; less than kMaxOffset either way
  };

  // The transitions are in the order of time; `before` holds until the first.
  TransitionZone(std::string name, std::chrono::seconds before,
                 std::vector<Transition> transitions);

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::chrono::seconds offset_at(base::WallTime moment) const override;
  [[nodiscard]] Moments moments_of(LocalTime local) const override;

 private:
  std::string name_;
  std::chrono::seconds before_;
  std::vector<Transition> transitions_;
};

[[nodiscard]] const TimeZone& utc();

}  // namespace ordo::domain
