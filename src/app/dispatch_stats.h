// What the dispatcher tells the operator.
#pragma once

#include <cstdint>

namespace ordo::app {

struct DispatchStats {
  std::uint64_t started = 0;    // attempts
  std::uint64_t succeeded = 0;  // tasks
  std::uint64_t retried = 0;    // attempts that failed and are followed by another
  std::uint64_t dead = 0;       // tasks
  std::uint64_t lost = 0;       // attempts of which nobody knows how they ended
  std::uint64_t late = 0;       // attempts that began after their task's due date
  std::uint64_t running = 0;    // invocations and claims under way
};

}  // namespace ordo::app
