// The use cases of workers elsewhere: they claim tasks and say how they went. Answered as in
// app/tasks.h; `unavailable` where nothing runs.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/dispatcher.h"
#include "app/tasks.h"
#include "base/time.h"
#include "domain/ids.h"

namespace ordo::app {

struct ClaimWish {
  domain::QueueName queue;
  std::size_t max = 1;
  base::Millis wait{0};
  base::Millis lease{30'000};
  std::function<bool()> gone = {};  // see Claim::gone
};

// Answered when there is work, or with nothing once the wait is over. `not_found` without such a
// queue, `conflict` when it is not pulled.
void claim(Backend& backend, ClaimWish wish, Answer<std::vector<Claim::Given>> answer);

// Answered with the task as it is afterwards. `conflict` when the lease was lost, `not_found` when
// there is no such task.
void complete(Backend& backend, domain::TaskId id, std::string lease,
              std::optional<std::string> result, Answer<domain::Task> answer);
void fail_attempt(Backend& backend, domain::TaskId id, std::string lease, std::string error,
                  Answer<domain::Task> answer);
void extend_lease(Backend& backend, domain::TaskId id, std::string lease, base::Millis by,
                  Answer<domain::Task> answer);

}  // namespace ordo::app
