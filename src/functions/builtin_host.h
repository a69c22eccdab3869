// The functions that need no handler of one's own: `simulate` and `echo`.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "domain/task.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

enum class Builtin : std::uint8_t {
  simulate,  // succeeds without a result, {} of a call, or fails as "SimulatedFailure"
  echo,      // succeeds; the result is the payload
};

struct BuiltinSpec {
  Builtin kind = Builtin::simulate;
  double failure_rate = 0.0;  // 0 … 1; of `simulate`
  base::Millis min_latency{0};
  base::Millis max_latency{0};
  std::uint64_t seed = 1;
};

// What becomes of one attempt at a task: the same for the same seed, id and attempt, and for no
// other reason. 0 ≤ chance < 1 is even; an attempt fails when it is below the failure rate.
struct Simulated {
  double chance = 0.0;
  base::Millis latency{0};
};
[[nodiscard]] Simulated simulate(const BuiltinSpec& spec, std::string_view task_id,
                                 std::uint32_t attempt) noexcept;

// Runs any number side by side, which is why tasks and calls need no turns here. What becomes of a
// call goes by the seed and its id. What takes no time and was asked for in one call ends in one
// call of `on_ended`; what does takes it task by task. Once it is destroyed, all has ended.
[[nodiscard]] std::unique_ptr<ports::FunctionHost> make_builtin_host(const BuiltinSpec& spec,
                                                                     const ports::Clock& clock,
                                                                     ports::OnEnded on_ended);

}  // namespace ordo::functions
