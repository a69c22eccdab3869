// What several verbs refuse with, in the same words.
#pragma once

#include "base/result.h"
#include "domain/ids.h"

namespace ordo::app {

// It is not configured, and no task of it is left.
[[nodiscard]] inline base::Error no_such_queue() {
  return {base::ErrorCode::not_found, "there is no such queue", {}};
}

// Tasks of it may be left; they wait until its section is back.
[[nodiscard]] inline base::Error queue_not_configured(base::ErrorCode code,
                                                      const domain::QueueName& queue) {
  return {code, "the queue \"" + queue.value() + "\" is not configured", {}};
}

}  // namespace ordo::app
