// The machine's own clock, for tests of what really waits.
#pragma once

#include <chrono>

#include "ports/clock.h"

namespace ordo::testing {

class RealClock : public ports::Clock {
 public:
  [[nodiscard]] base::WallTime wall() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return base::WallTime::from_ms(std::chrono::duration_cast<base::Millis>(since).count());
  }
  [[nodiscard]] base::MonoTime mono() const override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return base::MonoTime::from_ns(std::chrono::nanoseconds(since).count());
  }
};

inline const ports::Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

}  // namespace ordo::testing
