// The read sides of all that is kept, together.
#pragma once

#include "ports/execution_reads.h"
#include "ports/order_reads.h"
#include "ports/task_reads.h"

namespace ordo::ports {

// Borrowed. Any thread.
struct Reads {
  TaskReads& tasks;
  OrderReads& orders;
  ExecutionReads& executions;
};

}  // namespace ordo::ports
