// What the suites over stores are run on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "ports/backlog.h"
#include "ports/execution_reads.h"
#include "ports/order_reads.h"
#include "ports/store.h"
#include "ports/task_reads.h"
#include "support/task_writes.h"

namespace ordo::testing {

// An empty store and its reads.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ports::Store& store() = 0;
  virtual ports::TaskReads& task_reads() = 0;
  virtual ports::OrderReads& order_reads() = 0;
  virtual ports::ExecutionReads& execution_reads() = 0;
  virtual ports::Backlog& backlog() = 0;
  virtual void reopen() = 0;  // as after a restart of the process
  // Whether a task with so many bytes of text has room in it.
  virtual bool keeps(std::size_t /*bytes*/) { return true; }
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

// What comes of a write that is refused.
inline const std::string kConflict = told(base::ErrorCode::conflict);
inline const std::string kNotFound = told(base::ErrorCode::not_found);
inline const std::string kPreconditionFailed = told(base::ErrorCode::precondition_failed);

}  // namespace ordo::testing
