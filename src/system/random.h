#pragma once

#include "ports/random.h"

namespace ordo::system {

// A generator a thread, each seeded by the kernel. Good for ids, not for secrets. Any thread.
class SystemRandom : public ports::Random {
 public:
  [[nodiscard]] std::uint64_t next() override;
};

}  // namespace ordo::system
