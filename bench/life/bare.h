// What bare SQLite manages: the same file, the same two writes a life, nothing else.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

struct Bare {
  double lives_per_second = 0;    // an insert and an update, so many lives a commit
  double lagging_per_second = 0;  // the same, the update so many lives after the insert
  double commits_per_second = 0;  // of one row
};

// In a new database with ordo's own schema in this directory.
Bare measure_bare(const std::string& directory, std::size_t lives_a_commit, std::size_t lag,
                  double seconds);

}  // namespace ordo::bench
