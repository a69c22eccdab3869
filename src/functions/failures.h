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

// Nothing of it has run: the attempt does not count.
[[nodiscard]] inline domain::Failure not_begun() {
  return {.type = "NotBegun", .message = "nobody has begun it", .not_begun = true};
}

}  // namespace ordo::functions
