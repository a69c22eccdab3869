// Functions that are part of this program, for pipelines to call.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

// On any thread, also from within the function, also long after: only the first answer counts, and
// none after the time limit or the end of the host.
using BuiltinAnswer = std::function<void(ports::CallOutcome)>;
// Called on the host's thread: what takes long happens elsewhere.
using BuiltinFunction = std::function<void(std::string payload, BuiltinAnswer answer)>;

struct BuiltinFunctionSpec {
  std::string name;
  BuiltinFunction run;
  base::Millis timeout{30'000};
  std::size_t side_by_side = 64;
};

// A call that is not answered in time is "Sandbox.Timedout"; one whose function throws is
// "Unhandled"; an answer over kMaxCallBytes is "Function.ResponseSizeTooLarge". Invocations for
// tasks fail for good, as "NotForTasks". Once it is destroyed, all has ended, and no function runs.
[[nodiscard]] std::unique_ptr<ports::FunctionHost> make_builtin_function_host(
    BuiltinFunctionSpec spec, const ports::Clock& clock, ports::OnEnded on_ended);

}  // namespace ordo::functions
