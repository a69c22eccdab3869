// Executions over the embedded home, without HTTP: what is called answers at once.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

// Executions of ten Task states each, so many of them at any moment.
struct TransitionResult {
  double transitions_per_second = 0;  // states that were left, durably
  double writes_a_commit = 0;
};
TransitionResult measure_transitions(const std::string& directory, std::size_t at_once,
                                     double seconds);

// One Map of so many items, a Task each; how many items a second.
double measure_map(const std::string& directory, std::size_t items, std::size_t max_concurrency);

// One execution of three Task states after the other: from the start to its durable end, in
// microseconds, the median of so many.
double measure_latency(const std::string& directory, std::size_t executions);

struct WaitingResult {
  double starts_per_second = 0;
  double bytes_each = 0;   // of memory, more than before
  double cpu_seconds = 0;  // that the process used while they waited
  double waited_seconds = 0;
};
WaitingResult measure_waiting(const std::string& directory, std::size_t executions);

// Orders, a thousand at once: batches a second, durable.
double measure_orders(const std::string& directory, double seconds);

}  // namespace ordo::bench
