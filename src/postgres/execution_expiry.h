// What retention deletes of executions.
#pragma once

#include "base/time.h"
#include "ports/store.h"
#include "postgres/work.h"

namespace ordo::postgres {

// Those that ended before then, the longest ended first: what `bite` still has room for, and what
// another node is not at just now. Gone at once; what was theirs goes with them as far as the bite
// reaches, the rest in later ones.
void expire_executions(Work& work, base::WallTime ended_before, ports::ExpiryBite& bite);

}  // namespace ordo::postgres
