// What the stores of this home go by.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "aws/dynamo.h"
#include "base/time.h"
#include "domain/ids.h"

namespace ordo::aws {

struct HomeOptions {
  Table tasks{"ordo-tasks", "task_id"};
  Table orders{"ordo-orders", "record_id"};
  std::vector<domain::QueueName> queues{domain::QueueName("tasks")};
  base::Millis retention{std::chrono::hours(24 * 7)};  // of finished tasks
  base::Millis keep_keys{std::chrono::hours(24)};
};

}  // namespace ordo::aws
