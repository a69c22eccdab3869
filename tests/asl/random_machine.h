// Random machines that always end: states lead forward only, and loops are counted.
#pragma once

#include <cstdint>
#include <string>

namespace ordo::states {

struct RandomMachine {
  std::string definition;
  std::string input;
};
// The same one for the same seed.
[[nodiscard]] RandomMachine random_machine(std::uint64_t seed);

}  // namespace ordo::states
