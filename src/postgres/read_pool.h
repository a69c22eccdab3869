// Connections for reading, and for what may be done twice, shared by all who do so.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "postgres/link.h"

namespace ordo::postgres {

// Any thread: whoever finds all connections in use waits for one. Borrows clock and randomness.
class ReadPool {
 public:
  ReadPool(const ConnectionOptions& options, std::size_t connections, const ports::Clock& clock,
           ports::Random& random);

  // What each statement answered. One that finds its connection lost is asked once more, on a new
  // one: it must change nothing, or nothing more when it comes twice. Errors as `doing`.
  base::Result<std::vector<Rows>> run(const Batch& batch, std::string_view doing);
  base::Result<Rows> run(const Statement& statement, Params params, std::string_view doing);

 private:
  class Borrowed;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Link>> free_;  // guarded by mutex_
};

}  // namespace ordo::postgres
