// The same work on graphile-worker, a job queue for PostgreSQL on Node.js, in a process of its own.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

struct GraphileLoad {
  std::size_t tasks = 10'000;
  std::size_t batch = 500;  // jobs that are added together
  std::size_t lanes = 64;   // a named queue each
  std::size_t window = 2000;
  std::size_t concurrency = 4;
  // So many jobs are fetched together, and completed together; 0: one by one. Then a queue's jobs
  // may run side by side.
  std::size_t fetched_together = 0;
  bool named = true;  // false: no queues, and no order
};

struct GraphileRates {
  double accepts = 0;
  double lives = 0;
  std::size_t disorder = 0;  // so many jobs ran before, or beside, one of their lane before them
};

// In a schema of its own in this database. Throws when it fails.
GraphileRates measure_graphile(const std::string& url, const GraphileLoad& load);

}  // namespace ordo::bench
