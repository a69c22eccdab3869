#include "system/clock.h"

#include <chrono>
#include <thread>

namespace ordo::system {

base::WallTime SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return base::WallTime::from_ms(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

base::MonoTime SystemClock::mono() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return base::MonoTime::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void pause(base::Millis time) {
  std::this_thread::sleep_for(time);
}

}  // namespace ordo::system
