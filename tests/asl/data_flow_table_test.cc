// What flows into a state and out of it, variables, and the Context object.
#include <gtest/gtest.h>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

constexpr Case kPaths[] = {
    {.name = "PassHandsOn",
     .definition = "{'Type':'Pass'}",
     .input = "{'a':[1,null,'x']}",
     .output = "{'a':[1,null,'x']}"},
    {.name = "PassHandsOnAScalar", .definition = "{'Type':'Pass'}", .input = "7", .output = "7"},
    {.name = "PassHandsOnNull", .definition = "{'Type':'Pass'}", .input = "null", .output = "null"},
    {.name = "NumbersKeepTheirForm",
     .definition = "{'Type':'Pass'}",
     .input = "[1,1.0,-0.5,12345678901234567890,1e3]",
     .output = "[1,1.0,-0.5,12345678901234567890,1000.0]"},
    {.name = "InputPathChooses",
     .definition = "{'Type':'Pass','InputPath':'$.a.b'}",
     .input = "{'a':{'b':[1,2]}}",
     .output = "[1,2]"},
    {.name = "InputPathNullIsAnEmptyObject",
     .definition = "{'Type':'Pass','InputPath':null}",
     .input = "{'a':1}",
     .output = "{}"},
    {.name = "InputPathThatFindsNothing",
     .definition = "{'Type':'Pass','InputPath':'$.none'}",
     .input = "{'a':1}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Invalid path `$.none` : No results for path: $[`none`]"},
    {.name = "InputPathIntoTheContext",
     .definition = "{'Type':'Pass','InputPath':'$$.Execution.Input.x'}",
     .input = "{'x':5}",
     .output = "5"},
    {.name = "InputPathWithAnIndex",
     .definition = "{'Type':'Pass','InputPath':'$[1]'}",
     .input = "[1,{'x':2}]",
     .output = "{'x':2}"},
    {.name = "InputPathWithAWildcardIsAnArray",
     .definition = "{'Type':'Pass','InputPath':'$.*'}",
     .input = "{'a':1,'b':2}",
     .output = "[1,2]"},
    {.name = "OutputPathChooses",
     .definition = "{'Type':'Pass','OutputPath':'$.a'}",
     .input = "{'a':{'b':1}}",
     .output = "{'b':1}"},
    {.name = "OutputPathNullIsAnEmptyObject",
     .definition = "{'Type':'Pass','OutputPath':null}",
     .input = "{'a':1}",
     .output = "{}"},
    {.name = "OutputPathThatFindsNothing",
     .definition = "{'Type':'Pass','OutputPath':'$.none'}",
     .output = "!States.Runtime"},
    {.name = "OutputPathIntoTheContext",
     .definition = "{'Type':'Pass','OutputPath':'$$.State.Name'}",
     .output = "'S'"},
    {.name = "OutputPathSeesWhatResultPathMade",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.r','OutputPath':'$.r'}",
     .input = "{'a':2}",
     .output = "1"},
    {.name = "ResultPathAdds",
     .definition = "{'Type':'Pass','Result':{'x':1},'ResultPath':'$.r'}",
     .input = "{'a':2}",
     .output = "{'a':2,'r':{'x':1}}"},
    {.name = "ResultPathReplaces",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.a'}",
     .input = "{'a':{'b':2},'c':3}",
     .output = "{'a':1,'c':3}"},
    {.name = "ResultPathWholeReplacesAll",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$'}",
     .input = "{'a':2}",
     .output = "1"},
    {.name = "ResultPathNullDropsTheResult",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':null}",
     .input = "{'a':2}",
     .output = "{'a':2}"},
    {.name = "ResultPathMakesWhatIsMissing",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.a.b.c'}",
     .input = "{}",
     .output = "{'a':{'b':{'c':1}}}"},
    {.name = "ResultPathIntoAnArray",
     .definition = "{'Type':'Pass','Result':9,'ResultPath':'$.a[1]'}",
     .input = "{'a':[1,2,3]}",
     .output = "{'a':[1,9,3]}"},
    {.name = "ResultPathOverAScalar",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.a.b'}",
     .input = "{'a':5}",
     .output = "!States.ResultPathMatchFailure|An error occurred while executing the state `S` "
               "(entered at the event id #2). Unable to apply ReferencePath $.a.b to input "
               "{'a':5}"},
    {.name = "ResultPathOverAScalarInput",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.a'}",
     .input = "5",
     .output = "!States.ResultPathMatchFailure"},
    {.name = "ResultPathOverAnArraysEnd",
     .definition = "{'Type':'Pass','Result':1,'ResultPath':'$.a[3]'}",
     .input = "{'a':[1]}",
     .output = "!States.ResultPathMatchFailure"},
    {.name = "ResultPathWorksOnTheRawInput",
     .definition = "{'Type':'Pass','InputPath':'$.in','ResultPath':'$.r'}",
     .input = "{'in':{'x':1}}",
     .output = "{'in':{'x':1},'r':{'x':1}}"},
    {.name = "ParametersReplaceTheInput",
     .definition = "{'Type':'Pass','Parameters':{'c':1,'p.$':'$.a','w.$':'$'}}",
     .input = "{'a':2}",
     .output = "{'c':1,'p':2,'w':{'a':2}}"},
    {.name = "ParametersSeeWhatInputPathLeft",
     .definition = "{'Type':'Pass','InputPath':'$.in','Parameters':{'p.$':'$.x'}}",
     .input = "{'in':{'x':1},'x':2}",
     .output = "{'p':1}"},
    {.name = "ParametersWithinArraysAndObjects",
     .definition = "{'Type':'Pass','Parameters':{'l':[{'p.$':'$.a'},2],'o':{'q.$':'$.a'}}}",
     .input = "{'a':1}",
     .output = "{'l':[{'p':1},2],'o':{'q':1}}"},
    {.name = "ParametersThatFindNothing",
     .definition = "{'Type':'Pass','Parameters':{'p.$':'$.none'}}",
     .input = "{'a':1}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). The JSONPath `$.none` specified for the field `p.$` could not be "
               "found in the input `{'a':1}`"},
    {.name = "ParametersWithAnIntrinsic",
     .definition = "{'Type':'Pass','Parameters':{'p.$':'States.Format(`{}-{}`, $.a, 2)'}}",
     .input = "{'a':'x'}",
     .output = "{'p':'x-2'}"},
    {.name = "ParametersWithNestedIntrinsics",
     .definition = "{'Type':'Pass','Parameters':{'p.$':"
                   "'States.ArrayLength(States.Array($.a, 2, null))'}}",
     .input = "{'a':1}",
     .output = "{'p':3}"},
    {.name = "AnIntrinsicThatFails",
     .definition = "{'Type':'Pass','Parameters':{'p.$':'States.StringToJson($.a)'}}",
     .input = "{'a':'{'}",
     .output = "!States.IntrinsicFailure"},
    {.name = "ParametersOfNoObject",
     .definition = "{'Type':'Pass','Parameters':[1,2]}",
     .output = "[1,2]"},
    {.name = "TextThatLooksLikeAPathIsText",
     .definition = "{'Type':'Pass','Parameters':{'p':'$.a'}}",
     .input = "{'a':1}",
     .output = "{'p':'$.a'}"},
    {.name = "ResultIsNoTemplate",
     .definition = "{'Type':'Pass','Result':{'p.$':'$.a'}}",
     .input = "{'a':1}",
     .output = "{'p.$':'$.a'}"},
    {.name = "ResultNullIsAResult",
     .definition = "{'Type':'Pass','Result':null}",
     .input = "{'a':1}",
     .output = "null"},
    {.name = "ResultSelectorMakesTheResult",
     .definition = "{'Type':'Task','Resource':'echo','ResultSelector':{'y.$':'$.x','k':0}}",
     .input = "{'x':1}",
     .output = "{'y':1,'k':0}"},
    {.name = "ResultSelectorThenResultPath",
     .definition = "{'Type':'Task','Resource':'echo','ResultSelector':{'y.$':'$.x'},"
                   "'ResultPath':'$.r'}",
     .input = "{'x':1}",
     .output = "{'x':1,'r':{'y':1}}"},
    {.name = "ResultSelectorThatFindsNothing",
     .definition = "{'Type':'Task','Resource':'echo','ResultSelector':{'y.$':'$.none'}}",
     .output = "!States.Runtime"},
    {.name = "ResultSelectorSeesTheContext",
     .definition = "{'Type':'Task','Resource':'echo','ResultSelector':{'y.$':'$$.State.Name'}}",
     .output = "{'y':'S'}"},
    {.name = "AllOfThemInTheirOrder",
     .definition = "{'Type':'Task','Resource':'echo','InputPath':'$.in',"
                   "'Parameters':{'a.$':'$.x'},'ResultSelector':{'b.$':'$.a'},"
                   "'ResultPath':'$.out','OutputPath':'$.out.b'}",
     .input = "{'in':{'x':42}}",
     .output = "42",
     .calls = "echo {'a':42}"},
    {.name = "SucceedNarrows",
     .definition = "{'Type':'Succeed','InputPath':'$.a','OutputPath':'$.b'}",
     .input = "{'a':{'b':1}}",
     .output = "1"},
    {.name = "WaitNarrows",
     .definition = "{'Type':'Wait','Seconds':1,'InputPath':'$.a','OutputPath':'$.b'}",
     .input = "{'a':{'b':1}}",
     .output = "1",
     .waits = "1000"},
};

constexpr Case kContext[] = {
    {.name = "Execution",
     .definition = "{'Type':'Pass','Parameters':{'e.$':'$$.Execution'}}",
     .input = "{'x':1}",
     .output = "{'e':{'Id':'arn:aws:states:local:111111111111:execution:machine:run',"
               "'Input':{'x':1},'StartTime':'2026-01-01T00:00:00.000Z','Name':'run',"
               "'RoleArn':'role','RedriveCount':0}}"},
    {.name = "StateMachine",
     .definition = "{'Type':'Pass','Parameters':{'m.$':'$$.StateMachine'}}",
     .output = "{'m':{'Id':'arn:aws:states:local:111111111111:stateMachine:machine',"
               "'Name':'machine'}}"},
    {.name = "StateOfAPass",
     .definition = "{'Type':'Pass','Parameters':{'s.$':'$$.State'}}",
     .output = "{'s':{'Name':'S','EnteredTime':'2026-01-01T00:00:00.000Z'}}"},
    {.name = "StateOfATaskCountsRetries",
     .definition = "{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A','A'],"
                   "'n.$':'$$.State.RetryCount'},'Retry':[{'ErrorEquals':['A']}]}",
     .output = "'fine'",
     .calls = "flaky {'errors':['A','A'],'n':0}; flaky {'errors':['A','A'],'n':1}; "
              "flaky {'errors':['A','A'],'n':2}"},
    {.name = "TheTimeOfTheStateAfterAWait",
     .definition = "{'StartAt':'W','States':{'W':{'Type':'Wait','Seconds':90,'Next':'P'},"
                   "'P':{'Type':'Pass','Parameters':{'t.$':'$$.State.EnteredTime'},'End':true}}}",
     .output = "{'t':'2026-01-01T00:01:30.000Z'}"},
    {.name = "WhatIsNotThere",
     .definition = "{'Type':'Pass','Parameters':{'x.$':'$$.Nothing'}}",
     .output = "!States.Runtime"},
    {.name = "TheInputStaysThroughStates",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Result':0,'Next':'B'},"
                   "'B':{'Type':'Pass','InputPath':'$$.Execution.Input','End':true}}}",
     .input = "{'x':1}",
     .output = "{'x':1}"},
    {.name = "InAnIntrinsic",
     .definition = "{'Type':'Pass','Parameters':{'x.$':'States.Format(`{}`, $$.State.Name)'}}",
     .output = "{'x':'S'}"},
};

constexpr Case kVariables[] = {
    {.name = "AssignedOnceAndSeenLater",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'v.$':'$.x','c':[1]},"
                   "'Next':'B'},'B':{'Type':'Pass','Parameters':{'v.$':'$v','c.$':'$c[0]'},"
                   "'End':true}}}",
     .input = "{'x':{'y':2}}",
     .output = "{'v':{'y':2},'c':1}"},
    {.name = "NothingIsAssigned",
     .definition = "{'Type':'Pass','Assign':{}}",
     .input = "{'x':1}",
     .output = "{'x':1}"},
    {.name = "AllAreAssignedAtOnce",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'x':1,'y':2},"
                   "'Next':'B'},'B':{'Type':'Pass','Assign':{'x.$':'$y','y.$':'$x'},'Next':'C'},"
                   "'C':{'Type':'Pass','Parameters':{'x.$':'$x','y.$':'$y'},'End':true}}}",
     .output = "{'x':2,'y':1}"},
    {.name = "NotSeenInTheStateItself",
     .definition = "{'Type':'Pass','Assign':{'v':1},'Parameters':{'p.$':'$v'}}",
     .output = "!States.Runtime"},
    {.name = "APassAssignsOfItsResult",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Result':{'r':7},"
                   "'Assign':{'v.$':'$.r'},'ResultPath':null,'Next':'B'},"
                   "'B':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .input = "{'r':1}",
     .output = "7"},
    {.name = "ATaskAssignsOfItsSelectedResult",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Task','Resource':'echo',"
                   "'ResultSelector':{'s.$':'$.x'},'Assign':{'v.$':'$.s'},'Next':'B'},"
                   "'B':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .input = "{'x':3}",
     .output = "3"},
    {.name = "AWaitAssignsOfItsInput",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Wait','Seconds':1,"
                   "'Assign':{'v.$':'$.x'},'Next':'B'},"
                   "'B':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .input = "{'x':3}",
     .output = "3"},
    {.name = "WithIntrinsics",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'n':1},'Next':'B'},"
                   "'B':{'Type':'Pass','Assign':{'n.$':'States.MathAdd($n, 41)'},'Next':'C'},"
                   "'C':{'Type':'Pass','InputPath':'$n','End':true}}}",
     .output = "42"},
    {.name = "AVariableThatIsNotThere",
     .definition = "{'Type':'Pass','InputPath':'$none'}",
     .output = "!States.Runtime"},
    {.name = "BranchesSeeTheOuterOnes",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'v':1},'Next':'P'},"
                   "'P':{'Type':'Parallel','End':true,'Branches':[{'StartAt':'X','States':{"
                   "'X':{'Type':'Pass','InputPath':'$v','End':true}}}]}}}",
     .output = "[1]"},
    {.name = "WhatABranchAssignsStaysInIt",
     .definition = "{'StartAt':'P','States':{'P':{'Type':'Parallel','Next':'Z','Branches':["
                   "{'StartAt':'X','States':{'X':{'Type':'Pass','Assign':{'v':1},'End':true}}}]},"
                   "'Z':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .output = "!States.Runtime"},
    {.name = "BranchesDoNotSeeEachOthers",
     .definition = "{'Type':'Parallel','Branches':["
                   "{'StartAt':'X','States':{'X':{'Type':'Pass','Assign':{'v':1},'Next':'X2'},"
                   "'X2':{'Type':'Pass','InputPath':'$v','End':true}}},"
                   "{'StartAt':'Y','States':{'Y':{'Type':'Wait','Seconds':1,'Next':'Y2'},"
                   "'Y2':{'Type':'Pass','InputPath':'$v','End':true}}}]}",
     .output = "!States.Runtime"},
    {.name = "IterationsHaveTheirOwn",
     .definition = "{'Type':'Map','ItemProcessor':{'StartAt':'X','States':{"
                   "'X':{'Type':'Pass','Assign':{'v.$':'$'},'Next':'Y'},"
                   "'Y':{'Type':'Wait','Seconds':1,'Next':'Z'},"
                   "'Z':{'Type':'Pass','InputPath':'$v','End':true}}}}",
     .input = "[1,2,3]",
     .output = "[1,2,3]"},
    {.name = "AParallelAssignsOfItsResult",
     .definition = "{'StartAt':'P','States':{'P':{'Type':'Parallel','Next':'Z',"
                   "'Assign':{'v.$':'$[0]'},'Branches':[{'StartAt':'X','States':{"
                   "'X':{'Type':'Pass','Result':'x','End':true}}}]},"
                   "'Z':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .output = "'x'"},
    {.name = "TheCatchersAssignIsTaken",
     .definition = "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','End':true,"
                   "'Assign':{'v':'ok'},'Catch':[{'ErrorEquals':['States.ALL'],'Next':'Z',"
                   "'Assign':{'v.$':'$.Error'}}]},"
                   "'Z':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .output = "'Boom'"},
    {.name = "NothingIsAssignedByAFailure",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'v':'old'},'Next':'T'},"
                   "'T':{'Type':'Task','Resource':'boom','End':true,'Assign':{'v':'new'},"
                   "'Catch':[{'ErrorEquals':['States.ALL'],'Next':'Z'}]},"
                   "'Z':{'Type':'Pass','InputPath':'$v','End':true}}}",
     .output = "'old'"},
    {.name = "ItemsMayBeAVariable",
     .definition = "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'l':[4,5]},'Next':'M'},"
                   "'M':{'Type':'Map','ItemsPath':'$l','End':true,'ItemProcessor':{'StartAt':'X',"
                   "'States':{'X':{'Type':'Pass','End':true}}}}}}",
     .output = "[4,5]"},
};

class DataFlow : public ::testing::TestWithParam<Case> {};
TEST_P(DataFlow, ComesToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Paths, DataFlow, ::testing::ValuesIn(kPaths), case_name);
INSTANTIATE_TEST_SUITE_P(Context, DataFlow, ::testing::ValuesIn(kContext), case_name);
INSTANTIATE_TEST_SUITE_P(Variables, DataFlow, ::testing::ValuesIn(kVariables), case_name);

}  // namespace
}  // namespace ordo::states
