#pragma once

#include "base/time.h"

namespace ordo::ports {

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual base::WallTime wall() const = 0;
  [[nodiscard]] virtual base::MonoTime mono() const = 0;
};

}  // namespace ordo::ports
