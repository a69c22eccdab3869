#include "app/pull.h"

#include <utility>

#include "app/refusals.h"

namespace ordo::app {
namespace {

base::Error gives_nothing_out() {
  return {base::ErrorCode::unavailable, "no tasks are given out here", {}};
}

void say(Backend& backend, LeaseWord word, Answer<domain::Task> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(gives_nothing_out()));
  word.answer = [&backend, id = word.id,
                 answer = std::move(answer)](base::Result<void> said) mutable {
    const bool lost = !said && said.error().code == base::ErrorCode::conflict;
    if (!said && !lost) return answer(base::fail(std::move(said.error())));
    find(backend, std::move(id),
         [said = std::move(said),
          answer = std::move(answer)](base::Result<domain::Task> task) mutable {
           // Of a task that is gone no lease can be lost.
           if (!task || said) return answer(std::move(task));
           answer(base::fail(std::move(said.error())));
         });
  };
  backend.dispatcher->say(std::move(word));
}

}  // namespace

void claim(Backend& backend, ClaimWish wish, Answer<std::vector<Claim::Given>> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(gives_nothing_out()));
  const auto queue = backend.queues.find(wish.queue);
  if (queue == backend.queues.end()) {
    return answer(base::fail(queue_not_configured(base::ErrorCode::not_found, wish.queue)));
  }
  if (!domain::is_pulled(queue->second)) {
    return answer(base::fail(base::ErrorCode::conflict,
                             "this queue is served by the function \"" + queue->second.function +
                                 "\"; tasks are claimed of one with function = \"pull\""));
  }
  Claim claim;
  claim.queue = std::move(wish.queue);
  claim.max = wish.max;
  claim.deadline = backend.clock.mono() + wish.wait;
  claim.lease = wish.lease;
  claim.gone = std::move(wish.gone);
  claim.answer = std::move(answer);
  backend.dispatcher->claim(std::move(claim));
}

void complete(Backend& backend, domain::TaskId id, std::string lease,
              std::optional<std::string> result, Answer<domain::Task> answer) {
  say(backend, {std::move(id), std::move(lease), domain::Succeeded{std::move(result)}, {}},
      std::move(answer));
}

void fail_attempt(Backend& backend, domain::TaskId id, std::string lease, std::string error,
                  Answer<domain::Task> answer) {
  say(backend, {std::move(id), std::move(lease), domain::Failure{"", std::move(error)}, {}},
      std::move(answer));
}

void extend_lease(Backend& backend, domain::TaskId id, std::string lease, base::Millis by,
                  Answer<domain::Task> answer) {
  say(backend, {std::move(id), std::move(lease), LeaseWord::Extend{by}, {}}, std::move(answer));
}

}  // namespace ordo::app
