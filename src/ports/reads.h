// The read sides of all that is kept, together.
#pragma once

#include "ports/execution_reads.h"
#include "ports/object_store.h"
#include "ports/order_reads.h"
#include "ports/task_reads.h"

namespace ordo::ports {

// Borrowed. Any thread.
struct Reads {
  TaskReads& tasks;
  OrderReads& orders;
  ExecutionReads& executions;
  ObjectStore* objects = nullptr;  // null: there are none
};

}  // namespace ordo::ports
