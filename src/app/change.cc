// The verbs that change a task which is already there: change, cancel, remove.
#include <utility>
#include <variant>

#include "app/commit.h"
#include "app/tasks.h"
#include "base/assert.h"

namespace ordo::app {
namespace {

base::Result<domain::Task> changed_task(Committed committed) {
  ports::WriteAnswer& answer = committed.answers.front();
  if (!answer) return base::fail(std::move(answer.error()));
  auto* changed = std::get_if<ports::Changed>(&*answer);
  ORDO_ASSERT(changed != nullptr);
  return std::move(changed->task);
}

}  // namespace

void change(Backend& backend, domain::TaskId id, domain::TaskPatch patch,
            std::optional<domain::SeenVersion> if_match, Answer<domain::Task> answer) {
  commit_one(backend,
             ports::ChangeTask{std::move(id), std::move(patch), if_match, backend.clock.wall()},
             std::move(answer), changed_task);
}

void cancel(Backend& backend, domain::TaskId id, Answer<domain::Task> answer) {
  commit_one(backend, ports::CancelTask{std::move(id), backend.clock.wall()}, std::move(answer),
             changed_task);
}

void remove(Backend& backend, domain::TaskId id, std::optional<domain::SeenVersion> if_match,
            Answer<std::monostate> answer) {
  commit_one(backend, ports::RemoveTask{std::move(id), if_match}, std::move(answer),
             [](Committed committed) -> base::Result<std::monostate> {
               ports::WriteAnswer& removed = committed.answers.front();
               if (!removed) return base::fail(std::move(removed.error()));
               return std::monostate{};
             });
}

}  // namespace ordo::app
