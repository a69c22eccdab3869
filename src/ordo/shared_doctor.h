// What the doctor looks at when the store is a PostgreSQL server.
#pragma once

#include <vector>

#include "ordo/config.h"
#include "ordo/finding.h"

namespace ordo::program {

// Changes nothing. When the server cannot be reached nothing else is looked at.
[[nodiscard]] std::vector<Finding> check_shared_home(const Config& config);

}  // namespace ordo::program
