// Numbers that grow in the order of commits.
#pragma once

#include <cstdint>

#include "base/strong.h"
#include "ports/task_writes.h"

namespace ordo::postgres {

// They are drawn at the end, just before the commit, so that no other node waits meanwhile. Until
// then what is new has a number from here on.
using ports::kUndrawn;

template <class Tag>
[[nodiscard]] constexpr bool is_undrawn(const base::Strong<Tag, std::uint64_t>& number) noexcept {
  return number.value() >= kUndrawn;
}

// The last that had been drawn of each kind when a transaction drew its own.
struct Drawn {
  std::uint64_t tasks = 0;
  std::uint64_t executions = 0;
};

}  // namespace ordo::postgres
