// What a diagram makes of histories that machines really leave.
#include "states/diagram_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

// ' stands for " in definitions.
Diagram drawn(const std::string& definition, const std::vector<std::string>& history) {
  DiagramPath path(*parse_machine(machine_text(definition)).value());
  for (const std::string& event : history) EXPECT_TRUE(path.follow(event).has_value()) << event;
  return std::move(path).finish();
}

Diagram drawn(const std::string& definition, const std::string& input = "{}") {
  return drawn(definition, run_machine(machine_text(definition), input, table_options()).history);
}

// As it was when so many events had happened.
Diagram drawn_after(const std::string& definition, const std::string& input, std::size_t events) {
  std::vector<std::string> history =
      run_machine(machine_text(definition), input, table_options()).history;
  history.resize(std::min(events, history.size()));
  return drawn(definition, history);
}

// "A succeeded, B failed 2": all that were entered.
std::string fates(const Diagram& diagram) {
  std::string out;
  for (const Diagram::Node& node : diagram.nodes) {
    if (node.entered == 0) {
      EXPECT_EQ(node.fate, Fate::unreached) << node.name;
      continue;
    }
    out += (out.empty() ? "" : ", ") + node.name + " " + std::string(fate_name(node.fate));
    if (node.entered > 1) out += " " + std::to_string(node.entered);
  }
  return out;
}

// "A>B 2": all ways that were taken; "!" of those by which a failure was caught.
std::string ways(const Diagram& diagram) {
  std::string out;
  for (const Diagram::Edge& edge : diagram.edges) {
    if (edge.taken == 0) continue;
    if (!out.empty()) out += ", ";
    if (edge.from != Diagram::kNone) out += diagram.nodes[edge.from].name;
    out += edge.kind == Diagram::Edge::Kind::caught ? "!" : ">";
    if (edge.to != Diagram::kNone) out += diagram.nodes[edge.to].name;
    if (edge.taken > 1) out += " " + std::to_string(edge.taken);
  }
  return out;
}

constexpr char kLoop[] = R"({'StartAt':'A','States':{
  'A':{'Type':'Pass','Result':0,'Next':'B'},
  'B':{'Type':'Choice','Choices':[{'Variable':'$','NumericLessThan':2,'Next':'C'}],'Default':'D'},
  'C':{'Type':'Pass','Parameters':{'n.$':'States.MathAdd($, 1)'},'OutputPath':'$.n','Next':'B'},
  'D':{'Type':'Succeed'}}})";

TEST(DiagramPath, ALoopIsCounted) {
  const Diagram diagram = drawn(kLoop);
  EXPECT_EQ(fates(diagram), "A succeeded, B succeeded 3, C succeeded 2, D succeeded");
  EXPECT_EQ(ways(diagram), ">A, A>B, B>C 2, B>D, C>B 2, D>");
  EXPECT_EQ(diagram.status, Status::succeeded);
}

constexpr char kTask[] = R"({'StartAt':'A','States':{
  'A':{'Type':'Pass','Next':'B'},
  'B':{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'MaxAttempts':1}],
       'Next':'C'},
  'C':{'Type':'Succeed'}}})";

TEST(DiagramPath, WhatIsUnderWayRuns) {
  EXPECT_EQ(fates(drawn_after(kTask, "{}", 0)), "");
  EXPECT_EQ(fates(drawn_after(kTask, "{}", 3)), "A succeeded");
  const Diagram diagram = drawn_after(kTask, "{}", 5);
  EXPECT_EQ(fates(diagram), "A succeeded, B running");
  EXPECT_EQ(ways(diagram), ">A, A>B");
  EXPECT_EQ(diagram.status, Status::running);
}

TEST(DiagramPath, AFailureThatIsTriedAgainStillRuns) {
  const MachineRun run = run_machine(machine_text(kTask), "{}", table_options());
  std::vector<std::string> history = run.history;
  history.resize(7);
  ASSERT_NE(history.back().find("Failed"), std::string::npos);
  EXPECT_EQ(fates(drawn(kTask, history)), "A succeeded, B running");
  EXPECT_EQ(fates(drawn(kTask, run.history)), "A succeeded, B failed");
}

TEST(DiagramPath, ACaughtFailureGoesOnByItsCatcher) {
  constexpr char kCaught[] = R"({'StartAt':'A','States':{
    'A':{'Type':'Task','Resource':'boom','Next':'B','Catch':[
      {'ErrorEquals':['Other'],'Next':'C'},{'ErrorEquals':['Boom'],'Next':'B'}]},
    'B':{'Type':'Pass','End':true},'C':{'Type':'Succeed'}}})";
  const Diagram diagram = drawn(kCaught);
  EXPECT_EQ(fates(diagram), "A failed and caught, B succeeded");
  EXPECT_EQ(ways(diagram), ">A, A!B, B>");
}

// Nothing in the history tells of such a failure but where it led.
TEST(DiagramPath, ACaughtFailureWithoutAnEventIsTold) {
  const Diagram diagram = drawn(R"({'StartAt':'A','States':{
    'A':{'Type':'Task','Resource':'echo','ResultSelector':{'a.$':'States.ArrayGetItem($, 7)'},
         'End':true,'Catch':[{'ErrorEquals':['States.ALL'],'Next':'B'}]},
    'B':{'Type':'Succeed'}}})");
  EXPECT_EQ(fates(diagram), "A failed and caught, B succeeded");
  EXPECT_EQ(ways(diagram), ">A, A!B, B>");
}

constexpr char kParallel[] = R"({'StartAt':'P','States':{
  'P':{'Type':'Parallel','Next':'Z','Catch':[{'ErrorEquals':['E'],'Next':'Z'}],'Branches':[
    {'StartAt':'A','States':{'A':{'Type':'Wait','Seconds':9,'Next':'B'},
                             'B':{'Type':'Pass','End':true}}},
    {'StartAt':'Q','States':{'Q':{'Type':'Parallel','End':true,'Branches':[
      {'StartAt':'C','States':{'C':{'Type':'Wait','Seconds':1,'Next':'D'},
                               'D':{'Type':'Fail','ErrorPath':'$.e'}}}]}}}]},
  'Z':{'Type':'Succeed'}}})";

TEST(DiagramPath, AFailureWithinFailsWhatIsAroundAndStopsWhatIsBeside) {
  const Diagram diagram = drawn(kParallel, R"({"e":"F"})");
  EXPECT_EQ(fates(diagram), "P failed, A stopped, Q failed, C succeeded, D failed");
  EXPECT_EQ(ways(diagram), ">A, >C, C>D, >Q, >P");
  EXPECT_EQ(diagram.status, Status::failed);
}

TEST(DiagramPath, AFailureWithinIsCaughtAround) {
  const Diagram diagram = drawn(kParallel, R"({"e":"E"})");
  EXPECT_EQ(fates(diagram),
            "P failed and caught, A stopped, Q failed, C succeeded, D failed, Z succeeded");
  EXPECT_EQ(ways(diagram), ">A, >C, C>D, >Q, >P, P!Z, Z>");
}

TEST(DiagramPath, BranchesThatAreDoneAgainCountAsTheyEndedAtLast) {
  const Diagram diagram = drawn(R"({'StartAt':'P','States':{
    'P':{'Type':'Parallel','End':true,'Retry':[{'ErrorEquals':['A']}],'Branches':[
      {'StartAt':'B','States':{'B':{'Type':'Task','Resource':'flaky','End':true,
                                    'Parameters':{'errors':['A']}}}},
      {'StartAt':'C','States':{'C':{'Type':'Wait','Seconds':1,'End':true}}}]}}})");
  EXPECT_EQ(fates(diagram), "P succeeded, B succeeded 2, C succeeded 2");
  EXPECT_EQ(ways(diagram), ">B 2, B>, >C 2, C>, >P, P>");
}

constexpr char kMap[] = R"({'StartAt':'M','States':{'M':{'Type':'Map','End':true,
  'ToleratedFailureCount':2,'MaxConcurrency':1,'ItemProcessor':{'StartAt':'C','States':{
    'C':{'Type':'Choice','Choices':[{'Variable':'$','NumericLessThan':3,'Next':'D'}],'Default':'E'},
    'D':{'Type':'Pass','End':true},'E':{'Type':'Fail','Error':'E'}}}}}})";

TEST(DiagramPath, EachItemGoesThroughTheSameStates) {
  const Diagram diagram = drawn(kMap, "[1,2]");
  EXPECT_EQ(fates(diagram), "M succeeded, C succeeded 2, D succeeded 2");
  EXPECT_EQ(ways(diagram), ">C 2, C>D 2, D> 2, >M, M>");
}

TEST(DiagramPath, AnItemThatFailsIsSeenEvenWhereOthersDoNot) {
  const Diagram diagram = drawn(kMap, "[1,5,2]");
  EXPECT_EQ(diagram.nodes[3].name, "E");
  EXPECT_EQ(diagram.nodes[3].fate, Fate::failed);
  EXPECT_EQ(diagram.nodes[2].fate, Fate::succeeded);
}

TEST(DiagramPath, ADistributedMapTellsNothingOfItsItems) {
  const Diagram diagram = drawn(R"({'StartAt':'M','States':{'M':{'Type':'Map','Next':'Z',
    'ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'A','States':{
      'A':{'Type':'Pass','End':true}}}},'Z':{'Type':'Succeed'}}})",
                                "[1,2]");
  EXPECT_EQ(fates(diagram), "M succeeded, Z succeeded");
}

// A redrive's events follow the redrive, not what they belong to.
TEST(DiagramPath, ARedriveGoesOnFromWhatHadFailed) {
  MachineRun run = run_machine(machine_text(kTask), "{}", table_options());
  std::uint64_t id = run.history.size();
  std::uint64_t previous = id;
  const auto add = [&](const std::string& type, const std::string& details) {
    run.history.push_back(R"({"id":)" + std::to_string(++id) + R"(,"previousEventId":)" +
                          std::to_string(previous) + R"(,"type":")" + type +
                          R"(","timestamp":"2026-01-01T00:00:00.000Z")" + details + "}");
    previous = id;
  };
  add("ExecutionRedriven", "");
  EXPECT_EQ(fates(drawn(kTask, run.history)), "A succeeded, B running");
  add("LambdaFunctionScheduled", "");
  add("LambdaFunctionFailed", "");
  add("ExecutionFailed", "");
  EXPECT_EQ(fates(drawn(kTask, run.history)), "A succeeded, B failed");
  add("ExecutionRedriven", "");
  add("LambdaFunctionScheduled", "");
  add("LambdaFunctionSucceeded", "");
  add("TaskStateExited", R"(,"stateExitedEventDetails":{"name":"B"})");
  add("SucceedStateEntered", R"(,"stateEnteredEventDetails":{"name":"C"})");
  const Diagram diagram = drawn(kTask, run.history);
  EXPECT_EQ(fates(diagram), "A succeeded, B succeeded, C running");
  EXPECT_EQ(ways(diagram), ">A, A>B, B>C");
  EXPECT_EQ(diagram.status, Status::running);
}

TEST(DiagramPath, WhatIsNoEventIsRefused) {
  DiagramPath path(*parse_machine(machine_text(kTask)).value());
  for (const char* const text : {"", "[]", "{}", R"({"id":1})", R"({"id":0,"type":"A"})"}) {
    EXPECT_FALSE(path.follow(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace ordo::states
