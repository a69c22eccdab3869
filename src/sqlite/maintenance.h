// What can be done with a database file from outside, while a server uses it or not.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace ordo::sqlite {

struct SchemaState {
  int current;  // 0: there is nothing yet
  int newest;
  std::vector<std::string> pending;  // the names of the migrations between them
};

base::Result<SchemaState> schema_state(const std::string& path);

// Reads the whole file. `internal`, with what was found, when it is damaged.
base::Result<void> check_integrity(const std::string& path);

// Copies a consistent snapshot, also while another process serves; the log cannot start over
// until it is done. Refuses an existing target. What is at `target` is complete and durable, or
// not there. `progress` may be empty.
base::Result<void> backup(const std::string& path, const std::string& target,
                          const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace ordo::sqlite
