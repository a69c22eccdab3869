#pragma once

#include <cstdint>

namespace ordo::ports {

// Any thread. Unpredictable enough for ids; a test's own is seeded.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

}  // namespace ordo::ports
