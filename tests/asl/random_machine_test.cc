// Random machines, run plainly and with the execution restored between any two steps: the same end,
// the same calls, the same history.
#include "asl/random_machine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>

#include "asl/case_table.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

MachineRun run_random(const RandomMachine& machine, bool restores) {
  RunOptions options = table_options();
  options.restore_each_step = restores;
  return run_machine(machine.definition, machine.input, options);
}

RC_GTEST_PROP(RandomMachines, EndAsTheyDoWithoutARestore, (std::uint64_t seed)) {
  const RandomMachine machine = random_machine(seed);
  const MachineRun plain = run_random(machine, false);
  const MachineRun again = run_random(machine, true);
  RC_ASSERT(plain.ending.status == again.ending.status);
  RC_ASSERT(plain.ending.output == again.ending.output);
  RC_ASSERT(plain.ending.fault == again.ending.fault);
  RC_ASSERT(plain.history == again.history);
  RC_ASSERT(plain.called == again.called);
  RC_ASSERT(plain.woken == again.woken);
}

// Ids count up, each event follows an earlier one, and the last one tells the end.
RC_GTEST_PROP(RandomMachines, HaveAHistoryWithoutHoles, (std::uint64_t seed)) {
  const MachineRun run = run_random(random_machine(seed), false);
  std::int64_t id = 0;
  std::map<std::string, int, std::less<>> types;
  for (const std::string& text : run.history) {
    const Json event = *base::parse_json_tree(text);
    RC_ASSERT(event.at("id").get_int64() == ++id);
    RC_ASSERT(event.at("previousEventId").get_int64() < id);
    RC_ASSERT(event.at("previousEventId").get_int64() >= 0);
    ++types[std::string(event.at("type").get_string())];
  }
  const Json last = *base::parse_json_tree(run.history.back());
  RC_ASSERT(last.at("type").get_string() ==
            (run.ending.status == Status::succeeded ? "ExecutionSucceeded" : "ExecutionFailed"));
  RC_ASSERT(types["ExecutionStarted"] == 1);
  RC_ASSERT(types["PassStateEntered"] >= types["PassStateExited"]);
  RC_ASSERT(types["MapIterationStarted"] == types["MapIterationSucceeded"] +
                                                types["MapIterationFailed"] +
                                                types["MapIterationAborted"]);
}

TEST(RandomMachineGenerator, MakesMachinesOfAllKindsOfEnds) {
  std::map<std::string, int, std::less<>> ends;
  std::set<std::string> types;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const MachineRun run = run_random(random_machine(seed), false);
    ++ends[run.ending.status == Status::succeeded ? "succeeded" : run.ending.fault.error];
    for (const std::string& text : run.history) {
      types.insert(std::string(base::parse_json_tree(text)->at("type").get_string()));
    }
  }
  EXPECT_GT(ends["succeeded"], 30);
  for (const char* error : {"A", "Boom", "States.Timeout", "States.Runtime"}) {
    EXPECT_GT(ends[error], 0) << error;
  }
  for (const char* type : {"MapRunStarted", "MapIterationAborted", "TaskStateAborted",
                           "WaitStateAborted", "ParallelStateFailed", "LambdaFunctionTimedOut"}) {
    EXPECT_TRUE(types.contains(type)) << type;
  }
}

}  // namespace
}  // namespace ordo::states
