// Ordered, durable tasks: the write side (TaskStore) and the read side (TaskReads).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/attempt.h"
#include "domain/ids.h"
#include "domain/task.h"
#include "domain/task_changes.h"
#include "ports/task_writes.h"

namespace ordo::ports {

// What retention may delete: tasks that finished before `finished_before`, idempotency keys that
// were recorded before `keys_before`.
struct Expiry {
  base::WallTime finished_before;
  base::WallTime keys_before;
};

// What one call of expire() may delete: so many rows, and no more once their texts reach so many
// bytes. At least one row, if one is due.
struct ExpiryBite {
  std::size_t rows;
  std::size_t bytes;
};
struct Expired {
  std::size_t rows = 0;
  bool more = false;                         // the bite was full: more may be due
  std::vector<domain::QueueName> dead = {};  // of each dead task among them, its queue

  friend bool operator==(const Expired&, const Expired&) = default;
};

// What else belongs to a transaction, given what its writes came to so far. It lives until the next
// question, or the end of the transaction.
using Follow = std::function<std::span<const TaskWrite>(std::span<const WriteAnswer> answers)>;

// Store thread only.
class TaskStore {
 public:
  virtual ~TaskStore() = default;

  // Applies all writes in their order in one durable transaction; answer i belongs to write i.
  // A write sees those before it in the same call. An answer that is an error (conflict, not_found,
  // precondition_failed, invalid) left no trace of its write and does not touch the others.
  // The outer error means that nothing at all was committed: `unavailable`, it may be tried
  // again; `fatal`, durability is unknown and the process must stop without answering.
  //
  // AddTask: `sequence` grows by the order of writes over the store's whole life, deletions and
  // restarts included. A known key or a known id with the same fingerprint replays, with another
  // one conflicts; a key is looked up before the id. A key whose task has been removed conflicts
  // until the key expires, unless the same submission has come again under its id.
  //
  // `follow`, if there is one, is asked once they are all written, before the commit: what it
  // returns is written in the same transaction, and its answers come after those of `writes`. Then
  // it is asked again, until it returns nothing. Not asked when a write failed.
  virtual base::Result<std::vector<WriteAnswer>> apply(std::span<const TaskWrite> writes,
                                                       const Follow& follow) = 0;
  base::Result<std::vector<WriteAnswer>> apply(std::span<const TaskWrite> writes) {
    return apply(writes, {});
  }

  // Deletes expired rows, at most a bite of them, in one transaction: tasks first, the oldest
  // first.
  virtual base::Result<Expired> expire(const Expiry& expiry, const ExpiryBite& bite) = 0;

  // Whether a commit can succeed now, tried with a real durable write. Errors as apply.
  virtual base::Result<void> probe() = 0;
};

struct TaskFilter {
  std::optional<domain::TaskStatus> status = {};
  std::optional<domain::QueueName> queue = {};
  std::optional<domain::LaneKey> lane = {};
  std::optional<domain::Priority> priority = {};
  // In title, description or payload; ASCII letters match in either case; empty: any.
  std::string text = {};
};

// A page is full, too, once its tasks hold this many bytes of text: one answer takes a bounded
// amount of memory, however large the tasks are. The last task may exceed it.
inline constexpr std::size_t kFullPageBytes = 1024UL * 1024;

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
