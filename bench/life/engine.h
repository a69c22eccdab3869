// All of a server but its HTTP: the embedded home, the committer, the dispatcher, and a function:
// the built-in one that does nothing, or a handler in processes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/queue.h"

namespace ordo::bench {

struct LifeOptions {
  std::string directory;
  domain::Queue queue;
  std::size_t lanes = 64;
  std::size_t window = 2048;  // tasks that are accepted and not done
  double seconds = 2;
  std::string poison_lane = {};  // every attempt in it fails
  std::size_t processes = 0;     // of the handler; 0: built in
};

struct LifeResult {
  double lives_per_second = 0;
  double writes_a_commit = 0;
};

// Submitting and running at the same time.
LifeResult measure_lives(const LifeOptions& options);

struct StartLatency {
  std::vector<double> submit_to_handler_us;  // one task at a time, sorted
  std::vector<double> submit_to_answer_us;
};
StartLatency measure_start(const std::string& directory, std::size_t tasks);

}  // namespace ordo::bench
