// Runs a machine to its end with a clock that jumps and functions that a test scripts.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "states/step.h"

namespace ordo::states {

// It never ends by itself.
struct NoAnswer {};
// What a call comes to.
using Called = std::variant<std::string, Fault, NoAnswer>;
using Function = std::function<Called(const std::string& parameters)>;

struct RunOptions {
  // By the resource as it is written.
  std::map<std::string, Function, std::less<>> functions = {};
  // Between any two steps the execution is turned to text and back, as a crash would.
  bool restore_each_step = false;
  base::WallTime now = base::WallTime::from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z
  std::size_t max_steps = 100'000;
};

struct MachineRun {
  Ending ending;
  std::vector<std::string> history;  // JSON objects
  std::vector<std::string> called;   // "resource parameters"
  std::vector<base::WallTime> woken;
  base::WallTime ended_at;
};

// Runs until it ends. A definition that is not accepted, or a run that waits for ever, throws.
MachineRun run_machine(std::string_view definition, std::string_view input,
                       const RunOptions& options = {});

// Turns it to text and back.
Execution restored(const Machine& machine, const Execution& execution);

// "ExecutionStarted PassStateEntered …".
std::string types_of(const MachineRun& run);

}  // namespace ordo::states
