#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "app/commit.h"
#include "app/tasks.h"
#include "base/assert.h"
#include "base/uuid.h"

namespace ordo::app {
namespace {

base::Result<domain::NewTask> prepare(Backend& backend, Submission submission, base::WallTime now) {
  domain::TaskDraft& draft = submission.draft;
  const auto queue = backend.queues.find(draft.queue);
  if (queue == backend.queues.end()) {
    base::Error error{base::ErrorCode::invalid, "the task is not valid", {}};
    error.fields.push_back(
        {"/queue", "unknown_queue", "there is no queue \"" + draft.queue.value() + "\""});
    return base::fail(std::move(error));
  }
  domain::NewTask task;
  // Only a task that its sender can name again can come twice.
  if (draft.id || submission.key) task.fingerprint = domain::fingerprint_of(draft);
  task.id = draft.id
                ? std::move(*draft.id)
                : domain::TaskId(base::uuid_v7(now, backend.random.next(), backend.random.next()));
  task.queue = std::move(draft.queue);
  task.lane = std::move(draft.lane);
  task.content = std::move(draft.content);
  task.max_attempts = queue->second.max_attempts;
  task.created_at = now;
  task.traceparent = std::move(submission.traceparent);
  task.key = std::move(submission.key);
  return task;
}

base::Result<Submitted> outcome(ports::Write& write, ports::WriteAnswer& answer) {
  if (!answer) return base::fail(std::move(answer.error()));
  if (auto* added = std::get_if<ports::Added>(&*answer)) {
    domain::NewTask& task = std::get<ports::AddTask>(write).task;
    return Submitted{domain::accepted(std::move(task), added->sequence), false};
  }
  auto* replayed = std::get_if<ports::Replayed>(&*answer);
  ORDO_ASSERT(replayed != nullptr);
  return Submitted{std::move(replayed->task), true};
}

}  // namespace

void submit(Backend& backend, Submission submission, Answer<Submitted> answer) {
  base::Result<domain::NewTask> task =
      prepare(backend, std::move(submission), backend.clock.wall());
  if (!task) return answer(base::fail(std::move(task.error())));
  commit_one(backend, ports::AddTask{std::move(*task)}, std::move(answer), [](Committed committed) {
    return outcome(committed.writes.front(), committed.answers.front());
  });
}

void submit_batch(Backend& backend, std::vector<base::Result<Submission>> submissions,
                  Answer<std::vector<base::Result<Submitted>>> answer) {
  const base::WallTime now = backend.clock.wall();
  std::vector<base::Result<Submitted>> results;
  std::vector<std::size_t> places;  // of the writes among the results
  std::vector<ports::Write> writes;
  results.reserve(submissions.size());
  places.reserve(submissions.size());
  writes.reserve(submissions.size());
  for (base::Result<Submission>& submission : submissions) {
    base::Result<domain::NewTask> task =
        submission ? prepare(backend, std::move(*submission), now)
                   : base::Result<domain::NewTask>(base::fail(std::move(submission.error())));
    if (task) {
      places.push_back(results.size());
      writes.emplace_back(ports::AddTask{std::move(*task)});
      results.emplace_back(Submitted{});
    } else {
      results.emplace_back(base::fail(std::move(task.error())));
    }
  }
  if (writes.empty()) return answer(std::move(results));
  commit(backend, std::move(writes), std::move(answer),
         [results = std::move(results), places = std::move(places)](
             Committed committed) mutable -> base::Result<std::vector<base::Result<Submitted>>> {
           for (std::size_t i = 0; i < places.size(); ++i) {
             results[places[i]] = outcome(committed.writes[i], committed.answers[i]);
           }
           return std::move(results);
         });
}

}  // namespace ordo::app
