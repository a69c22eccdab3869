// A queue as configured: who serves it and by which rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/ids.h"

namespace ordo::domain {

// When the next task of a lane may start: once the outcome of the one before it is durable, or
// while that is still being written (then both may run again, in order, after a crash).
enum class Handoff : std::uint8_t { strict, early };
enum class Ordering : std::uint8_t { fifo, priority };
enum class Jitter : std::uint8_t { none, full, equal };

struct Backoff {
  base::Millis base{1000};
  double factor = 2.0;
  base::Millis max{300'000};
  Jitter jitter = Jitter::full;
};

struct Queue {
  QueueName name{"tasks"};
  std::string function = "processor";
  Ordering ordering = Ordering::fifo;
  std::uint32_t max_attempts = 3;
  Backoff backoff;
  std::uint32_t concurrency = 8;  // lanes side by side
  Handoff handoff = Handoff::strict;
  std::uint32_t batch_size = 1;  // tasks of one lane in one invocation, at most
};

inline constexpr std::uint32_t kMaxBatchSize = 10;

// The function's name of a queue that outside workers serve.
inline constexpr std::string_view kPullFunction = "pull";
[[nodiscard]] inline bool is_pulled(const Queue& queue) {
  return queue.function == kPullFunction;
}

using Queues = std::map<QueueName, Queue>;

}  // namespace ordo::domain
