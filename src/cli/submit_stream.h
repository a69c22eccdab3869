// Many tasks from a stream of lines, in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/environment.h"
#include "cli/remote.h"

namespace ordo::cli {

struct StreamOptions {
  std::size_t batch = 500;         // tasks a request
  std::uint64_t total_bytes = 0;   // of the input; 0: not known
  base::Millis retry_for{30'000};  // how long to go on when the server is busy or away
};

struct StreamOutcome {
  std::uint64_t accepted = 0;  // new tasks
  std::uint64_t replayed = 0;  // had been accepted before
  std::uint64_t refused = 0;
  std::string stopped;  // why not all of the input was sent; empty: it was
};

// Sends each line of `input` as a task. A refused line is told on standard error with its number,
// and the next ones go on; a server that is busy or away is asked again, with the same tasks.
StreamOutcome submit_stream(std::FILE* input, Remote& remote, const Environment& environment,
                            const StreamOptions& options);

}  // namespace ordo::cli
