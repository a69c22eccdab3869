// What the suites over stores are run on.
#pragma once

#include "ports/backlog.h"
#include "ports/order_reads.h"
#include "ports/store.h"
#include "ports/task_reads.h"

namespace ordo::testing {

// An empty store and its reads.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ports::Store& store() = 0;
  virtual ports::TaskReads& task_reads() = 0;
  virtual ports::OrderReads& order_reads() = 0;
  virtual ports::Backlog& backlog() = 0;
  virtual void reopen() = 0;  // as after a restart of the process
};

}  // namespace ordo::testing
