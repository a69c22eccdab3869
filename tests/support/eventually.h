// Waiting for what another thread or process does.
#pragma once

#include <ctime>

#include <chrono>

namespace ordo::testing {

#if defined(ORDO_ADDRESS_SANITIZER) || defined(ORDO_THREAD_SANITIZER)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// How long anything may take that takes milliseconds when all is well.
inline constexpr std::chrono::seconds kPatience{kSanitized ? 60 : 20};

// A breath between two looks at something that others change.
inline void breathe() {
  const timespec pause{0, 2'000'000};
  ::nanosleep(&pause, nullptr);
}

// Asks `done` again and again until it says yes; false when the time is over first.
template <class Condition>
bool eventually(Condition done, std::chrono::milliseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    breathe();
  }
  return true;
}

}  // namespace ordo::testing
