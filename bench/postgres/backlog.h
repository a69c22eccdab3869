// Whether tasks that wait in another queue, which nobody runs, slow the others down.
#pragma once

#include <cstddef>

#include "postgres/nodes.h"

namespace ordo::bench {

// One node beside so many of them, and one without, in turns; prints what came of it.
void compare_with_backlog(const Load& load, std::size_t backlog, int rounds);

}  // namespace ordo::bench
