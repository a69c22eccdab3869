// What the suites over stores are run on.
#pragma once

#include "ports/backlog.h"
#include "ports/task_store.h"

namespace ordo::testing {

// An empty store and its reads.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ports::TaskStore& store() = 0;
  virtual ports::TaskReads& reads() = 0;
  virtual ports::Backlog& backlog() = 0;
  virtual void reopen() = 0;  // as after a restart of the process
};

}  // namespace ordo::testing
