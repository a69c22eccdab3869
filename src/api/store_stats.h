#pragma once

#include <cstdint>
#include <string>

namespace ordo::api {

// How the store's files are, for /metrics and /health.
struct StoreStats {
  std::uint64_t log_bytes = 0;   // committed, but not yet moved into the database file
  std::string checkpoint_error;  // why the last attempt to move them failed; empty: it did not
};

}  // namespace ordo::api
