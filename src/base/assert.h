// ORDO_ASSERT stays on in release builds: a broken invariant stops the process
// before it can write anything wrong.
#pragma once

namespace ordo::base {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace ordo::base

#define ORDO_ASSERT(condition)        \
  ((condition) ? static_cast<void>(0) \
               : ::ordo::base::assertion_failed(#condition, __FILE__, __LINE__))
