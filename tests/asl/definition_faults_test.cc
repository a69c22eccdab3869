// What is refused in a definition: where, and with which code. Texts as in case_table.h.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "asl/case_table.h"
#include "states/machine.h"

namespace ordo::states {
namespace {

std::string faults_of(const std::string& definition) {
  const auto machine = parse_machine(definition);
  if (machine) return "";
  std::set<std::string> faults;
  for (const base::FieldError& fault : machine.error().fields) {
    faults.insert(fault.pointer + " " + fault.code);
    EXPECT_FALSE(fault.message.empty());
  }
  std::string out;
  for (const std::string& fault : faults) out += (out.empty() ? "" : "; ") + fault;
  return out;
}

// "S" in the pointers of a state's faults stands for "/States/S".
struct FaultRow {
  const char* definition;
  const char* faults;  // "pointer code", sorted, with "; " between them
};
class DefinitionFault : public ::testing::TestWithParam<FaultRow> {};

TEST_P(DefinitionFault, IsToldWithItsPlace) {
  std::string expected;
  for (const char c : std::string_view(GetParam().faults)) {
    if (c == 'S' && (expected.empty() || expected.ends_with("; "))) {
      expected += "/States/S";
    } else {
      expected += c;
    }
  }
  EXPECT_EQ(faults_of(machine_text(GetParam().definition)), expected) << GetParam().definition;
}

constexpr FaultRow kMachines[] = {
    {"", " malformed"},
    {"{", " malformed"},
    {"[]", " wrong_type; /StartAt missing; /States missing"},
    {"{}", "/StartAt missing; /States missing"},
    {"{'StartAt':'A','StartAt':'B','States':{'A':{'Type':'Succeed'}}}", " malformed"},
    {"{'StartAt':1,'States':{'A':{'Type':'Succeed'}}}",
     "/StartAt wrong_type; /States/A unreachable"},
    {"{'StartAt':'B','States':{'A':{'Type':'Succeed'}}}",
     "/StartAt no_such_state; /States/A unreachable"},
    {"{'StartAt':'A','States':{}}", "/States too_short"},
    {"{'StartAt':'A','States':[]}", "/States wrong_type"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'Version':'2.0'}", "/Version not_allowed"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'Version':1}", "/Version wrong_type"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'Comment':1}", "/Comment wrong_type"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'TimeoutSeconds':0}",
     "/TimeoutSeconds out_of_range"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'TimeoutSeconds':1.5}",
     "/TimeoutSeconds out_of_range"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'TimeoutSeconds':1e300}",
     "/TimeoutSeconds out_of_range"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'TimeoutSeconds':'5'}",
     "/TimeoutSeconds wrong_type"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'Other':1}", "/Other unknown_field"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'QueryLanguage':'JSONata'}",
     "/QueryLanguage not_supported"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'}},'QueryLanguage':'XPath'}",
     "/QueryLanguage not_allowed"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed','QueryLanguage':'JSONata'}}}",
     "/States/A/QueryLanguage not_supported"},
    {"{'StartAt':'A','States':{'A':{'Type':'Succeed'},'B':{'Type':'Succeed'}}}",
     "/States/B unreachable"},
    {"{'StartAt':'A','States':{'A':{'Type':'Pass','Next':'B'},'B':{'Type':'Pass','Next':'A'}}}",
     "/States no_end"},
    {"{'StartAt':'','States':{'':{'Type':'Succeed'}}}",
     "/StartAt not_allowed; /States/ bad_name; /States/ unreachable"},
    {"{'StartAt':'A','States':{'A':1}}", "/States/A wrong_type"},
    {"{'StartAt':'A','States':{'A':{'Type':'Pass','Next':'a/b'},'a/b':{'Type':'Succeed','x':1}}}",
     "/States/a~1b/x unknown_field"},
    {"{'StartAt':'A','States':{'A':{'Type':'Parallel','End':true,'Branches':[{'StartAt':'A','"
     "States':{'A':{'Type':'Succeed'}}}]}}}",
     "/States/A/Branches/0/States/A duplicate"},
    {"{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'v':1},'Next':'P'},'P':{'Type':'"
     "Parallel','End':true,'Branches':[{'StartAt':'B','States':{'B':{'Type':'Pass','Assign':{'v':2}"
     ",'End':true}}}]}}}",
     "/States/P/Branches/0/States/B/Assign/v not_allowed"},
};

constexpr FaultRow kStates[] = {
    {"{'StartAt':'S','States':{'S':{'End':true}}}", "S/Type missing"},
    {"{'StartAt':'S','States':{'S':{'Type':'Activity','End':true}}}", "S/Type not_allowed"},
    {"{'StartAt':'S','States':{'S':{'Type':1}}}", "S/Type wrong_type"},
    {"{'StartAt':'S','States':{'S':{'Type':'Pass'}}}", "S/Next missing"},
    {"{'StartAt':'S','States':{'S':{'Type':'Pass','Next':'S','End':true}}}",
     "/States no_end; S/End contradiction"},
    {"{'StartAt':'S','States':{'S':{'Type':'Pass','End':false}}}", "S/End not_allowed"},
    {"{'StartAt':'S','States':{'S':{'Type':'Pass','End':'yes'}}}", "S/End wrong_type"},
    {"{'StartAt':'S','States':{'S':{'Type':'Pass','Next':'T'}}}",
     "/States no_end; S/Next no_such_state"},
    {"{'Type':'Pass','Resource':'f'}", "S/Resource unknown_field"},
    {"{'Type':'Pass','Retry':[]}", "S/Retry unknown_field"},
    {"{'Type':'Pass','Output':'x'}", "S/Output unknown_field"},
    {"{'Type':'Pass','Comment':[]}", "S/Comment wrong_type"},
    {"{'Type':'Pass','InputPath':'x'}", "S/InputPath invalid_path"},
    {"{'Type':'Pass','InputPath':1}", "S/InputPath wrong_type"},
    {"{'Type':'Pass','OutputPath':'$['}", "S/OutputPath invalid_path"},
    {"{'Type':'Pass','ResultPath':'$.a[*]'}", "S/ResultPath invalid_path"},
    {"{'Type':'Pass','ResultPath':'$$.a'}", "S/ResultPath invalid_path"},
    {"{'Type':'Pass','ResultPath':'$v'}", "S/ResultPath invalid_path"},
    {"{'Type':'Pass','Parameters':{'a.$':1}}", "S/Parameters/a.$ invalid"},
    {"{'Type':'Pass','Parameters':{'a.$':'x'}}", "S/Parameters/a.$ invalid"},
    {"{'Type':'Pass','Parameters':{'a':1,'a.$':'$'}}", "S/Parameters/a.$ duplicate"},
    {"{'Type':'Pass','Parameters':{'l':[{'a.$':'States.Nothing()'}]}}",
     "S/Parameters/l/0/a.$ invalid"},
    {"{'Type':'Pass','Parameters':{'a.$':'States.MathAdd(1)'}}", "S/Parameters/a.$ invalid"},
    {"{'Type':'Pass','Assign':[]}", "S/Assign wrong_type"},
    {"{'Type':'Pass','Assign':{'1a':1}}", "S/Assign/1a bad_name"},
    {"{'Type':'Pass','Assign':{'states':1}}", "S/Assign/states bad_name"},
    {"{'Type':'Pass','Next':''}", "S/End contradiction; S/Next not_allowed"},
    {"{'Type':'Pass','Parameters':null}", "S/Parameters wrong_type"},
    {"{'Type':'Pass','ResultPath':'$.a[-1]'}", "S/ResultPath invalid_path"},
    {"{'Type':'Succeed','Next':'S'}", "S/Next unknown_field"},
    {"{'Type':'Succeed','End':true}", "S/End unknown_field"},
    {"{'Type':'Succeed','ResultPath':'$'}", "S/ResultPath unknown_field"},
    {"{'Type':'Fail','End':true}", "S/End unknown_field"},
    {"{'Type':'Fail','InputPath':'$'}", "S/InputPath unknown_field"},
    {"{'Type':'Fail','Error':'E','ErrorPath':'$.e'}", "S/ErrorPath contradiction"},
    {"{'Type':'Fail','Cause':'c','CausePath':'$.c'}", "S/CausePath contradiction"},
    {"{'Type':'Fail','Error':1}", "S/Error wrong_type"},
    {"{'Type':'Fail','ErrorPath':'e'}", "S/ErrorPath invalid_path"},
    {"{'Type':'Wait'}", "S/Seconds missing"},
    {"{'Type':'Wait','Seconds':1,'SecondsPath':'$.s'}", "S/SecondsPath contradiction"},
    {"{'Type':'Wait','Seconds':-1}", "S/Seconds out_of_range"},
    {"{'Type':'Wait','Seconds':1.5}", "S/Seconds out_of_range"},
    {"{'Type':'Wait','Seconds':100000000}", "S/Seconds out_of_range"},
    {"{'Type':'Wait','Seconds':'1'}", "S/Seconds wrong_type"},
    {"{'Type':'Wait','SecondsPath':'s'}", "S/SecondsPath invalid_path"},
    {"{'Type':'Wait','SecondsPath':'$.s[*]'}", "S/SecondsPath invalid_path"},
    {"{'Type':'Wait','TimestampPath':'$..t'}", "S/TimestampPath invalid_path"},
    {"{'Type':'Wait','Timestamp':'tomorrow'}", "S/Timestamp invalid"},
    {"{'Type':'Wait','Timestamp':'2026-01-01t00:00:00Z'}", "S/Timestamp invalid"},
    {"{'Type':'Wait','Seconds':1,'Parameters':{}}", "S/Parameters unknown_field"},
};

constexpr FaultRow kTasks[] = {
    {"{'Type':'Task'}", "S/Resource missing"},
    {"{'Type':'Task','Resource':1}", "S/Resource wrong_type"},
    {"{'Type':'Task','Resource':''}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'two words'}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'arn:aws:states:::lambda'}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'arn:aws:lambda:r:1:function'}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'f','TimeoutSeconds':0}", "S/TimeoutSeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','TimeoutSeconds':5,'TimeoutSecondsPath':'$.t'}",
     "S/TimeoutSecondsPath contradiction"},
    {"{'Type':'Task','Resource':'f','TimeoutSeconds':5,'HeartbeatSeconds':5}",
     "S/HeartbeatSeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','HeartbeatSecondsPath':'x'}",
     "S/HeartbeatSecondsPath invalid_path"},
    {"{'Type':'Task','Resource':'f','TimeoutSecondsPath':'$.t[0:1]'}",
     "S/TimeoutSecondsPath invalid_path"},
    {"{'Type':'Task','Resource':{'Ref':1}}", "S/Resource wrong_type"},
    {"{'Type':'Task','Resource':{'Other':'f'}}", "S/Resource wrong_type"},
    {"{'Type':'Task','Resource':'${}'}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'${open'}", "S/Resource invalid_resource"},
    {"{'Type':'Task','Resource':'f','ResultSelector':null}", "S/ResultSelector wrong_type"},
    {"{'Type':'Task','Resource':'f','Catch':[{'ErrorEquals':['E'],'Next':''}]}",
     "S/Catch/0/Next not_allowed"},
    {"{'Type':'Task','Resource':'f','Credentials':null}", "S/Credentials wrong_type"},
    {"{'Type':'Task','Resource':'f','Arguments':{}}", "S/Arguments unknown_field"},
    {"{'Type':'Task','Resource':'f','ResultSelector':{'a.$':'x'}}", "S/ResultSelector/a.$ invalid"},
    {"{'Type':'Task','Resource':'f','Retry':{}}", "S/Retry wrong_type"},
    {"{'Type':'Task','Resource':'f','Retry':[1]}",
     "S/Retry/0 wrong_type; S/Retry/0/ErrorEquals missing"},
    {"{'Type':'Task','Resource':'f','Retry':[{}]}", "S/Retry/0/ErrorEquals missing"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':[]}]}",
     "S/Retry/0/ErrorEquals too_short"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':'E'}]}",
     "S/Retry/0/ErrorEquals wrong_type"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':[1]}]}",
     "S/Retry/0/ErrorEquals/0 wrong_type"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['States.ALL','E']}]}",
     "S/Retry/0/ErrorEquals not_allowed"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['States.ALL']},{'ErrorEquals':['E']}]"
     "}",
     "S/Retry/0/ErrorEquals not_allowed"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'IntervalSeconds':0}]}",
     "S/Retry/0/IntervalSeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'IntervalSeconds':1.5}]}",
     "S/Retry/0/IntervalSeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'MaxAttempts':-1}]}",
     "S/Retry/0/MaxAttempts out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'MaxAttempts':100000000}]}",
     "S/Retry/0/MaxAttempts out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'BackoffRate':0.5}]}",
     "S/Retry/0/BackoffRate out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'MaxDelaySeconds':0}]}",
     "S/Retry/0/MaxDelaySeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'MaxDelaySeconds':31622401}]}",
     "S/Retry/0/MaxDelaySeconds out_of_range"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'JitterStrategy':'SOME'}]}",
     "S/Retry/0/JitterStrategy not_allowed"},
    {"{'Type':'Task','Resource':'f','Retry':[{'ErrorEquals':['E'],'Next':'S'}]}",
     "S/Retry/0/Next unknown_field"},
    {"{'Type':'Task','Resource':'f','Catch':[{'ErrorEquals':['E']}]}", "S/Catch/0/Next missing"},
    {"{'Type':'Task','Resource':'f','Catch':[{'ErrorEquals':['E'],'Next':'X'}]}",
     "S/Catch/0/Next no_such_state"},
    {"{'Type':'Task','Resource':'f','Catch':[{'Next':'S'}]}", "S/Catch/0/ErrorEquals missing"},
    {"{'Type':'Task','Resource':'f','Catch':[{'ErrorEquals':['E'],'Next':'S','ResultPath':'$..a'}]"
     "}",
     "S/Catch/0/ResultPath invalid_path"},
    {"{'Type':'Task','Resource':'f','Catch':[{'ErrorEquals':['E'],'Next':'S','Assign':{'':1}}]}",
     "S/Catch/0/Assign/ bad_name"},
};

constexpr FaultRow kChoices[] = {
    {"{'Type':'Choice','Default':'S'}", "/States no_end; S/Choices missing"},
    {"{'Type':'Choice','Choices':[],'Default':'S'}", "/States no_end; S/Choices too_short"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a','IsNull':true}]}",
     "/States no_end; S/Choices/0/Next missing"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a','IsNull':true,'Next':'X'}]}",
     "/States no_end; S/Choices/0/Next no_such_state"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a','IsNull':true,'Next':''}]}",
     "/States no_end; S/Choices/0/Next not_allowed"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a','IsNull':true,'Next':'S'}],'Default':''}",
     "/States no_end; S/Default not_allowed"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a[?(@.b==1)]','IsNull':true,'Next':'S'}]}",
     "/States no_end; S/Choices/0/Variable invalid_path"},
    {"{'Type':'Choice','Choices':[{'Variable':'$.a','StringEqualsPath':'$.a[-1]','Next':'S'}]}",
     "/States no_end; S/Choices/0/StringEqualsPath invalid_path"},
    {"{'Type':'Choice','Choices':[{'Next':'S','IsNull':true}]}",
     "/States no_end; S/Choices/0/Variable missing"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'a','IsNull':true}]}",
     "/States no_end; S/Choices/0/Variable invalid_path"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a'}]}",
     "/States no_end; S/Choices/0 missing"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','StringEquals':1}]}",
     "/States no_end; S/Choices/0/StringEquals wrong_type"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','NumericEquals':'1'}]}",
     "/States no_end; S/Choices/0/NumericEquals wrong_type"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','BooleanEquals':'true'}]}",
     "/States no_end; S/Choices/0/BooleanEquals wrong_type"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','TimestampEquals':'now'}]}",
     "/States no_end; S/Choices/0/TimestampEquals wrong_type"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','IsNull':1}]}",
     "/States no_end; S/Choices/0/IsNull wrong_type"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','StringEqualsPath':'b'}]}",
     "/States no_end; S/Choices/0/StringEqualsPath invalid_path"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$.a','IsNull':true,'IsString':true}]}",
     "/States no_end; S/Choices/0/IsString contradiction"},
    {"{'Type':'Choice','Choices':[{'Next':'S','And':[],'Or':[]}]}",
     "/States no_end; S/Choices/0/And too_short; S/Choices/0/Or contradiction"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Not':1}]}",
     "/States no_end; S/Choices/0/Not wrong_type; S/Choices/0/Not/Variable missing"},
    {"{'Type':'Choice','Choices':[{'Next':'S','And':[{'Variable':'$','IsNull':true,'Next':'S'}]}]}",
     "/States no_end; S/Choices/0/And/0/Next unknown_field"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Condition':'{% true %}'}]}",
     "/States no_end; S/Choices/0/Condition unknown_field; S/Choices/0/Variable missing"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$','IsNull':true}],'Default':'X'}",
     "/States no_end; S/Default no_such_state"},
    {"{'Type':'Choice','Choices':[{'Next':'S','Variable':'$','IsNull':true}],'Next':'S'}",
     "/States no_end; S/Next unknown_field"},
};

#define X "{'StartAt':'X','States':{'X':{'Type':'Succeed'}}}"
#define P "'ItemProcessor':" X
constexpr FaultRow kBranches[] = {
    {"{'Type':'Parallel'}", "S/Branches missing"},
    {"{'Type':'Parallel','Branches':[]}", "S/Branches out_of_range"},
    {"{'Type':'Parallel','Branches':{}}", "S/Branches wrong_type"},
    {"{'Type':'Parallel','Branches':[1]}", "S/Branches/0 wrong_type"},
    {"{'Type':'Parallel','Branches':[{}]}",
     "S/Branches/0/StartAt missing; S/Branches/0/States missing"},
    {"{'Type':'Parallel','Branches':[{'StartAt':'S','States':{'X':{'Type':'Succeed'}}}]}",
     "S/Branches/0/StartAt no_such_state; S/Branches/0/States/X unreachable"},
    {"{'Type':'Parallel','Branches':[{'StartAt':'X','States':{'X':{'Type':'Pass','Next':'S'}}}]}",
     "S/Branches/0/States no_end; S/Branches/0/States/X/Next no_such_state"},
    {"{'Type':'Parallel','Branches':[{'StartAt':'X','TimeoutSeconds':1,'States':{'X':{'Type':'"
     "Succeed'}}}]}",
     "S/Branches/0/TimeoutSeconds unknown_field"},
    {"{'Type':'Map'}", "S/ItemProcessor missing"},
    {"{'Type':'Map'," P ",'Iterator':" X "}", "S/Iterator contradiction"},
    {"{'Type':'Map'," P ",'ItemsPath':'x'}", "S/ItemsPath invalid_path"},
    {"{'Type':'Map'," P ",'ItemsPath':'$.l[*]'}", "S/ItemsPath invalid_path"},
    {"{'Type':'Map'," P ",'ItemSelector':{},'Parameters':{}}", "S/Parameters contradiction"},
    {"{'Type':'Map'," P ",'MaxConcurrency':-1}", "S/MaxConcurrency out_of_range"},
    {"{'Type':'Map'," P ",'MaxConcurrency':1,'MaxConcurrencyPath':'$.n'}",
     "S/MaxConcurrencyPath contradiction"},
    {"{'Type':'Map'," P ",'ToleratedFailureCount':-1}", "S/ToleratedFailureCount out_of_range"},
    {"{'Type':'Map'," P ",'ToleratedFailurePercentage':101}",
     "S/ToleratedFailurePercentage out_of_range"},
    {"{'Type':'Map'," P ",'Items':[]}", "S/Items unknown_field"},
    {"{'Type':'Map'," P ",'Label':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}",
     "S/Label too_long"},
    {"{'Type':'Map'," P ",'ItemBatcher':{'MaxItemsPerBatch':0}}",
     "S/ItemBatcher/MaxItemsPerBatch out_of_range"},
    {"{'Type':'Map'," P ",'ItemBatcher':{'MaxInputBytesPerBatch':262145}}",
     "S/ItemBatcher/MaxInputBytesPerBatch out_of_range"},
    {"{'Type':'Map'," P ",'ItemReader':{}}", "S/ItemReader/Resource missing"},
    {"{'Type':'Map'," P ",'ItemReader':{'Resource':'r','ReaderConfig':{'InputType':'XML'}}}",
     "S/ItemReader/ReaderConfig/InputType not_allowed"},
    {"{'Type':'Map'," P
     ",'ItemReader':{'Resource':'r','ReaderConfig':{'CSVHeaderLocation':'LAST'}}}",
     "S/ItemReader/ReaderConfig/CSVHeaderLocation not_allowed"},
    {"{'Type':'Map'," P
     ",'ItemReader':{'Resource':'r','ReaderConfig':{'CSVHeaderLocation':'GIVEN'}}}",
     "S/ItemReader/ReaderConfig/CSVHeaders missing"},
    {"{'Type':'Map'," P ",'ItemReader':{'Resource':'r','ReaderConfig':{'CSVHeaders':[1]}}}",
     "S/ItemReader/ReaderConfig/CSVHeaders wrong_type"},
    {"{'Type':'Map'," P ",'ItemReader':{'Resource':'r','ReaderConfig':{'CSVDelimiter':','}}}",
     "S/ItemReader/ReaderConfig/CSVDelimiter not_allowed"},
    {"{'Type':'Map'," P ",'ItemReader':{'Resource':'r','ReaderConfig':{'MaxItems':-1}}}",
     "S/ItemReader/ReaderConfig/MaxItems out_of_range"},
    {"{'Type':'Map'," P ",'ItemReader':{'Resource':'arn:aws:states:::s3:getObject.sync'}}",
     "S/ItemReader/Resource invalid_resource"},
    {"{'Type':'Map'," P ",'ResultWriter':{'Resource':'w','WriterConfig':{'Transformation':'X'}}}",
     "S/ResultWriter/WriterConfig/Transformation not_allowed"},
    {"{'Type':'Map'," P ",'ResultWriter':{'Resource':'w','WriterConfig':{'OutputType':'CSV'}}}",
     "S/ResultWriter/WriterConfig/OutputType not_allowed"},
    {"{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED'},'StartAt':'X',"
     "'States':{'X':{'Type':'Succeed'}}}}",
     "S/ItemProcessor/ProcessorConfig/ExecutionType missing"},
    {"{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'ExecutionType':'STANDARD'},'StartAt':'X',"
     "'States':{'X':{'Type':'Succeed'}}}}",
     "S/ItemProcessor/ProcessorConfig/Mode missing"},
    {"{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'X'},'StartAt':'X','States':{'X':{'"
     "Type':'Succeed'}}}}",
     "S/ItemProcessor/ProcessorConfig/Mode not_allowed"},
    {"{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'ExecutionType':'X'},'StartAt':'X','States'"
     ":{'X':{'Type':'Succeed'}}}}",
     "S/ItemProcessor/ProcessorConfig/ExecutionType not_allowed; "
     "S/ItemProcessor/ProcessorConfig/Mode missing"},
};
#undef X
#undef P

INSTANTIATE_TEST_SUITE_P(Machines, DefinitionFault, ::testing::ValuesIn(kMachines));
INSTANTIATE_TEST_SUITE_P(States, DefinitionFault, ::testing::ValuesIn(kStates));
INSTANTIATE_TEST_SUITE_P(Tasks, DefinitionFault, ::testing::ValuesIn(kTasks));
INSTANTIATE_TEST_SUITE_P(Choices, DefinitionFault, ::testing::ValuesIn(kChoices));
INSTANTIATE_TEST_SUITE_P(Branches, DefinitionFault, ::testing::ValuesIn(kBranches));

TEST(Resources, MayBeWhatADeploymentPutsIn) {
  for (const char* resource :
       {"{'Ref':'Fn'}", "{'Fn::GetAtt':['Fn','Arn']}", "{'Fn::GetAtt':'Fn.Arn'}", "{'Fn::Sub':'x'}",
        "{'Fn::Sub':['x',{}]}", "{'Fn::Join':['',['a']]}", "'${Fn}'", "'${Fn.Arn}'", "'${AWS::Fn}'",
        "'arn:aws:lambda:us-east-1:123456789012:function:${fn}'",
        "'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f:${alias}'",
        "'arn:${AWS::Partition}:states:::lambda:invoke'"}) {
    EXPECT_EQ(faults_of(machine_text(fmt::format("{{'Type':'Task','Resource':{}}}", resource))), "")
        << resource;
  }
}

TEST(DefinitionFaults, AreToldAllAtOnce) {
  EXPECT_EQ(faults_of(quoted_text(
                "{'StartAt':'A','TimeoutSeconds':0,'States':{'A':{'Type':'Wait','Seconds':-1,"
                "'Next':'Z'},'B':{'Type':'Task','End':true,'Retry':[{'ErrorEquals':[]}]}}}")),
            "/States/A/Next no_such_state; /States/A/Seconds out_of_range; /States/B unreachable; "
            "/States/B/Resource missing; /States/B/Retry/0/ErrorEquals too_short; "
            "/TimeoutSeconds out_of_range");
}

TEST(DefinitionFaults, SayThatJsonataIsNotThere) {
  for (const char* definition :
       {"{'QueryLanguage':'JSONata','StartAt':'A','States':{'A':{'Type':'Succeed'}}}",
        "{'StartAt':'A','States':{'A':{'Type':'Succeed','QueryLanguage':'JSONata'}}}"}) {
    const auto machine = parse_machine(quoted_text(definition));
    ASSERT_FALSE(machine);
    EXPECT_NE(machine.error().fields[0].message.find("JSONata is not supported"),
              std::string::npos);
  }
}

TEST(DefinitionFaults, NamesHaveUpToEightyCharacters) {
  const auto with_name = [](const std::string& name) {
    return faults_of(
        fmt::format(R"({{"StartAt":"{0}","States":{{"{0}":{{"Type":"Succeed"}}}}}})", name));
  };
  std::string name;
  for (int i = 0; i < 80; ++i) name += "\xC3\xA9";
  EXPECT_EQ(with_name(name), "");
  EXPECT_NE(with_name(name + "x").find("bad_name"), std::string::npos);
}

}  // namespace
}  // namespace ordo::states
