// How the frames of an execution fit its machine.
#pragma once

#include "base/result.h"
#include "states/execution.h"
#include "states/machine.h"

namespace ordo::states {

// The flow that a frame runs in; null when the frame is not of this machine.
[[nodiscard]] const Flow* flow_of(const Machine& machine, const Execution& execution,
                                  const Frame& frame);

// Frames that were read: `internal` unless they are those of an execution of this machine, so that
// steps need not ask.
base::Result<void> check_frames(const Machine& machine, const Execution& execution);

}  // namespace ordo::states
