#include <utility>
#include <variant>

#include "app/commit.h"
#include "app/refusals.h"
#include "app/tasks.h"
#include "base/assert.h"

namespace ordo::app {
namespace {

void put_back(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  commit_one(backend, ports::RequeueTask{std::move(id), backend.clock.wall()}, std::move(answer),
             [](Committed committed) -> base::Result<domain::Task> {
               ports::WriteAnswer& outcome = committed.answers.front();
               if (!outcome) return base::fail(std::move(outcome.error()));
               auto* const requeued = std::get_if<ports::Requeued>(&*outcome);
               ORDO_ASSERT(requeued != nullptr);
               return std::move(requeued->task);
             });
}

}  // namespace

void retry(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  // A task's queue never changes: what is read here holds when it is put back.
  find(backend, std::move(id),
       [&backend, answer = std::move(answer)](base::Result<domain::Task> task) mutable {
         if (!task) return answer(base::fail(std::move(task.error())));
         if (!backend.queues.contains(task->queue)) {
           return answer(base::fail(queue_not_configured(base::ErrorCode::conflict, task->queue)));
         }
         put_back(backend, std::move(task->id), std::move(answer));
       });
}

}  // namespace ordo::app
