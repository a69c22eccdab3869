#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ordo::api {

// How the store's files are, for /metrics and /health.
struct StoreStats {
  std::uint64_t log_bytes = 0;   // committed, but not yet moved into the database file
  std::string checkpoint_error;  // why the last attempt to move them failed; empty: it did not
};

// What a server has of lanes that several share, for /metrics.
struct LeaseStats {
  std::size_t lane_groups = 0;
  bool pipelines = false;
  std::size_t servers = 0;  // that share them, this one included; 0: it is none of them now
  double seconds_left =
      0;  // until its leases end if it does not renew them; less than 0: they have
};

}  // namespace ordo::api
