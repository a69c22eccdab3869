// What a node has among those that share a database.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace ordo::postgres {

struct Standing {
  std::size_t lane_groups = 0;
  bool pipelines = false;
  std::size_t nodes = 0;      // that share, this one included; 0: it is none of them now
  base::MonoTime good_until;  // then the others may have what it has
};

}  // namespace ordo::postgres
