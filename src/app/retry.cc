#include <utility>
#include <variant>

#include "app/commit.h"
#include "app/tasks.h"
#include "base/assert.h"

namespace ordo::app {

void retry(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  commit_one(backend, ports::RequeueTask{std::move(id), backend.clock.wall()}, std::move(answer),
             [](Committed committed) -> base::Result<domain::Task> {
               ports::WriteAnswer& outcome = committed.answers.front();
               if (!outcome) return base::fail(std::move(outcome.error()));
               auto* const requeued = std::get_if<ports::Requeued>(&*outcome);
               ORDO_ASSERT(requeued != nullptr);
               return std::move(requeued->task);
             });
}

}  // namespace ordo::app
