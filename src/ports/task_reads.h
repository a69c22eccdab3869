// The read side of tasks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/ids.h"
#include "domain/task.h"
#include "ports/page_bytes.h"  // IWYU pragma: export

namespace ordo::ports {

struct TaskFilter {
  std::optional<domain::TaskStatus> status = {};
  std::optional<domain::QueueName> queue = {};
  std::optional<domain::LaneKey> lane = {};
  std::optional<domain::Priority> priority = {};
  // In title, description or payload; ASCII letters match in either case; empty: any.
  std::string text = {};
};

struct TaskPage {
  std::vector<domain::Task> items;  // newest first
  // Where the walk goes on, or nothing at its end. A page that is not full may still have a next:
  // one call looks at a bounded number of tasks.
  std::optional<domain::Sequence> next_before;
};

// Some milliseconds of walking through an index.
inline constexpr std::size_t kMaxExaminedPending = 50'000;

// Any thread; sees what is committed and never waits for the writer.
class TaskReads {
 public:
  virtual ~TaskReads() = default;
  virtual base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) = 0;

  // Tasks with a sequence below `before` (all, without), newest first, until the page is full: with
  // `limit` tasks, or with kFullPageBytes of text.
  virtual base::Result<TaskPage> list(const TaskFilter& filter,
                                      std::optional<domain::Sequence> before,
                                      std::size_t limit) = 0;

  virtual base::Result<domain::TaskCounts> counts() = 0;

  // The attempts at a task, the first one first; nothing without such a task.
  virtual base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) = 0;

  // When the first of a queue's tasks that are queued was created; nothing when there is none among
  // the first kMaxExaminedPending tasks, of any queue, that have not ended.
  virtual base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) = 0;
};

}  // namespace ordo::ports
