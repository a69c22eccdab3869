#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace ordo::base {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "ordo: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace ordo::base
