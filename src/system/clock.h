#pragma once

#include "ports/clock.h"

namespace ordo::system {

// The machine's clocks. Any thread.
class SystemClock : public ports::Clock {
 public:
  [[nodiscard]] base::WallTime wall() const override;
  [[nodiscard]] base::MonoTime mono() const override;
};

}  // namespace ordo::system
