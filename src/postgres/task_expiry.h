// What retention deletes of tasks, found without passing those that wait.
#pragma once

#include <vector>

#include "domain/task.h"
#include "ports/store.h"
#include "postgres/work.h"

namespace ordo::postgres {

struct ExpiredTask {
  domain::QueueName queue;
  domain::TaskStatus status = domain::TaskStatus::succeeded;
};

// Delete what `bite` still has room for. What another node deletes just now is left to it.
std::vector<ExpiredTask> expire_tasks(Work& work, base::WallTime finished_before,
                                      ports::ExpiryBite& bite);
void expire_keys(Work& work, base::WallTime recorded_before, ports::ExpiryBite& bite);

}  // namespace ordo::postgres
