// Parallel and Map.
#include <gtest/gtest.h>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

constexpr Case kParallels[] = {
    {.name = "OutputsInTheOrderOfTheBranches",
     .definition = "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Wait','"
                   "Seconds':5,'Next':'A2'},'A2':{'Type':'Pass','Result':'a','End':true}}},{'"
                   "StartAt':'B','States':{'B':{'Type':'Pass','Result':'b','End':true}}}]}",
     .output = "['a','b']",
     .waits = "5000"},
    {.name = "EachBranchHasTheInput",
     .definition = "{'Type':'Parallel','InputPath':'$.in','Parameters':{'p.$':'$.x'},'Branches':[{'"
                   "StartAt':'A','States':{'A':{'Type':'Pass','End':true}}},{'StartAt':'B','States'"
                   ":{'B':{'Type':'Pass','InputPath':'$.p','End':true}}}]}",
     .input = "{'in':{'x':1}}",
     .output = "[{'p':1},1]"},
    {.name = "ResultSelectorAndResultPath",
     .definition =
         "{'Type':'Parallel','ResultSelector':{'first.$':'$[0]'},'ResultPath':'$.r','Branches':[{'"
         "StartAt':'A','States':{'A':{'Type':'Pass','Result':1,'End':true}}}]}",
     .input = "{'a':0}",
     .output = "{'a':0,'r':{'first':1}}"},
    {.name = "History",
     .definition = "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Pass','"
                   "End':true}}}]}",
     .output = "[{}]",
     .types = "ExecutionStarted ParallelStateEntered ParallelStateStarted PassStateEntered "
              "PassStateExited ParallelStateSucceeded ParallelStateExited ExecutionSucceeded"},
    {.name = "OneThatFailsEndsAll",
     .definition =
         "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Wait','Seconds':5,'"
         "End':true}}},{'StartAt':'B','States':{'B':{'Type':'Fail','Error':'E','Cause':'c'}}}]}",
     .output = "!E|c",
     .types = "ExecutionStarted ParallelStateEntered ParallelStateStarted WaitStateEntered "
              "FailStateEntered WaitStateAborted ParallelStateFailed ExecutionFailed",
     .waits = ""},
    {.name = "AFailureWithoutAWord",
     .definition = "{'StartAt':'P','States':{'P':{'Type':'Parallel','Branches':[{'StartAt':'F','"
                   "States':{'F':{'Type':'Fail'}}}],'Catch':[{'ErrorEquals':['States.ALL'],'Next':"
                   "'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .output = "{'Error':null,'Cause':null}"},
    {.name = "AllThatAreLateAreToldOf",
     .definition =
         "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Task','Resource':'"
         "hang','TimeoutSeconds':2,'End':true}}},{'StartAt':'B','States':{'B':{'Type':'Task','"
         "Resource':'hang','TimeoutSeconds':2,'End':true}}}]}",
     .output = "!States.Timeout|",
     .types = "ExecutionStarted ParallelStateEntered ParallelStateStarted TaskStateEntered "
              "LambdaFunctionScheduled LambdaFunctionStarted TaskStateEntered "
              "LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionTimedOut "
              "LambdaFunctionTimedOut TaskStateAborted ParallelStateFailed ExecutionFailed",
     .waits = "2000"},
    {.name = "ACallUnderWayIsGivenUp",
     .definition =
         "{'StartAt':'P','States':{'P':{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':"
         "{'Type':'Task','Resource':'hang','TimeoutSeconds':60,'End':true}}},{'StartAt':'B','"
         "States':{'B':{'Type':'Fail','Error':'E'}}}],'Catch':[{'ErrorEquals':['E'],'ResultPath':"
         "null,'Next':'Z'}],'End':true},'Z':{'Type':'Wait','Seconds':100,'End':true}}}",
     .waits = "100000"},
    {.name = "Nested",
     .definition = "{'Type':'Parallel','Branches':[{'StartAt':'I','States':{'I':{'Type':'Parallel',"
                   "'Branches':[{'StartAt':'A','States':{'A':{'Type':'Pass','Result':1,'End':true}}"
                   "},{'StartAt':'B','States':{'B':{'Type':'Pass','Result':2,'End':true}}}],'End':"
                   "true}}},{'StartAt':'C','States':{'C':{'Type':'Pass','Result':3,'End':true}}}]}",
     .output = "[[1,2],3]"},
    {.name = "AFailureDeepDown",
     .definition =
         "{'Type':'Parallel','Branches':[{'StartAt':'I','States':{'I':{'Type':'Parallel','Branches'"
         ":[{'StartAt':'A','States':{'A':{'Type':'Fail','Error':'Deep'}}}],'End':true}}},{'StartAt'"
         ":'W','States':{'W':{'Type':'Wait','Seconds':1,'End':true}}}]}",
     .output = "!Deep|",
     .types = "ExecutionStarted ParallelStateEntered ParallelStateStarted ParallelStateEntered "
              "ParallelStateStarted WaitStateEntered FailStateEntered ParallelStateFailed "
              "WaitStateAborted ParallelStateFailed ExecutionFailed"},
    {.name = "CaughtWithinABranch",
     .definition = "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Task','"
                   "Resource':'boom','Catch':[{'ErrorEquals':['Boom'],'ResultPath':null,'Next':'A2'"
                   "}],'End':true},'A2':{'Type':'Pass','Result':'saved','End':true}}},{'StartAt':'"
                   "B','States':{'B':{'Type':'Pass','Result':'b','End':true}}}]}",
     .output = "['saved','b']"},
    {.name = "RetriedThenCaught",
     .definition = "{'StartAt':'P','States':{'P':{'Type':'Parallel','Branches':[{'StartAt':'A','"
                   "States':{'A':{'Type':'Task','Resource':'boom','End':true}}}],'Retry':[{'"
                   "ErrorEquals':['Boom'],'MaxAttempts':2}],'Catch':[{'ErrorEquals':['Boom'],'Next'"
                   ":'Z'}],'End':true},'Z':{'Type':'Pass','OutputPath':'$.Error','End':true}}}",
     .output = "'Boom'",
     .calls = "boom {}; boom {}; boom {}",
     .waits = "1000 3000"},
    {.name = "AllWaitSideBySide",
     .definition = "{'Type':'Parallel','Branches':[{'StartAt':'A','States':{'A':{'Type':'Wait','"
                   "Seconds':3,'Next':'A2'},'A2':{'Type':'Wait','Seconds':3,'End':true}}},{'"
                   "StartAt':'B','States':{'B':{'Type':'Wait','Seconds':4,'End':true}}}]}",
     .output = "[{},{}]",
     .waits = "3000 4000 6000"},
};

constexpr Case kMaps[] = {
    {.name = "OutputsInTheOrderOfTheItems",
     .definition = "{'Type':'Map','ItemProcessor':{'StartAt':'W','States':{'W':{'Type':'Wait','"
                   "SecondsPath':'$','End':true}}}}",
     .input = "[3,1,2]",
     .output = "[3,1,2]",
     .waits = "1000 2000 3000"},
    {.name = "NoItems",
     .definition =
         "{'Type':'Map','ItemProcessor':{'StartAt':'X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[]",
     .output = "[]",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapStateSucceeded MapStateExited "
              "ExecutionSucceeded"},
    {.name = "History",
     .definition = "{'Type':'Map','MaxConcurrency':1,'ItemProcessor':{'StartAt':'X','States':{'X':{"
                   "'Type':'Pass','End':true}}}}",
     .input = "[1,2]",
     .output = "[1,2]",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted "
              "PassStateEntered PassStateExited MapIterationSucceeded MapIterationStarted "
              "PassStateEntered PassStateExited MapIterationSucceeded MapStateSucceeded "
              "MapStateExited ExecutionSucceeded"},
    {.name = "ItemsPath",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ResultPath':'$.r','ItemProcessor':{'StartAt':'"
                   "X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'l':[1]}",
     .output = "{'l':[1],'r':[1]}"},
    {.name = "ItemsPathAfterInputPath",
     .definition = "{'Type':'Map','InputPath':'$.in','ItemsPath':'$.l','ItemProcessor':{'StartAt':'"
                   "X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'in':{'l':[1]}}",
     .output = "[1]"},
    {.name = "ItemsPathIntoTheContext",
     .definition = "{'Type':'Map','ItemsPath':'$$.Execution.Input.l','ItemProcessor':{'StartAt':'X'"
                   ",'States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'l':[1]}",
     .output = "[1]"},
    {.name = "ItemsThatAreNoArray",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemProcessor':{'StartAt':'X','States':{'X':{'"
                   "Type':'Pass','End':true}}}}",
     .input = "{'l':{}}",
     .output = "!States.Runtime|An error occurred while executing the state `S` (entered at the "
               "event id #2). Reference path '$.l' must point to array.",
     .types = "ExecutionStarted MapStateEntered ExecutionFailed"},
    {.name = "ItemsThatAreNotThere",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemProcessor':{'StartAt':'X','States':{'X':{'"
                   "Type':'Pass','End':true}}}}",
     .output = "!States.Runtime"},
    {.name = "ItemSelector",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemSelector':{'i.$':'$$.Map.Item.Index','v.$'"
                   ":'$$.Map.Item.Value','c.$':'$.c'},'ItemProcessor':{'StartAt':'X','States':{'X':"
                   "{'Type':'Pass','End':true}}}}",
     .input = "{'l':['a','b'],'c':9}",
     .output = "[{'i':0,'v':'a','c':9},{'i':1,'v':'b','c':9}]"},
    {.name = "ParametersAsItemSelector",
     .definition = "{'Type':'Map','Parameters':{'v.$':'$$.Map.Item.Value'},'Iterator':{'StartAt':'"
                   "X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[1]",
     .output = "[{'v':1}]"},
    {.name = "ItemSelectorThatFindsNothing",
     .definition = "{'Type':'Map','ItemSelector':{'v.$':'$.none'},'ItemProcessor':{'StartAt':'X','"
                   "States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[1,2]",
     .output = "!States.Runtime"},
    {.name = "TheItemInTheContextOfItsStates",
     .definition =
         "{'Type':'Map','ItemProcessor':{'StartAt':'X','States':{'X':{'Type':'Pass','Parameters':{'"
         "i.$':'$$.Map.Item.Index','v.$':'$$.Map.Item.Value'},'End':true}}}}",
     .input = "['a']",
     .output = "[{'i':0,'v':'a'}]"},
    {.name = "TheInnerItemWithinAMapInAMap",
     .definition = "{'Type':'Map','ItemProcessor':{'StartAt':'M','States':{'M':{'Type':'Map','End':"
                   "true,'ItemProcessor':{'StartAt':'X','States':{'X':{'Type':'Pass','Parameters':{"
                   "'v.$':'$$.Map.Item.Value'},'End':true}}}}}}}",
     .input = "[[1,2],[3]]",
     .output = "[[{'v':1},{'v':2}],[{'v':3}]]"},
    {.name = "OneAtATime",
     .definition = "{'Type':'Map','MaxConcurrency':1,'ItemProcessor':{'StartAt':'W','States':{'W':{"
                   "'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "[1,2,3]",
     .output = "[1,2,3]",
     .waits = "1000 2000 3000"},
    {.name = "TwoAtATime",
     .definition = "{'Type':'Map','MaxConcurrency':2,'ItemProcessor':{'StartAt':'W','States':{'W':{"
                   "'Type':'Wait','SecondsPath':'$','End':true}}}}",
     .input = "[5,1,1,1]",
     .output = "[5,1,1,1]",
     .waits = "1000 2000 3000 5000"},
    {.name = "MaxConcurrencyPath",
     .definition = "{'Type':'Map','ItemsPath':'$.l','MaxConcurrencyPath':'$.n','ItemProcessor':{'"
                   "StartAt':'W','States':{'W':{'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "{'l':[1,2],'n':1}",
     .output = "[1,2]",
     .waits = "1000 2000"},
    {.name = "MaxConcurrencyPathOfATextThatIsANumber",
     .definition =
         "{'Type':'Map','ItemsPath':'$.l','MaxConcurrencyPath':'$.n','ItemProcessor':{'StartAt':'"
         "X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'l':[1,2],'n':'1'}",
     .output = "[1,2]",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted "
              "PassStateEntered PassStateExited MapIterationSucceeded MapIterationStarted "
              "PassStateEntered PassStateExited MapIterationSucceeded MapStateSucceeded "
              "MapStateExited ExecutionSucceeded"},
    {.name = "MaxConcurrencyPathHuge",
     .definition = "{'Type':'Map','ItemsPath':'$.l','MaxConcurrencyPath':'$.n','ItemProcessor':{'"
                   "StartAt':'W','States':{'W':{'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "{'l':[1,2],'n':18446744073709551615}",
     .output = "[1,2]",
     .waits = "1000"},
    {.name = "MaxConcurrencyPathNegative",
     .definition = "{'Type':'Map','ItemsPath':'$.l','MaxConcurrencyPath':'$.n','ItemProcessor':{'"
                   "StartAt':'W','States':{'W':{'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "{'l':[1,2],'n':-1}",
     .output = "!States.Runtime"},
    {.name = "NoMoreThanFortySideBySide",
     .definition = "{'Type':'Map','MaxConcurrency':1000,'ItemProcessor':{'StartAt':'W','States':{'"
                   "W':{'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
     .output =
         "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
     .waits = "1000 2000"},
    {.name = "OneThatFailsEndsAll",
     .definition = "{'Type':'Map','ItemProcessor':{'StartAt':'C','States':{'C':{'Type':'Choice','"
                   "Choices':[{'Variable':'$','NumericEquals':2,'Next':'F'}],'Default':'W'},'F':{'"
                   "Type':'Fail','Error':'Two'},'W':{'Type':'Wait','Seconds':1,'End':true}}}}",
     .input = "[1,2]",
     .output = "!Two|",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted "
              "MapIterationStarted ChoiceStateEntered ChoiceStateExited ChoiceStateEntered "
              "ChoiceStateExited WaitStateEntered FailStateEntered MapIterationFailed "
              "WaitStateAborted MapIterationAborted MapStateFailed ExecutionFailed"},
    {.name = "CaughtAroundAMap",
     .definition =
         "{'StartAt':'M','States':{'M':{'Type':'Map','ItemProcessor':{'StartAt':'F','States':{'F':{"
         "'Type':'Fail','Error':'E','Cause':'c'}}},'Catch':[{'ErrorEquals':['E'],'ResultPath':'$[1]"
         "','Next':'Z'}],'End':true},'Z':{'Type':'Pass','End':true}}}",
     .input = "[1,2]",
     .output = "[1,{'Error':'E','Cause':'c'}]"},
    {.name = "BatchesByCount",
     .definition = "{'Type':'Map','ItemBatcher':{'MaxItemsPerBatch':2},'ItemProcessor':{'"
                   "ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'"
                   "X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[1,2,3]",
     .output = "[{'Items':[1,2]},{'Items':[3]}]"},
    {.name = "BatchesWithBatchInput",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemBatcher':{'MaxItemsPerBatch':9,'"
                   "BatchInput':{'b.$':'$.c'}},'ItemProcessor':{'ProcessorConfig':{'Mode':'"
                   "DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'X','States':{'X':{'Type':'"
                   "Pass','End':true}}}}",
     .input = "{'l':[1,2],'c':3}",
     .output = "[{'BatchInput':{'b':3},'Items':[1,2]}]"},
    {.name = "BatchesByBytes",
     .definition = "{'Type':'Map','ItemBatcher':{'MaxInputBytesPerBatch':30},'ItemProcessor':{'"
                   "ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'"
                   "X','States':{'X':{'Type':'"
                   "Pass','End':true}}}}",
     .input = "['aaaaaaaa','bbbbbbbb']",
     .output = "[{'Items':['aaaaaaaa']},{'Items':['bbbbbbbb']}]"},
    {.name = "BatchesByAPath",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemBatcher':{'MaxItemsPerBatchPath':'$.n'},'"
                   "ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
                   "STANDARD'},'StartAt':'X','States'"
                   ":{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'l':[1,2],'n':18446744073709551615}",
     .output = "[{'Items':[1,2]}]"},
    {.name = "BatchesOfANegativeSize",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ItemBatcher':{'MaxItemsPerBatchPath':'$.n'},'"
                   "ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
                   "STANDARD'},'StartAt':'X','States'"
                   ":{'X':{'Type':'Pass','End':true}}}}",
     .input = "{'l':[1,2],'n':-2}",
     .output = "!States.Runtime"},
    {.name = "ToleratedFailuresOfBatches",
     .definition = "{'Type':'Map','ToleratedFailurePercentage':50,'ItemBatcher':"
                   "{'MaxItemsPerBatch':2},'ItemProcessor':{'ProcessorConfig':"
                   "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'C','States':{'C':{"
                   "'Type':'Choice',"
                   "'Choices':[{'Variable':'$.Items[0]','NumericEquals':1,'Next':'P'}],"
                   "'Default':'F'},'F':{'Type':'Fail'},'P':{'Type':'Pass','End':true}}}}",
     .input = "[1,2,3,4,1,2,3,4]",
     .output = "[{'Items':[1,2]},{'Error':'','Cause':''},{'Items':[1,2]},"
               "{'Error':'','Cause':''}]"},
    {.name = "ADistributedOneTellsNothingOfItsIterations",
     .definition =
         "{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
         "STANDARD'},'StartAt':'X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[1,2]",
     .output = "[1,2]",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded "
              "MapStateSucceeded MapStateExited ExecutionSucceeded"},
    {.name = "ADistributedOneThatFails",
     .definition = "{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','"
                   "ExecutionType':'STANDARD'},'"
                   "StartAt':'F','States':{'F':{'Type':'Fail','Error':'E'}}}}",
     .input = "[1]",
     .output = "!States.ExceedToleratedFailureThreshold|The specified tolerated failure threshold "
               "was exceeded",
     .types = "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed "
              "MapStateFailed ExecutionFailed"},
    {.name = "ToleratedByCount",
     .definition = "{'Type':'Map','ToleratedFailureCount':1,'ItemProcessor':{'ProcessorConfig':{'"
                   "Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'C','States':{'C':{'"
                   "Type':'Choice','Choices':[{'"
                   "Variable':'$','NumericEquals':2,'Next':'F'}],'Default':'P'},'F':{'Type':'Fail',"
                   "'Error':'E','Cause':'c'},'P':{'Type':'Pass','End':true}}}}",
     .input = "[1,2,3]",
     .output = "[1,{'Error':'E','Cause':'c'},3]"},
    {.name = "OneMoreThanIsTolerated",
     .definition =
         "{'Type':'Map','ToleratedFailureCount':1,'ItemProcessor':{'ProcessorConfig':{'Mode':'"
         "DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'F','States':{'F':{'Type':'Fail','"
         "Error':'E'}}}}",
     .input = "[1,2,3]",
     .output = "!States.ExceedToleratedFailureThreshold"},
    {.name = "ToleratedByPercentage",
     .definition = "{'Type':'Map','ToleratedFailurePercentage':50,'ItemProcessor':{'"
                   "ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'"
                   "C','States':{'C':{'Type':'"
                   "Choice','Choices':[{'Variable':'$','NumericEquals':2,'Next':'F'}],'Default':'P'"
                   "},'F':{'Type':'Fail'},'P':{'Type':'Pass','End':true}}}}",
     .input = "[1,2]",
     .output = "[1,{'Error':'','Cause':''}]"},
    {.name = "MoreThanThePercentage",
     .definition = "{'Type':'Map','ToleratedFailurePercentage':49.9,'ItemProcessor':{'"
                   "ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'"
                   "C','States':{'C':{'Type':'"
                   "Choice','Choices':[{'Variable':'$','NumericEquals':2,'Next':'F'}],'Default':'P'"
                   "},'F':{'Type':'Fail'},'P':{'Type':'Pass','End':true}}}}",
     .input = "[1,2]",
     .output = "!States.ExceedToleratedFailureThreshold"},
    {.name = "AllMayFail",
     .definition =
         "{'Type':'Map','ToleratedFailurePercentage':100,'ItemProcessor':{'ProcessorConfig':{'Mode'"
         ":'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'F','States':{'F':{'Type':'Fail','"
         "Error':'E'}}}}",
     .input = "[1,2]",
     .output = "[{'Error':'E','Cause':''},{'Error':'E','Cause':''}]"},
    {.name = "ToleratedByPathsHuge",
     .definition = "{'Type':'Map','ItemsPath':'$.l','ToleratedFailureCountPath':'$.n','"
                   "ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
                   "STANDARD'},'StartAt':'F','States'"
                   ":{'F':{'Type':'Fail','Error':'E'}}}}",
     .input = "{'l':[1],'n':18446744073709551615}",
     .output = "[{'Error':'E','Cause':''}]"},
    {.name = "ADistributedOneIsRetried",
     .definition =
         "{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
         "STANDARD'},'StartAt':'T','"
         "States':{'T':{'Type':'Task','Resource':'flaky','Parameters':{'errors':['A']},'End':true}}"
         "},'Retry':[{'ErrorEquals':['States.ExceedToleratedFailureThreshold']}]}",
     .input = "[1]",
     .output = "['fine']",
     .waits = "1000"},
    {.name = "AParallelWithinAMap",
     .definition =
         "{'Type':'Map','ItemProcessor':{'StartAt':'P','States':{'P':{'Type':'Parallel','End':true,"
         "'Branches':[{'StartAt':'A','States':{'A':{'Type':'Pass','End':true}}},{'StartAt':'B','"
         "States':{'B':{'Type':'Pass','Parameters':{'v.$':'$$.Map.Item.Value'},'End':true}}}]}}}}",
     .input = "[1]",
     .output = "[[1,{'v':1}]]"},
    {.name = "ResultSelectorOfAMap",
     .definition = "{'Type':'Map','ResultSelector':{'n.$':'States.ArrayLength($)'},'ItemProcessor':"
                   "{'StartAt':'X','States':{'X':{'Type':'Pass','End':true}}}}",
     .input = "[1,2,3]",
     .output = "{'n':3}"},
};

class Branches : public ::testing::TestWithParam<Case> {};
TEST_P(Branches, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Parallel, Branches, ::testing::ValuesIn(kParallels), case_name);
INSTANTIATE_TEST_SUITE_P(Map, Branches, ::testing::ValuesIn(kMaps), case_name);

}  // namespace
}  // namespace ordo::states
