// A queue as configured: who serves it and by which rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.h"
#include "domain/ids.h"

namespace ordo::domain {

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
  std::uint32_t concurrency = 8;
};

using Queues = std::map<QueueName, Queue>;

}  // namespace ordo::domain
