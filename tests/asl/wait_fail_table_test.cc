// Wait and Fail.
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
     .output =
         "!States.Runtime|An error occurred while executing the state `S` (entered at the event id "
         "#2). The SecondsPath parameter references a negative value: $.s == -1"},
    {.name = "SecondsPathWithAFraction",
     .definition = "{'Type':'Wait','SecondsPath':'$.s'}",
     .input = "{'s':1.5}",
     .output =
         "!States.Runtime|An error occurred while executing the state `S` (entered at the event id "
         "#2). The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5"},
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
     .output =
         "!States.Runtime|An error occurred while executing the state `S` (entered at the event id "
         "#2). The SecondsPath parameter does not reference an input value: $.s"},
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
    {.name = "TimestampPathOfTheLastMoment",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':'2094-01-19T03:14:07Z'}",
     .output = "{'t':'2094-01-19T03:14:07Z'}",
     .waits = "2147483647000"},
    {.name = "TimestampPathTooFarAhead",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':'2094-01-19T03:14:08Z'}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Wait state delay is too long."},
    {.name = "TimestampPathOfNoTimestamp",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .input = "{'t':'tomorrow'}",
     .output = "!States.Runtime"},
    {.name = "TimestampPathThatFindsNothing",
     .definition = "{'Type':'Wait','TimestampPath':'$.t'}",
     .output =
         "!States.Runtime|An error occurred while executing the state `S` (entered at the event id "
         "#2). The TimestampPath parameter does not reference an input value: $.t"},
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

class WaitsAndFails : public ::testing::TestWithParam<Case> {};
TEST_P(WaitsAndFails, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Wait, WaitsAndFails, ::testing::ValuesIn(kWaits), case_name);
INSTANTIATE_TEST_SUITE_P(Fail, WaitsAndFails, ::testing::ValuesIn(kFails), case_name);

}  // namespace
}  // namespace ordo::states
