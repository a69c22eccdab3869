// Task: what is called, what the history tells of it, time limits, and the limits of all states.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "asl/case_table.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

constexpr Case kTaskRows[] = {
    {.name = "ItsParametersAreItsInput",
     .definition = "{'Type':'Task','Resource':'echo'}",
     .input = "{'a':1}",
     .output = "{'a':1}",
     .calls = "echo {'a':1}"},
    {.name = "Parameters",
     .definition = "{'Type':'Task','Resource':'echo','Parameters':{'p.$':'$.a','c':'x'}}",
     .input = "{'a':1}",
     .output = "{'p':1,'c':'x'}",
     .calls = "echo {'p':1,'c':'x'}"},
    {.name = "ParametersThatCannotBeMade",
     .definition = "{'Type':'Task','Resource':'echo','Parameters':{'p.$':'$.a'}}",
     .output = "!States.Runtime",
     .types = "ExecutionStarted TaskStateEntered ExecutionFailed",
     .calls = ""},
    {.name = "Fails",
     .definition = "{'Type':'Task','Resource':'boom'}",
     .output = "!Boom|broken",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionFailed ExecutionFailed"},
    {.name = "TimesOut",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':7}",
     .output = "!States.Timeout|",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionTimedOut ExecutionFailed",
     .waits = "7000"},
    {.name = "TimesOutByAPath",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .input = "{'t':2}",
     .output = "!States.Timeout|",
     .waits = "2000"},
    {.name = "MissesItsHeartbeat",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':60,'HeartbeatSeconds':3}",
     .output = "!States.Timeout|",
     .waits = "3000"},
    {.name = "MissesItsHeartbeatByAPath",
     .definition = "{'Type':'Task','Resource':'hang','HeartbeatSecondsPath':'$.h'}",
     .input = "{'h':4}",
     .output = "!States.Timeout|",
     .waits = "4000"},
    {.name = "TimeoutPathZero",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .input = "{'t':0}",
     .output = "!States.Runtime"},
    {.name = "TimeoutPathHuge",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .input = "{'t':18446744073709551615}",
     .output = "!States.Runtime"},
    {.name = "TimeoutPathVast",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .input = "{'t':1e300}",
     .output = "!States.Runtime"},
    {.name = "TimeoutPathOfText",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .input = "{'t':'5'}",
     .output = "!States.Runtime"},
    {.name = "TimeoutPathThatFindsNothing",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSecondsPath':'$.t'}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Invalid path `$.t` : No results for path: $[`t`]"},
    {.name = "HeartbeatPathThatFindsNothing",
     .definition = "{'Type':'Task','Resource':'hang','HeartbeatSecondsPath':'$.h'}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Invalid path `$.h` : No results for path: $[`h`]"},
    {.name = "TheMachineTimesOutAroundATask",
     .definition = "{'StartAt':'T','TimeoutSeconds':5,'States':{'T':{'Type':'Task','Resource':'"
                   "hang','End':true,'Catch':[{'ErrorEquals':['States.ALL'],'Next':'T'}]}}}",
     .output = "!States.Timeout|",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "TaskStateAborted ExecutionTimedOut",
     .waits = "5000"},
    {.name = "ResultsMayBeScalars",
     .definition = "{'Type':'Task','Resource':'count','ResultPath':'$.n'}",
     .input = "{'a':1}",
     .output = "{'a':1,'n':1}"},
    {.name = "TheContextHasNoTokenThatNobodyNames",
     .definition = "{'Type':'Task','Resource':'echo','Parameters':{'c.$':'$$'},"
                   "'ResultSelector':{'s.$':'$.c.Task'}}",
     .output = "!States.Runtime"},
    {.name = "TheTokenIsThereWhereItIsNamed",
     .definition = "{'Type':'Task','Resource':'echo','Parameters':{'t.$':'$$.Task.Token'},"
                   "'ResultSelector':{'parts.$':'States.ArrayLength(States.StringSplit($.t, "
                   "`.`))'}}",
     .output = "{'parts':3}"},
    {.name = "APathThatMissesAMemberOnTheWay",
     .definition = "{'Type':'Task','Resource':'echo','OutputPath':'$.no.such.result.path'}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Invalid path `$.no.such.result.path` : Missing property in path "
               "$[`no`]"},
    {.name = "APathThatMissesTheLastMember",
     .definition = "{'Type':'Task','Resource':'echo','OutputPath':'$.a.b'}",
     .input = "{'a':{}}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Invalid path `$.a.b` : No results for path: $[`a`][`b`]"},
    {.name = "CredentialsOfAPathThatFindsNothing",
     .definition = "{'Type':'Task','Resource':'echo','Credentials':{'RoleArn.$':'$.none'}}",
     .output = "!States.Runtime"},
    {.name = "CredentialsAreAccepted",
     .definition = "{'Type':'Task','Resource':'echo','Credentials':{'RoleArn':'arn:aws:iam::"
                   "111122223333:role/r'}}",
     .input = "1",
     .output = "1"},
};

constexpr Case kLimits[] = {
    {.name = "AnOutputOfAllTheBytes",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','Next':'Z'},'Z':{'"
                   "Type':'Pass','Result':'ok','End':true}}}",
     .input = "262142",
     .output = "'ok'"},
    {.name = "AnOutputOfOneByteMore",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','Next':'Z'},'Z':{'"
                   "Type':'Pass','Result':'ok','End':true}}}",
     .input = "262143",
     .output = "!States.DataLimitExceeded"},
    {.name = "ATemplateThatDoublesWhatItHas",
     .definition = "{'StartAt':'D','States':{'D':{'Type':'Pass','Parameters':{'a.$':'$','b.$':'$'},"
                   "'Next':'D2'},'D2':{'Type':'Choice','Choices':[{'Variable':'$','IsPresent':true,"
                   "'Next':'D'}],'Default':'E'},'E':{'Type':'Succeed'}}}",
     .input = "{'x':'xxxxxxxxxxxxxxxx'}",
     .output = "!States.DataLimitExceeded"},
    {.name = "AResultThatGrowsInALoop",
     .definition =
         "{'StartAt':'D','States':{'D':{'Type':'Pass','Parameters':{'l.$':'States.Array($.l, "
         "$.l)'},'Next':'D2'},'D2':{'Type':'Choice','Choices':[{'Variable':'$.l','IsPresent':true,'"
         "Next':'D'}],'Default':'E'},'E':{'Type':'Succeed'}}}",
     .input = "{'l':['xxxxxxxxxxxxxxxx']}",
     .output = "!States.DataLimitExceeded"},
    {.name = "ATemplateThatNestsInALoop",
     .definition = "{'StartAt':'D','States':{'D':{'Type':'Pass','Parameters':{'v.$':'$'},"
                   "'Next':'C'},'C':{'Type':'Choice','Choices':[{'Variable':'$.v',"
                   "'IsPresent':true,'Next':'D'}],'Default':'E'},'E':{'Type':'Succeed'}}}",
     .output = "!States.Runtime"},
    {.name = "AnEndlessLoopFillsTheHistory",
     .definition =
         "{'StartAt':'A','States':{'A':{'Type':'Pass','Next':'B'},'B':{'Type':'Choice','Choices':[{"
         "'Variable':'$','IsPresent':true,'Next':'A'}],'Default':'C'},'C':{'Type':'Succeed'}}}",
     .output =
         "!States.Runtime|The execution reached the maximum number of history events (25000)."},
};

class Tasks : public ::testing::TestWithParam<Case> {};
TEST_P(Tasks, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Task, Tasks, ::testing::ValuesIn(kTaskRows), case_name);
INSTANTIATE_TEST_SUITE_P(Limits, Tasks, ::testing::ValuesIn(kLimits), case_name);

// One event of a run, without what is the same for all.
Json details(const MachineRun& run, std::string_view type) {
  for (const std::string& text : run.history) {
    Json event = *base::parse_json_tree(text);
    if (event.at("type").get_string() != type) continue;
    for (const char* name : {"id", "previousEventId", "timestamp", "type"}) {
      event.get_object().erase(name);
    }
    return event;
  }
  return "there is none";
}

struct OneTask {
  RunOptions options;
  MachineRun run(const char* resource, const Called& called) {
    const auto answer = [called](const std::string&) { return called; };
    options.functions[resource] = answer;
    const std::string state = std::string("{'Type':'Task','Resource':'") + resource +
                              "','TimeoutSeconds':9,'HeartbeatSeconds':4}";
    return run_machine(machine_text(state), R"({"a":1})", options);
  }
};

TEST(TaskEvents, OfAFunctionNameItsArnAndItsInput) {
  const char* arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
  const MachineRun run = OneTask().run(arn, std::string("[1]"));
  EXPECT_EQ(
      base::json_tree_text(details(run, "LambdaFunctionScheduled")),
      R"({"lambdaFunctionScheduledEventDetails":{"resource":")" + std::string(arn) +
          R"(","input":"{\"a\":1}","inputDetails":{"truncated":false},"timeoutInSeconds":9}})");
  EXPECT_EQ(base::json_tree_text(details(run, "LambdaFunctionStarted")), "{}");
  EXPECT_EQ(base::json_tree_text(details(run, "LambdaFunctionSucceeded")),
            R"({"lambdaFunctionSucceededEventDetails":{"output":"[1]",)"
            R"("outputDetails":{"truncated":false}}})");
}

TEST(TaskEvents, OfAFunctionThatFailsTellWhy) {
  const MachineRun run = OneTask().run("f", Fault{"E", "c"});
  EXPECT_EQ(base::json_tree_text(details(run, "LambdaFunctionFailed")),
            R"({"lambdaFunctionFailedEventDetails":{"error":"E","cause":"c"}})");
  EXPECT_EQ(base::json_tree_text(details(run, "ExecutionFailed")),
            R"({"executionFailedEventDetails":{"error":"E","cause":"c"}})");
}

TEST(TaskEvents, OfAServiceNameTheServiceAndTheAction) {
  const MachineRun run = OneTask().run("arn:aws:states:::lambda:invoke", std::string("[1]"));
  EXPECT_EQ(types_of(run),
            "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded "
            "TaskStateExited ExecutionSucceeded");
  EXPECT_EQ(base::json_tree_text(details(run, "TaskScheduled")),
            R"({"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke",)"
            R"("region":"local","parameters":"{\"a\":1}","timeoutInSeconds":9,)"
            R"("heartbeatInSeconds":4}})");
  EXPECT_EQ(base::json_tree_text(details(run, "TaskStarted")),
            R"({"taskStartedEventDetails":{"resourceType":"lambda","resource":"invoke"}})");
  EXPECT_EQ(base::json_tree_text(details(run, "TaskSucceeded")),
            R"({"taskSucceededEventDetails":{"resourceType":"lambda","resource":"invoke",)"
            R"("output":"[1]","outputDetails":{"truncated":false}}})");
}

TEST(TaskEvents, OfAServiceThatIsWaitedForNameHow) {
  const MachineRun run =
      OneTask().run("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Fault{"E", "c"});
  EXPECT_EQ(base::json_tree_text(details(run, "TaskFailed")),
            R"({"taskFailedEventDetails":{"resourceType":"sqs",)"
            R"("resource":"sendMessage.waitForTaskToken","error":"E","cause":"c"}})");
  const MachineRun late =
      OneTask().run("arn:aws:states:::states:startExecution.sync:2", NoAnswer{});
  EXPECT_EQ(base::json_tree_text(details(late, "TaskTimedOut")),
            R"({"taskTimedOutEventDetails":{"resourceType":"states",)"
            R"("resource":"startExecution.sync:2","error":"States.Timeout"}})");
}

TEST(TaskEvents, TellTheRoleOfCredentials) {
  RunOptions options = table_options();
  const MachineRun run = run_machine(
      machine_text("{'Type':'Task','Resource':'echo','Credentials':{'RoleArn.$':'$.r'}}"),
      R"({"r":"arn:aws:iam::1:role/x"})", options);
  EXPECT_EQ(details(run, "LambdaFunctionScheduled")
                .at("lambdaFunctionScheduledEventDetails")
                .at("taskCredentials"),
            Json({{"roleArn", "arn:aws:iam::1:role/x"}}));
}

TEST(TaskEvents, EachFollowsTheOneBefore) {
  const MachineRun run =
      run_machine(machine_text("{'Type':'Task','Resource':'echo'}"), "{}", table_options());
  std::string chain;
  for (const std::string& text : run.history) {
    const Json event = *base::parse_json_tree(text);
    chain += base::json_tree_text(event.at("previousEventId")) + " ";
  }
  EXPECT_EQ(chain, "0 0 2 3 4 5 6 ");
}

}  // namespace
}  // namespace ordo::states
