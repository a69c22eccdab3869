// Used by the parts of Stepper alone.
#pragma once

#include <boost/json.hpp>

#include "states/stepper.h"

namespace ordo::states {

// Calls `use` with what an expression of `state` may look at, `input` being "$". The Context object
// is made only where the state mentions it.
template <class Use>
auto Stepper::with_scope(const Frame& frame, const State& state, const Json& input, Use use) {
  const Json context = state.uses_context ? context_of(frame, state) : Json();
  return use(Scope{input, context, frame.variables, moment_.entropy});
}

}  // namespace ordo::states
