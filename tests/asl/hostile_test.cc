// Definitions and inputs that would be too much: each ends with a clear error, soon, and without
// taking more than it may.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "asl/case_table.h"
#include "base/json_tree.h"
#include "base/limits.h"

namespace ordo::states {
namespace {

// Runs it once; only its end is looked at.
Ending end_of(const std::string& definition, const std::string& input = "{}") {
  RunOptions options = table_options();
  options.max_steps = 2'000'000;
  return run_machine(machine_text(definition), input, options).ending;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string numbers(std::size_t count) {
  std::string out(1, '[');
  for (std::size_t i = 0; i < count; ++i) out.append("1,");
  out.back() = ']';
  return out;
}

// Parallel states within each other: the first branch of each holds the next one.
std::string nested_parallels(std::size_t depth, std::size_t branches) {
  std::string inner("{'Type':'Succeed'}");
  for (std::size_t level = 0; level < depth; ++level) {
    std::string list = fmt::format("{{'StartAt':'L{0}','States':{{'L{0}':{1}}}}}", level, inner);
    for (std::size_t i = 1; i < branches; ++i) {
      list += fmt::format(",{{'StartAt':'B{0}_{1}','States':{{'B{0}_{1}':{{'Type':'Succeed'}}}}}}",
                          level, i);
    }
    inner = fmt::format("{{'Type':'Parallel','Branches':[{}],'End':true}}", list);
  }
  return fmt::format("{{'StartAt':'S','States':{{'S':{}}}}}", inner);
}

// Maps within each other, each over the whole input.
std::string nested_maps(std::size_t depth, std::string_view mode) {
  std::string inner = "{'Type':'Pass','End':true}";
  for (std::size_t level = 0; level < depth; ++level) {
    const std::string config = level + 1 == depth && !mode.empty()
                                   ? fmt::format(
                                         "'ProcessorConfig':{{'Mode':'{}',"
                                         "'ExecutionType':'STANDARD'}},",
                                         mode)
                                   : std::string();
    inner = fmt::format(
        "{{'Type':'Map','ItemsPath':'$$.Execution.Input','End':true,'ItemProcessor':{{{2}"
        "'StartAt':'L{0}','States':{{'L{0}':{1}}}}}}}",
        level, inner, config);
  }
  return fmt::format("{{'StartAt':'S','States':{{'S':{}}}}}", inner);
}

TEST(HostileDefinition, NestedDeeperThanAJsonTextMayBeIsRefused) {
  const auto machine = parse_machine(machine_text(nested_parallels(200, 1)));
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.error().fields.at(0).code, "malformed");
  const auto brackets = parse_machine(repeated("[", 1'000'000));
  ASSERT_FALSE(brackets);
}

TEST(HostileDefinition, OfTooManyBytesIsRefusedUnread) {
  const auto machine = parse_machine(std::string(kMaxDefinitionBytes + 1, ' '));
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.error().code, base::ErrorCode::too_large);
}

TEST(HostileDefinition, OfTooManyBranchesIsRefused) {
  const auto machine = parse_machine(machine_text(nested_parallels(1, kMaxBranches + 1)));
  ASSERT_FALSE(machine);
  EXPECT_EQ(machine.error().fields.at(0).pointer, "/States/S/Branches");
}

TEST(HostileDefinition, WithThousandsOfFaultsTellsSome) {
  std::string states;
  for (int i = 0; i < 9000; ++i) states += fmt::format(",'S{}':{{'Type':'?','a':1,'b':2}}", i);
  const auto machine =
      parse_machine(quoted_text("{'StartAt':'A','States':{'A':{'Type':'Succeed'}" + states + "}}"));
  ASSERT_FALSE(machine);
  EXPECT_LE(machine.error().fields.size(), 50U);
}

TEST(HostileDefinition, WithADeepRuleIsReadOrRefused) {
  for (const std::size_t depth : {20U, 1000U}) {
    const std::string rule =
        repeated("{'Not':", depth) + "{'Variable':'$','IsNull':true}" + repeated("}", depth);
    const auto machine = parse_machine(quoted_text(
        "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':[{'Next':'E','Not':" + rule +
        "}]},'E':{'Type':'Succeed'}}}"));
    EXPECT_EQ(machine.has_value(), depth < base::kMaxJsonDepth);
  }
}

TEST(HostileParallel, AsDeepAndAsWideAsMayBeRuns) {
  const Ending ending = end_of(nested_parallels(14, 40));
  EXPECT_EQ(ending.status, Status::succeeded) << ending.fault.cause;
}

TEST(HostileMap, WithinMapsWithinMapsFillsTheHistory) {
  const Ending ending = end_of(nested_maps(8, ""), numbers(40));
  EXPECT_EQ(ending.fault.error, kRuntime);
  EXPECT_NE(ending.fault.cause.find("maximum number of history events"), std::string::npos);
}

TEST(HostileMap, WithinADistributedOneHasNoMoreFramesThanMayBe) {
  const Ending ending = end_of(nested_maps(6, "DISTRIBUTED"), numbers(300));
  EXPECT_EQ(ending.status, Status::failed);
  EXPECT_TRUE(ending.fault.error == kExceedToleratedFailureThreshold ||
              ending.fault.error == kDataLimitExceeded)
      << ending.fault.error << ending.fault.cause;
}

TEST(HostileMap, OverAHundredThousandItems) {
  const Ending ending = end_of(
      "{'Type':'Map','ResultPath':null,'ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','"
      "ExecutionType':'STANDARD'},"
      "'StartAt':'X','States':{'X':{'Type':'Pass','Result':0,'End':true}}}}",
      numbers(100'000));
  EXPECT_EQ(ending.status, Status::succeeded) << ending.fault.cause;
}

TEST(HostileMap, OverMoreItemsThanMayBe) {
  const Ending ending =
      end_of("{'Type':'Map','ItemProcessor':{'StartAt':'X','States':{'X':{'Type':'Succeed'}}}}",
             numbers(kMaxMapItems + 1));
  EXPECT_EQ(ending.fault.error, kDataLimitExceeded);
}

TEST(HostileMap, WhoseItemsGrowIsStopped) {
  const Ending ending = end_of(
      "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','InputPath':'$.n',"
      "'ResultPath':'$.big','Next':'M'},'M':{'Type':'Map','ItemsPath':'$.l','End':true,"
      "'ItemSelector':{'big.$':'$.big'},'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'W','States':{'W':{'Type':'Wait'"
      ",'Seconds':1,"
      "'End':true}}}}}}",
      R"({"n":200000,"l":)" + numbers(1000) + "}");
  EXPECT_EQ(ending.fault.error, kDataLimitExceeded);
  EXPECT_NE(ending.fault.cause.find("The execution holds more than"), std::string::npos);
}

TEST(HostileMap, WhoseOutputsGrowIsStopped) {
  const Ending ending = end_of(
      "{'Type':'Map','MaxConcurrency':1,'ResultSelector':{},'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'T','States':{'T':{'Type':'Task'"
      ",'Resource':'big',"
      "'End':true}}}}",
      fmt::format("[{}1]", repeated("200000,", 200)));
  EXPECT_EQ(ending.fault.error, kDataLimitExceeded);
}

TEST(HostileLoop, WithinADistributedMapIsStopped) {
  const std::string loop =
      "'StartAt':'A','States':{'A':{'Type':'Pass','Next':'B'},'B':{'Type':'Choice','Choices':["
      "{'Variable':'$','IsPresent':true,'Next':'A'}],'Default':'C'},'C':{'Type':'Succeed'}}";
  const Ending ending = end_of(
      "{'Type':'Map','ItemProcessor':{'ProcessorConfig':{'Mode':'DISTRIBUTED','ExecutionType':'"
      "STANDARD'}," +
          loop + "}}",
      "[1]");
  EXPECT_EQ(ending.fault.error, kExceedToleratedFailureThreshold);
  const Ending tolerant = end_of(
      "{'Type':'Map','ToleratedFailurePercentage':100,'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'}," +
          loop + "}}",
      "[1,2]");
  const std::string told =
      R"({"Error":"States.Runtime","Cause":"The iteration reached the maximum number of events )"
      R"((25000)."})";
  EXPECT_EQ(tolerant.output, fmt::format("[{0},{0}]", told));
}

TEST(HostileLoop, OfMapsWithinADistributedMapIsStopped) {
  const Ending ending = end_of(
      "{'Type':'Map','ToleratedFailurePercentage':100,'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'M','States':{'M':{'Type':'Map',"
      "'ItemsPath':'$.l',"
      "'ResultPath':null,'Next':'B','ItemProcessor':{'StartAt':'X','States':{'X':{'Type':'Pass',"
      "'End':true}}}},'B':{'Type':'Choice','Choices':[{'Variable':'$','IsPresent':true,"
      "'Next':'M'}],'Default':'C'},'C':{'Type':'Succeed'}}}}",
      R"([{"l":[1,2,3,4,5,6,7,8,9,10]}])");
  EXPECT_NE(ending.output.find("maximum number of events"), std::string::npos)
      << ending.fault.error << " " << ending.fault.cause;
}

TEST(HostileRetry, WithoutEndFillsTheHistory) {
  const Ending ending = end_of(
      "{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],'MaxAttempts':99999999,"
      "'IntervalSeconds':1,'BackoffRate':1}]}");
  EXPECT_EQ(ending.fault.error, kRuntime);
}

TEST(HostileRetry, WithAPauseWithoutBoundWaitsAYear) {
  const MachineRun run = run_both_ways(
      machine_text("{'Type':'Task','Resource':'boom','Retry':[{'ErrorEquals':['Boom'],"
                   "'MaxAttempts':3,'IntervalSeconds':99999999,'BackoffRate':1000000}]}"),
      "{}");
  ASSERT_EQ(run.woken.size(), 3U);
  for (std::size_t i = 1; i < run.woken.size(); ++i) {
    EXPECT_EQ((run.woken[i] - run.woken[i - 1]).count(), 31'622'400'000);
  }
}

TEST(HostileData, AStringOfMegabytesIsRefusedByTheNextState) {
  const Ending ending = end_of("{'Type':'Pass'}", '"' + std::string(4UL * 1024 * 1024, 'x') + '"');
  EXPECT_EQ(ending.fault.error, kDataLimitExceeded);
}

TEST(HostileData, WildcardsOverWideObjectsAreBounded) {
  std::string wide(1, '{');
  for (int i = 0; i < 20'000; ++i) wide.append(fmt::format(R"("k{}":{{"a":[1,2]}},)", i));
  wide.back() = '}';
  for (const char* path : {"$..*", "$..a..*", "$.*.*.*"}) {
    const Ending ending = end_of(
        fmt::format("{{'Type':'Pass','Parameters':{{'a.$':'{0}','b.$':'{0}'}}}}", path), wide);
    EXPECT_TRUE(ending.status == Status::succeeded || ending.fault.error == kDataLimitExceeded ||
                ending.fault.error == kRuntime)
        << ending.fault.error;
  }
}

TEST(HostileData, VariablesOfManyMegabytesAreStopped) {
  std::string states;
  for (int i = 0; i < 60; ++i) {
    states += fmt::format("'P{0}':{{'Type':'Pass','Assign':{{'v{0}.$':'$.big'}},'Next':'P{1}'}},",
                          i, i + 1);
  }
  const Ending ending = end_of(
      "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'big','InputPath':'$.n',"
      "'ResultPath':'$.big','Next':'P0'}," +
          states + "'P60':{'Type':'Succeed'}}}",
      R"({"n":200000})");
  EXPECT_EQ(ending.fault.error, kDataLimitExceeded);
  EXPECT_NE(ending.fault.cause.find("variables"), std::string::npos);
}

TEST(HostileData, ACaughtErrorThatNestsTooDeepIsStopped) {
  std::string deep(1, '$');
  for (int i = 0; i < 30; ++i) deep += ".a";
  std::string path = "'ResultPath':'" + deep + deep.substr(1) + ".e'";
  const Ending ending = end_of(
      "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'boom','Catch':[{'ErrorEquals':"
      "['Boom']," +
      path + ",'Next':'Z'}],'End':true},'Z':{'Type':'Pass','ResultPath':'" + deep +
      "','End':true}}}");
  EXPECT_EQ(ending.status, Status::failed);
}

TEST(HostileData, BatchesThatNestTooDeepAreRefused) {
  const std::string item = repeated("[", 62) + repeated("]", 62);
  const Ending ending = end_of(
      "{'Type':'Map','ItemBatcher':{'MaxItemsPerBatch':1},'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'X','States':{'X':{'Type':'"
      "Succeed'}}}}",
      fmt::format("[{}]", item));
  EXPECT_EQ(ending.fault.error, kRuntime);
  EXPECT_NE(ending.fault.cause.find("deeper"), std::string::npos);
}

}  // namespace
}  // namespace ordo::states
