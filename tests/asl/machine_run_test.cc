// What the runner of the other tests is worth.
#include "asl/machine_run.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ordo::states {
namespace {

TEST(MachineRun, TellsACallItsParametersAndGoesOnWithWhatItComesTo) {
  RunOptions options;
  options.functions["double"] = [](const std::string& parameters) -> Called {
    return parameters == "{\"n\":21}" ? Called("42") : Called(Fault{"Wrong", parameters});
  };
  const MachineRun run = run_machine(
      R"({"StartAt":"A","States":{"A":{"Type":"Task","Resource":"double","End":true}}})",
      R"({"n":21})", options);
  EXPECT_EQ(run.ending.status, Status::succeeded);
  EXPECT_EQ(run.ending.output, "42");
  EXPECT_EQ(types_of(run),
            "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
            "LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded");
}

TEST(MachineRun, RefusesAMachineThatCannotBeRead) {
  EXPECT_THROW(run_machine("{}", "{}"), std::runtime_error);
}

}  // namespace
}  // namespace ordo::states
