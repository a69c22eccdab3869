// Whether this machine can serve.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "ordo/config.h"

namespace ordo::program {

// What pipelines stored, beside the database.
struct StoredObjects {
  std::string directory;
  std::size_t buckets = 0;
};

// None when there is no such directory; `internal` when it cannot be read.
base::Result<StoredObjects> find_objects(const std::string& database);

// Checks the data directory, the database and the disk, or the PostgreSQL server, tells what it
// found, and returns the exit code. Leaves nothing behind.
int doctor(const Config& config, bool json);

}  // namespace ordo::program
