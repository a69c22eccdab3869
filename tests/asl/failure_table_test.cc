// Retry and Catch.
#include <gtest/gtest.h>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

constexpr Case kRetries[] = {
    {.name = "ThreeByDefaultAndTwiceAsLongEachTime",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['States.ALL']}]}",
     .output = "!Boom|broken",
     .waits = "1000 3000 7000"},
    {.name = "SucceedsInTheEnd",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A','B']},'Retry':[{'"
                   "ErrorEquals':['States.ALL']}]}",
     .output = "'fine'",
     .waits = "1000 3000"},
    {.name = "IntervalSeconds",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'"
                   "IntervalSeconds':5,'MaxAttempts':2}]}",
     .output = "!Boom",
     .waits = "5000 15000"},
    {.name = "BackoffRateOne",
     .definition =
         "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'BackoffRate':1.0}]}",
     .output = "!Boom",
     .waits = "1000 2000 3000"},
    {.name = "BackoffRateWithAFraction",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'"
                   "IntervalSeconds':3,'BackoffRate':1.1,'MaxAttempts':4}]}",
     .output = "!Boom",
     .waits = "3000 6300 9930 13923"},
    {.name = "MaxDelaySeconds",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'"
                   "IntervalSeconds':2,'MaxDelaySeconds':5,'MaxAttempts':4}]}",
     .output = "!Boom",
     .waits = "2000 6000 11000 16000"},
    {.name = "MaxAttemptsZeroNeverRetries",
     .definition =
         "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'MaxAttempts':0}]}",
     .output = "!Boom",
     .waits = ""},
    {.name = "OtherErrorsAreNotRetried",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Other']}]}",
     .output = "!Boom",
     .waits = ""},
    {.name = "TheFirstThatNamesItCounts",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'MaxAttempts'"
                   ":1},{'ErrorEquals':['States.ALL'],'IntervalSeconds':9}]}",
     .output = "!Boom",
     .waits = "1000"},
    {.name = "ErrorsAreNamedWithCase",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['boom']}]}",
     .output = "!Boom",
     .waits = ""},
    {.name = "AttemptsAreCountedPerRetrier",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A','B','A','B']},'"
                   "Retry':[{'ErrorEquals':['A'],'MaxAttempts':2},{'ErrorEquals':['B'],'"
                   "IntervalSeconds':10,'MaxAttempts':2}]}",
     .output = "'fine'",
     .waits = "1000 11000 13000 33000"},
    {.name = "ARetrierThatIsSpentEndsIt",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A','B','A']},'Retry'"
                   ":[{'ErrorEquals':['A'],'MaxAttempts':1},{'ErrorEquals':['B']}]}",
     .output = "!A",
     .waits = "1000 2000"},
    {.name = "SeveralNamesInOneRetrier",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A','B']},'Retry':[{'"
                   "ErrorEquals':['A','B']}]}",
     .output = "'fine'",
     .waits = "1000 3000"},
    {.name = "TaskFailedNamesAnyButTimeouts",
     .definition = "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['States.TaskFailed'],"
                   "'MaxAttempts':1}]}",
     .output = "!Boom",
     .waits = "1000"},
    {.name = "TaskFailedDoesNotNameTimeout",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':2,'Retry':[{'ErrorEquals':['"
                   "States.TaskFailed']}]}",
     .output = "!States.Timeout|",
     .waits = "2000"},
    {.name = "TimeoutIsRetried",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':2,'Retry':[{'ErrorEquals':['"
                   "States.Timeout'],'MaxAttempts':1}]}",
     .output = "!States.Timeout|",
     .waits = "2000 3000 5000"},
    {.name = "AllNamesTimeout",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':2,'Retry':[{'ErrorEquals':['"
                   "States.ALL'],'MaxAttempts':1}]}",
     .output = "!States.Timeout|",
     .waits = "2000 3000 5000"},
    {.name = "HeartbeatTimeoutIsRetried",
     .definition = "{'Type':'Task','Resource':'hang','HeartbeatSeconds':2,'Retry':[{'ErrorEquals':["
                   "'States.HeartbeatTimeout'],'MaxAttempts':1}]}",
     .output = "!States.Timeout|",
     .waits = "2000 3000 5000"},
    {.name = "HeartbeatTimeoutDoesNotNameTimeout",
     .definition = "{'Type':'Task','Resource':'hang','TimeoutSeconds':2,'Retry':[{'ErrorEquals':["
                   "'States.HeartbeatTimeout'],'MaxAttempts':1}]}",
     .output = "!States.Timeout|",
     .waits = "2000"},
    {.name = "TimeoutNamesHeartbeatTimeout",
     .definition = "{'Type':'Task','Resource':'hang','HeartbeatSeconds':2,'Retry':[{'ErrorEquals':["
                   "'States.Timeout'],'MaxAttempts':1}]}",
     .output = "!States.Timeout|",
     .waits = "2000 3000 5000"},
    {.name = "RuntimeIsNeverRetried",
     .definition = "{'Type':'Task','Resource':'echo','InputPath':'$.none','Retry':[{'ErrorEquals':["
                   "'States.ALL']}]}",
     .output = "!States.Runtime",
     .waits = ""},
    {.name = "RuntimeIsNotRetriedByItsName",
     .definition = "{'Type':'Task','Resource':'echo','InputPath':'$.none','Retry':[{'ErrorEquals':["
                   "'States.Runtime']}]}",
     .output = "!States.Runtime",
     .waits = ""},
    {.name = "AllNamesDataLimitExceeded",
     .definition = "{'Type':'Task','Resource':'big','InputPath':'$.n','Retry':[{'ErrorEquals':['"
                   "States.ALL'],'MaxAttempts':1}]}",
     .input = "{'n':262143}",
     .output = "!States.DataLimitExceeded",
     .waits = "1000"},
    {.name = "TaskFailedDoesNotNameDataLimitExceeded",
     .definition = "{'Type':'Task','Resource':'big','InputPath':'$.n','Retry':[{'ErrorEquals':['"
                   "States.TaskFailed']}]}",
     .input = "{'n':262143}",
     .output = "!States.DataLimitExceeded",
     .waits = ""},
    {.name = "DataLimitExceededByItsName",
     .definition = "{'Type':'Task','Resource':'big','InputPath':'$.n','Retry':[{'ErrorEquals':['"
                   "States.DataLimitExceeded'],'MaxAttempts':1}]}",
     .input = "{'n':262143}",
     .output = "!States.DataLimitExceeded",
     .waits = "1000"},
    {.name = "AnIntrinsicsFailureIsRetried",
     .definition = "{'Type':'Task','Resource':'echo','Parameters':{'x.$':'States.StringToJson($.a)'"
                   "},'Retry':[{'ErrorEquals':['States.IntrinsicFailure'],'MaxAttempts':1}]}",
     .input = "{'a':'{'}",
     .output = "!States.IntrinsicFailure",
     .waits = "1000"},
    {.name = "AParallelIsRetriedAsAWhole",
     .definition =
         "{'Type':'Parallel','Branches':[{'StartAt':'F','States':{'F':{'Type':'Task','Resource':'"
         "flaky','Parameters':{'errors':['A']},'End':true}}},{'StartAt':'E','States':{'E':{'Type':'"
         "Task','Resource':'count','End':true}}}],'Retry':[{'ErrorEquals':['A']}]}",
     .output = "['fine',1]",
     .waits = "1000"},
    {.name = "AMapIsRetriedAsAWhole",
     .definition =
         "{'Type':'Map','ItemProcessor':{'StartAt':'C','States':{'C':{'Type':'Task','Resource':'"
         "count','Next':'F'},'F':{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A']},'"
         "End':true}}},'Retry':[{'ErrorEquals':['A'],'IntervalSeconds':2}]}",
     .input = "[1]",
     .output = "['fine']",
     .calls = "count 1; flaky {'errors':['A']}; count 1; flaky {'errors':['A']}",
     .waits = "2000"},
    {.name = "AttemptsBeginAnewWhenTheStateIsEnteredAgain",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'flaky','Parameters':{'errors':['"
         "A','A','A','A']},'ResultPath':'$.r','Retry':[{'ErrorEquals':['A'],'MaxAttempts':1}],'"
         "Catch':[{'ErrorEquals':['A'],'ResultPath':null,'Next':'T'}],'End':true}}}",
     .output = "{'r':'fine'}",
     .waits = "1000 2000"},
    {.name = "EventsOfARetry",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A']},'Retry':[{'"
                   "ErrorEquals':['A']}]}",
     .output = "'fine'",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionFailed LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded"},
};

constexpr Case kCatches[] = {
    {.name = "TheErrorIsTheOutput",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'ErrorEquals':['"
         "Boom'],'Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .output = "{'Error':'Boom','Cause':'broken'}",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionFailed TaskStateExited PassStateEntered PassStateExited "
              "ExecutionSucceeded"},
    {.name = "ResultPathKeepsTheInput",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'ErrorEquals':['"
         "Boom'],'ResultPath':'$.e','Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .input = "{'a':1}",
     .output = "{'a':1,'e':{'Error':'Boom','Cause':'broken'}}"},
    {.name = "ResultPathNullDropsTheError",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'ErrorEquals':['"
         "Boom'],'ResultPath':null,'Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .input = "{'a':1}",
     .output = "{'a':1}"},
    {.name = "ResultPathOverAScalar",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'ErrorEquals':['"
         "Boom'],'ResultPath':'$.a.b','Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .input = "{'a':1}",
     .output = "!States.ResultPathMatchFailure"},
    {.name = "TheFirstThatNamesItIsTaken",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'"
                   "ErrorEquals':['Other'],'Next':'X'},{'ErrorEquals':['Boom'],'Next':'Y'},{'"
                   "ErrorEquals':['States.ALL'],'Next':'X'}],'End':true},'X':{'Type':'Pass','"
                   "Result':'x','End':true},'Y':{'Type':'Pass','Result':'y','End':true}}}",
     .output = "'y'"},
    {.name = "NobodysError",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'"
                   "ErrorEquals':['Other'],'Next':'X'}],'End':true},'X':{'Type':'Succeed'}}}",
     .output = "!Boom|broken",
     .types = "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
              "LambdaFunctionFailed ExecutionFailed"},
    {.name = "RetriesComeFirst",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Retry':[{'"
                   "ErrorEquals':['Boom'],'MaxAttempts':1}],'Catch':[{'ErrorEquals':['Boom'],'Next'"
                   ":'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .output = "{'Error':'Boom','Cause':'broken'}",
     .waits = "1000"},
    {.name = "RuntimeIsNotCaught",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'echo','InputPath':'$.none','"
         "Catch':[{'ErrorEquals':['States.ALL'],'Next':'Z'}],'End':true},'Z':{'Type':'Succeed'}}}",
     .output = "!States.Runtime"},
    {.name = "DataLimitExceededNamesTheFunction",
     .definition = "{'Type':'Task','Resource':'big','InputPath':'$.n'}",
     .input = "{'n':300000}",
     .output = "!States.DataLimitExceeded|The state/task `big` returned a result with a size "
               "exceeding the maximum number of bytes service limit."},
    {.name = "DataLimitExceededIsCaughtByAll",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','InputPath':'$.n','Catch':[{"
         "'ErrorEquals':['States.ALL'],'Next':'Z'}],'End':true},'Z':{'Type':'Pass','InputPath':"
         "'$.Error','End':true}}}",
     .input = "{'n':300000}",
     .output = "'States.DataLimitExceeded'"},
    {.name = "TimeoutIsCaught",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'hang','TimeoutSeconds':"
                   "3,'Catch':[{'ErrorEquals':['States.Timeout'],'Next':'Z'}],'End':true},'Z':{'"
                   "Type':'Pass','End':true}}}",
     .output = "{'Error':'States.Timeout','Cause':''}",
     .waits = "3000"},
    {.name = "OutputPathIsNotForTheCaught",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','OutputPath':'$."
                   "none','Catch':[{'ErrorEquals':['Boom'],'Next':'Z'}],'End':true},'Z':{'Type':'"
                   "Pass','End':true}}}",
     .output = "{'Error':'Boom','Cause':'broken'}"},
    {.name = "NoChoiceMatchedIsCaughtAround",
     .definition =
         "{'StartAt':'P','States':{'P':{'Type':'Parallel','Branches':[{'StartAt':'C','States':{'C':"
         "{'Type':'Choice','Choices':[{'Variable':'$.x','IsPresent':true,'Next':'D'}]},'D':{'Type':"
         "'Succeed'}}}],'Catch':[{'ErrorEquals':['States.NoChoiceMatched'],'ResultPath':null,'Next'"
         ":'Z'}],'End':true},'Z':{'Type':'Pass','Result':'z','End':true}}}",
     .output = "'z'"},
    {.name = "ResultPathMatchFailureIsCaught",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'echo','ResultPath':'$."
                   "a.b','Catch':[{'ErrorEquals':['States.ResultPathMatchFailure'],'ResultPath':"
                   "null,'Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .input = "{'a':1}",
     .output = "{'a':1}"},
    {.name = "TheCatchersAssignSeesTheError",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'"
                   "ErrorEquals':['Boom'],'Assign':{'c.$':'$.Cause'},'Next':'Z'}],'End':true},'Z':{"
                   "'Type':'Pass','InputPath':'$c','End':true}}}",
     .output = "'broken'"},
    {.name = "ACatcherMayLeadBack",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'flaky','Parameters':{'"
                   "errors':['A','B']},'Catch':[{'ErrorEquals':['States.TaskFailed'],'ResultPath':'"
                   "$.last','Next':'T'}],'End':true}}}",
     .output = "'fine'"},
};

class Failures : public ::testing::TestWithParam<Case> {};
TEST_P(Failures, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Retry, Failures, ::testing::ValuesIn(kRetries), case_name);
INSTANTIATE_TEST_SUITE_P(Catch, Failures, ::testing::ValuesIn(kCatches), case_name);

// The pauses are drawn between nothing and what they would be without jitter.
TEST(Jitter, StaysBelowThePauseWithoutIt) {
  const MachineRun run = run_both_ways(
      machine_text("{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],"
                   "'IntervalSeconds':100,'MaxAttempts':3,'JitterStrategy':'FULL'}]}"),
      "{}");
  ASSERT_EQ(run.woken.size(), 3U);
  base::WallTime last = RunOptions().now;
  std::int64_t most = 100'000;
  for (const base::WallTime at : run.woken) {
    const std::int64_t pause = (at - last).count();
    EXPECT_GE(pause, 0);
    EXPECT_LT(pause, most);
    EXPECT_NE(pause % 1000, 0);
    most *= 2;
    last = at;
  }
}

}  // namespace
}  // namespace ordo::states
