// Wait, Fail, Retry and Catch.
#include <gtest/gtest.h>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

constexpr Case kWaits[] = {
    {.name = "Seconds",
     .definition = "{'Type':'Wait','Seconds':10}",
     .input = "{'a':1}",
     .output = "{'a':1}",
     .types = "ExecutionStarted WaitStateEntered WaitStateExited ExecutionSucceeded",
     .waits = "10000"},
    {.name = "ZeroSecondsAreNoWait", .definition = "{'Type':'Wait','Seconds':0}", .waits = ""},
    {.name = "Timestamp",
     .definition = "{'Type':'Wait','Timestamp':'2026-01-01T00:00:01.250Z'}",
     .waits = "1250"},
    {.name = "TimestampWithAnOffset",
     .definition = "{'Type':'Wait','Timestamp':'2026-01-01T02:00:05+02:00'}",
     .waits = "5000"},
    {.name = "TimestampInThePast",
     .definition = "{'Type':'Wait','Timestamp':'2020-01-01T00:00:00Z'}",
     .waits = ""},
    {.name = "SecondsPath",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':3}",
     .output = "{'s':3}",
     .waits = "3000"},
    {.name = "SecondsPathZero",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':0}",
     .output = "{'s':0}",
     .waits = ""},
    {.name = "SecondsPathNegative",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':-1}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathWithAFraction",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':1.5}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathOfText",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':'3'}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathOfNull",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':null}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathThatFindsNothing",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathMost",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':99999999}",
     .output = "{'s':99999999}",
     .waits = "99999999000"},
    {.name = "SecondsPathOverTheMost",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':100000000}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathHuge",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':18446744073709551615}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathVast",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':1e308}",
     .output = "!States.Runtime"},
    {.name = "TimestampPath",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':'2026-01-01T00:00:02Z'}",
     .output = "{'t':'2026-01-01T00:00:02Z'}",
     .waits = "2000"},
    {.name = "TimestampPathOfNoTimestamp",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':'tomorrow'}",
     .output = "!States.Runtime"},
    {.name = "TimestampPathOfANumber",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':1}",
     .output = "!States.Runtime"},
    {.name = "SecondsPathSeesWhatInputPathLeft",
     .definition = "{'Type':'Wait','InputPath':'$.in','SecondsPath':'$.s'}",
     .input = "{'in':{'s':2}}",
     .output = "{'s':2}",
     .waits = "2000"},
    {.name = "SecondsPathOfAVariable",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'s':4},'Next':'W'},'W':{'"
                   "Type':'Wait','SecondsPath':'$s','End':true}}}",
     .waits = "4000"},
    {.name = "OneAfterTheOther",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Wait','Seconds':1,'Next':'B'},'B':{'Type'"
                   ":'Wait','Seconds':2,'End':true}}}",
     .waits = "1000 3000"},
    {.name = "LongerThanTheMachineMay",
     .definition = "{'StartAt':'A','TimeoutSeconds':5,'States':{'A':{'Type':'Wait','Seconds':10,'"
                   "End':true}}}",
     .output = "!States.Timeout|",
     .types = "ExecutionStarted WaitStateEntered WaitStateAborted ExecutionTimedOut",
     .waits = "5000"},
};

constexpr Case kFails[] = {
    {.name = "ErrorAndCause",
     .definition = "{'Type':'Fail','Error':'E','Cause':'c'}",
     .output = "!E|c",
     .types = "ExecutionStarted FailStateEntered ExecutionFailed"},
    {.name = "Nothing", .definition = "{'Type':'Fail'}", .output = "!|"},
    {.name = "ErrorAlone", .definition = "{'Type':'Fail','Error':'E'}", .output = "!E|"},
    {.name = "CauseAlone", .definition = "{'Type':'Fail','Cause':'c'}", .output = "!|c"},
    {.name = "ByPaths",
     .definition = "{'Type':'Fail','ErrorPath':'$.e','CausePath':'$.c'}",
     .input = "{'e':'E','c':'why'}",
     .output = "!E|why"},
    {.name = "ByIntrinsics",
     .definition = "{'Type':'Fail','ErrorPath':'States.Format(`E-{}`, "
                   "$.n)','CausePath':'States.JsonToString($)'}",
     .input = "{'n':1}",
     .output = "!E-1|{'n':1}"},
    {.name = "ByTheContext",
     .definition = "{'Type':'Fail','Error':'E','CausePath':'$$.State.Name'}",
     .output = "!E|S"},
    {.name = "ByAVariable",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'e':'V'},'Next':'F'},'F':"
                   "{'Type':'Fail','ErrorPath':'$e'}}}",
     .output = "!V|"},
    {.name = "PathThatFindsNothing",
     .definition = "{'Type':'Fail','ErrorPath':'$.e'}",
     .output = "!States.Runtime"},
    {.name = "PathToANumber",
     .definition = "{'Type':'Fail','CausePath':'$.c'}",
     .input = "{'c':1}",
     .output = "!States.Runtime"},
    {.name = "AnErrorOfItsOwnCanBeCaughtAround",
     .definition =
         "{'StartAt':'P','States':{'P':{'Type':'Parallel','Branches':[{'StartAt':'F','States':{'F':"
         "{'Type':'Fail','Error':'Mine','Cause':'c'}}}],'Catch':[{'ErrorEquals':['Mine'],'Next':'Z'"
         "}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .output = "{'Error':'Mine','Cause':'c'}"},
};

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
     .output = "!States.HeartbeatTimeout|",
     .waits = "2000 3000 5000"},
    {.name = "TimeoutNamesHeartbeatTimeout",
     .definition = "{'Type':'Task','Resource':'hang','HeartbeatSeconds':2,'Retry':[{'ErrorEquals':["
                   "'States.Timeout'],'MaxAttempts':1}]}",
     .output = "!States.HeartbeatTimeout|",
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
    {.name = "AllDoesNotNameDataLimitExceeded",
     .definition = "{'Type':'Task','Resource':'big','InputPath':'$.n','Retry':[{'ErrorEquals':['"
                   "States.ALL']}]}",
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
    {.name = "DataLimitExceededIsNotCaughtByAll",
     .definition =
         "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','InputPath':'$.n','Catch':[{"
         "'ErrorEquals':['States.ALL'],'Next':'Z'}],'End':true},'Z':{'Type':'Succeed'}}}",
     .input = "{'n':300000}",
     .output = "!States.DataLimitExceeded|The state/task `big` returned a result with a size "
               "exceeding the maximum number of bytes service limit."},
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

class Failures : public testing::TestWithParam<Case> {};
TEST_P(Failures, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Wait, Failures, testing::ValuesIn(kWaits), case_name);
INSTANTIATE_TEST_SUITE_P(Fail, Failures, testing::ValuesIn(kFails), case_name);
INSTANTIATE_TEST_SUITE_P(Retry, Failures, testing::ValuesIn(kRetries), case_name);
INSTANTIATE_TEST_SUITE_P(Catch, Failures, testing::ValuesIn(kCatches), case_name);

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
