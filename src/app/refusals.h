// What several verbs refuse with, in the same words.
#pragma once

#include "base/result.h"
#include "domain/ids.h"

namespace ordo::app {

// Nobody has heard of it: it is not configured and no task of it is left.
[[nodiscard]] inline base::Error no_such_queue() {
  return {base::ErrorCode::not_found, "there is no such queue", {}};
}

// Tasks of it may be left, and wait until its section is back.
[[nodiscard]] inline std::string not_configured_text(const domain::QueueName& queue) {
  return "the queue \"" + queue.value() + "\" is not configured";
}

[[nodiscard]] inline base::Error nothing_runs() {
  return {base::ErrorCode::unavailable, "no functions run here", {}};
}

}  // namespace ordo::app
