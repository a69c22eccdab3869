// The use cases over tasks, a verb each. All answer by callback: writes from the committer's
// thread after the commit, reads from a reader's thread, refusals at once from the caller's.
// The callback is called exactly once and must be quick.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "app/events.h"
#include "app/pipelines.h"
#include "app/readers.h"
#include "base/result.h"
#include "domain/attempt.h"
#include "domain/queue.h"
#include "domain/task.h"
#include "domain/task_changes.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/task_reads.h"

namespace ordo::app {

class ExecutionDesk;
class NodeTalk;

// What the use cases work with. Borrowed; outlives every call.
struct Backend {
  Committer& committer;
  Readers& readers;
  const ports::Clock& clock;
  ports::Random& random;
  const domain::Queues& queues;
  Events* events = nullptr;          // null: nobody is told
  Dispatcher* dispatcher = nullptr;  // null: nothing runs
  base::Millis keep_orders{std::chrono::hours(24)};
  ExecutionDesk* executions = nullptr;   // null: no pipelines run
  const Pipelines* pipelines = nullptr;  // null: there are none
  NodeTalk* nodes = nullptr;             // null: there are no others
  Readers* object_readers = nullptr;     // null: the readers work with objects, too

  // Whose threads work with objects, which wait for the disk as no read of the store does.
  [[nodiscard]] Readers& for_objects() const {
    return object_readers != nullptr ? *object_readers : readers;
  }
};

template <class T>
using Answer = std::move_only_function<void(base::Result<T>)>;

struct Submission {
  domain::TaskDraft draft;
  std::optional<domain::IdempotencyKey> key;
  std::string traceparent;
};

struct Submitted {
  domain::Task task;
  bool replayed = false;
};

// One task. `invalid` with a pointer when the queue is not configured.
void submit(Backend& backend, Submission submission, Answer<Submitted> answer);

// Many tasks, durable together; each has its own result, in order. Entries that already failed
// (bad input found by the caller) keep their error and their place.
void submit_batch(Backend& backend, std::vector<base::Result<Submission>> submissions,
                  Answer<std::vector<base::Result<Submitted>>> answer);

void change(Backend& backend, domain::TaskId id, domain::TaskPatch patch,
            std::optional<domain::SeenVersion> if_match, Answer<domain::Task> answer);
void cancel(Backend& backend, domain::TaskId id, Answer<domain::Task> answer);
void remove(Backend& backend, domain::TaskId id, std::optional<domain::SeenVersion> if_match,
            Answer<std::monostate> answer);
// A dead or cancelled task goes to the end of its lane again. `conflict` when it is neither, or
// when its queue is not configured: there it would wait for ever.
void retry(Backend& backend, domain::TaskId id, Answer<domain::Task> answer);

// The attempts at a task, the first one first. `not_found` without such a task.
void attempts(Backend& backend, domain::TaskId id, Answer<std::vector<domain::Attempt>> answer);
// `not_found` without such a task.
void find(Backend& backend, domain::TaskId id, Answer<domain::Task> answer);
void list(Backend& backend, ports::TaskFilter filter, std::optional<domain::Sequence> before,
          std::size_t limit, Answer<ports::TaskPage> answer);
void count(Backend& backend, Answer<domain::TaskCounts> answer);

// Whether the system can accept now: a durable write and a read, really done.
void check_ready(Backend& backend, Answer<std::monostate> answer);

}  // namespace ordo::app
