// How an attempt ends that its host ended, whatever the host.
#pragma once

#include "domain/attempt.h"

namespace ordo::functions {

[[nodiscard]] inline domain::Failure cancelled() {
  return {.type = "Cancelled", .message = "the invocation was cancelled"};
}

// The server stops: nothing is known of the attempt.
[[nodiscard]] inline domain::Failure stopped() {
  return {.type = "Stopped", .message = "the server stops", .lost = true};
}

}  // namespace ordo::functions
