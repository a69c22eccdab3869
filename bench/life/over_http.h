// Whole lives as clients see them: the real program, one task a request, answered when it is
// durable.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

struct HttpLifeOptions {
  std::string program;
  std::string directory;
  std::size_t producers = 64;
  std::size_t lanes = 64;
  double seconds = 2;  // of submitting
  bool early = false;
};

// Tasks are submitted for so long; those a second, from the first request until the last has
// succeeded.
double measure_http_lives(const HttpLifeOptions& options);

}  // namespace ordo::bench
