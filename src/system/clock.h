#pragma once

#include "ports/clock.h"

namespace ordo::system {

// The machine's clocks. Any thread.
class SystemClock : public ports::Clock {
 public:
  [[nodiscard]] base::WallTime wall() const override;
  [[nodiscard]] base::MonoTime mono() const override;
};

// Sleeps. For a person's command that waits; a server waits on conditions.
void pause(base::Millis time);

}  // namespace ordo::system
