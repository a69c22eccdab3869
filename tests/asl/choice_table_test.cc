// Every operator of a Choice state, by what it is given, as a literal and by a path.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "asl/case_table.h"

namespace ordo::states {
namespace {

struct Row {
  const char* op;
  const char* value;     // of the variable
  const char* expected;  // what it is compared with
  bool holds;
};

std::string machine_of(const std::string& rule) {
  return quoted_text(
      fmt::format("{{'StartAt':'C','States':{{'C':{{'Type':'Choice','Choices':[{{{},'Next':'Y'}}],"
                  "'Default':'N'}},'Y':{{'Type':'Pass','Result':'Y','End':true}},"
                  "'N':{{'Type':'Pass','Result':'N','End':true}}}}}}",
                  rule));
}

class Comparisons : public ::testing::TestWithParam<Row> {};

TEST_P(Comparisons, HoldForALiteralAndForAPathToTheSame) {
  const Row& row = GetParam();
  const std::string_view op = row.op;
  const std::string input = quoted_text(fmt::format("{{'v':{},'w':{}}}", row.value, row.expected));
  const std::string wanted = row.holds ? "\"Y\"" : "\"N\"";
  const MachineRun literal =
      run_both_ways(machine_of(fmt::format("'Variable':'$.v','{}':{}", op, row.expected)), input);
  EXPECT_EQ(literal.ending.output, wanted) << op << " " << input;
  if (op.starts_with("Is") || op == "StringMatches") return;
  const MachineRun by_path =
      run_both_ways(machine_of(fmt::format("'Variable':'$.v','{}Path':'$.w'", op)), input);
  EXPECT_EQ(by_path.ending.output, wanted) << op << "Path " << input;
}

constexpr Row kStrings[] = {
    {"StringEquals", "'a'", "'a'", true},
    {"StringEquals", "'a'", "'A'", false},
    {"StringEquals", "''", "''", true},
    {"StringEquals", "1", "'1'", false},
    {"StringEquals", "null", "'null'", false},
    {"StringEquals", "true", "'true'", false},
    {"StringEquals", "['a']", "'a'", false},
    {"StringEquals", "'\\u00e9'", "'\xC3\xA9'", true},
    {"StringLessThan", "'a'", "'b'", true},
    {"StringLessThan", "'b'", "'b'", false},
    {"StringLessThan", "'B'", "'a'", true},
    {"StringLessThan", "'10'", "'9'", true},
    {"StringLessThan", "1", "'b'", false},
    {"StringLessThanEquals", "'b'", "'b'", true},
    {"StringLessThanEquals", "'c'", "'b'", false},
    {"StringLessThanEquals", "null", "'b'", false},
    {"StringGreaterThan", "'c'", "'b'", true},
    {"StringGreaterThan", "'b'", "'b'", false},
    {"StringGreaterThan", "'ab'", "'a'", true},
    {"StringGreaterThan", "{}", "'b'", false},
    {"StringGreaterThanEquals", "'b'", "'b'", true},
    {"StringGreaterThanEquals", "'a'", "'b'", false},
    {"StringGreaterThanEquals", "5", "''", false},
    {"StringMatches", "'foo.log'", "'*.log'", true},
    {"StringMatches", "'foo.txt'", "'*.log'", false},
    {"StringMatches", "'foobar.zip'", "'foo*.zip'", true},
    {"StringMatches", "'zebra.log'", "'zebra*'", true},
    {"StringMatches", "''", "'*'", true},
    {"StringMatches", "'ab'", "'a*b*'", true},
    {"StringMatches", "'aXbXc'", "'a*b*d'", false},
    {"StringMatches", "'foo*bar'", "'foo\\\\*bar'", true},
    {"StringMatches", "'fooXbar'", "'foo\\\\*bar'", false},
    {"StringMatches", "'a\\\\b'", "'a\\\\\\\\b'", true},
    {"StringMatches", "'abc'", "'a.c'", false},
    {"StringMatches", "1", "'*'", false},
    {"StringMatches", "null", "'*'", false},
};
constexpr Row kNumbers[] = {
    {"NumericEquals", "1", "1", true},
    {"NumericEquals", "1", "1.0", true},
    {"NumericEquals", "1.5", "1.5", true},
    {"NumericEquals", "0.1", "0.10000000000000001", true},
    {"NumericEquals", "'1'", "1", false},
    {"NumericEquals", "null", "0", false},
    {"NumericEquals", "false", "0", false},
    {"NumericEquals", "-0", "0", true},
    {"NumericEquals", "9007199254740993", "9007199254740992", false},
    {"NumericEquals", "18446744073709551615", "18446744073709551614", false},
    {"NumericEquals", "18446744073709551615", "-1", false},
    {"NumericEquals", "1e3", "1000", true},
    {"NumericLessThan", "1", "2", true},
    {"NumericLessThan", "2", "2", false},
    {"NumericLessThan", "-1", "0", true},
    {"NumericLessThan", "9", "10", true},
    {"NumericLessThan", "'1'", "2", false},
    {"NumericLessThanEquals", "2", "2.0", true},
    {"NumericLessThanEquals", "2.1", "2", false},
    {"NumericLessThanEquals", "[]", "2", false},
    {"NumericGreaterThan", "3", "2", true},
    {"NumericGreaterThan", "2", "2", false},
    {"NumericGreaterThan", "18446744073709551615", "9223372036854775807", true},
    {"NumericGreaterThan", "null", "-1", false},
    {"NumericGreaterThanEquals", "2", "2", true},
    {"NumericGreaterThanEquals", "1.999", "2", false},
    {"NumericGreaterThanEquals", "true", "0", false},
};
constexpr Row kOthers[] = {
    {"BooleanEquals", "true", "true", true},
    {"BooleanEquals", "true", "false", false},
    {"BooleanEquals", "false", "false", true},
    {"BooleanEquals", "'true'", "true", false},
    {"BooleanEquals", "1", "true", false},
    {"BooleanEquals", "null", "false", false},
    {"TimestampEquals", "'2026-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampEquals", "'2026-01-01T00:00:00.000Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampEquals", "'2026-01-01T01:00:00+01:00'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampEquals", "'2026-01-01t00:00:00Z'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampEquals", "'2026-01-01'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampEquals", "0", "'2026-01-01T00:00:00Z'", false},
    {"TimestampLessThan", "'2025-12-31T23:59:59Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampLessThan", "'2026-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampLessThan", "'now'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampLessThanEquals", "'2026-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampLessThanEquals", "'2026-01-01T00:00:01Z'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampGreaterThan", "'2026-01-01T00:00:00.001Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampGreaterThan", "'2026-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampGreaterThanEquals", "'2026-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", true},
    {"TimestampGreaterThanEquals", "'2025-01-01T00:00:00Z'", "'2026-01-01T00:00:00Z'", false},
    {"TimestampGreaterThanEquals", "null", "'2026-01-01T00:00:00Z'", false},
    {"IsNull", "null", "true", true},
    {"IsNull", "0", "true", false},
    {"IsNull", "''", "false", true},
    {"IsPresent", "null", "true", true},
    {"IsPresent", "1", "false", false},
    {"IsNumeric", "1.5", "true", true},
    {"IsNumeric", "'1'", "true", false},
    {"IsNumeric", "'1'", "false", true},
    {"IsString", "''", "true", true},
    {"IsString", "1", "true", false},
    {"IsString", "null", "false", true},
    {"IsBoolean", "false", "true", true},
    {"IsBoolean", "'false'", "true", false},
    {"IsBoolean", "0", "false", true},
    {"IsTimestamp", "'2026-01-01T00:00:00Z'", "true", true},
    {"IsTimestamp", "'2026-01-01 00:00:00Z'", "true", false},
    {"IsTimestamp", "'2026-01-01T00:00:00z'", "true", false},
    {"IsTimestamp", "'2026-13-01T00:00:00Z'", "true", false},
    {"IsTimestamp", "1767225600", "false", true},
};

INSTANTIATE_TEST_SUITE_P(Strings, Comparisons, ::testing::ValuesIn(kStrings));
INSTANTIATE_TEST_SUITE_P(Numbers, Comparisons, ::testing::ValuesIn(kNumbers));
INSTANTIATE_TEST_SUITE_P(Others, Comparisons, ::testing::ValuesIn(kOthers));

struct RuleRow {
  const char* rule;
  const char* input;
  const char* output;  // "Y", "N", or an error
};
class Rules : public ::testing::TestWithParam<RuleRow> {};

TEST_P(Rules, LeadWhereTheyShould) {
  const RuleRow& row = GetParam();
  const MachineRun run = run_both_ways(machine_of(row.rule), quoted_text(row.input));
  if (std::string_view(row.output).size() == 1) {
    EXPECT_EQ(run.ending.output, fmt::format("\"{}\"", row.output)) << run.ending.fault.cause;
  } else {
    EXPECT_EQ(run.ending.fault.error, row.output);
  }
}

constexpr RuleRow kRules[] = {
    {"'And':[{'Variable':'$.a','IsPresent':true},{'Variable':'$.a','NumericEquals':1}]", "{'a':1}",
     "Y"},
    {"'And':[{'Variable':'$.a','IsPresent':true},{'Variable':'$.a','NumericEquals':1}]", "{}", "N"},
    {"'And':[{'Variable':'$.a','NumericEquals':2},{'Variable':'$.b','NumericEquals':1}]", "{'a':1}",
     "N"},
    {"'Or':[{'Variable':'$.a','NumericEquals':1},{'Variable':'$.b','NumericEquals':1}]", "{'a':1}",
     "Y"},
    {"'Or':[{'Variable':'$.a','NumericEquals':1},{'Variable':'$.b','NumericEquals':1}]",
     "{'a':2,'b':1}", "Y"},
    {"'Or':[{'Variable':'$.a','NumericEquals':1},{'Variable':'$.b','NumericEquals':1}]",
     "{'a':2,'b':2}", "N"},
    {"'Or':[{'Variable':'$.a','NumericEquals':1},{'Variable':'$.b','NumericEquals':1}]", "{'a':2}",
     "States.Runtime"},
    {"'Not':{'Variable':'$.a','NumericEquals':1}", "{'a':2}", "Y"},
    {"'Not':{'Variable':'$.a','NumericEquals':1}", "{'a':1}", "N"},
    {"'Not':{'Variable':'$.a','IsPresent':true}", "{}", "Y"},
    {"'Not':{'Not':{'Variable':'$.a','NumericEquals':1}}", "{'a':1}", "Y"},
    {"'Not':{'And':[{'Variable':'$.a','IsNull':true},{'Variable':'$.b','IsNull':true}]}",
     "{'a':null,'b':1}", "Y"},
    {"'And':[{'Or':[{'Variable':'$.a','NumericEquals':1},{'Variable':'$.a','NumericEquals':2}]},"
     "{'Not':{'Variable':'$.b','BooleanEquals':true}}]",
     "{'a':2,'b':false}", "Y"},
    {"'And':[{'Variable':'$.a','NumericGreaterThanEquals':20},"
     "{'Variable':'$.a','NumericLessThan':30}]",
     "{'a':30}", "N"},
    {"'Variable':'$.a','StringEquals':'x'", "{}", "States.Runtime"},
    {"'Variable':'$.a','IsNull':true", "{}", "States.Runtime"},
    {"'Variable':'$.a','IsString':true", "{}", "States.Runtime"},
    {"'Variable':'$.a','IsPresent':true", "{}", "N"},
    {"'Variable':'$.a','IsPresent':false", "{}", "Y"},
    {"'Variable':'$.a.b.c','IsPresent':true", "{'a':1}", "N"},
    {"'Variable':'$.a[1]','IsPresent':true", "{'a':[1]}", "N"},
    {"'Variable':'$.a','StringEqualsPath':'$.none'", "{'a':'x'}", "States.Runtime"},
    {"'Variable':'$.a[0]','NumericEqualsPath':'$.a[1]'", "{'a':[4,4]}", "Y"},
    {"'Variable':'$','StringEquals':'x'", "'x'", "Y"},
    {"'Variable':'$$.Execution.Name','StringEquals':'run'", "{}", "Y"},
    {"'Variable':'$.a','StringEqualsPath':'$$.State.Name'", "{'a':'C'}", "Y"},
    {"'Variable':'$$.Nothing','IsPresent':true", "{}", "N"},
    {"'Variable':'$[`a`]','IsNumeric':true", "{'a':1}", "Y"},
};
INSTANTIATE_TEST_SUITE_P(All, Rules, ::testing::ValuesIn(kRules));

constexpr Case kCases[] = {
    {.name = "TheFirstThatHoldsIsTaken",
     .definition = "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':["
                   "{'Variable':'$.n','NumericGreaterThan':1,'Next':'A'},"
                   "{'Variable':'$.n','NumericGreaterThan':0,'Next':'B'}]},"
                   "'A':{'Type':'Pass','Result':'A','End':true},'B':{'Type':'Pass','Result':'B','"
                   "End':true}}}",
     .input = "{'n':2}",
     .output = "'A'"},
    {.name = "WithoutDefaultNothingMatches",
     .definition = "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':["
                   "{'Variable':'$.n','NumericEquals':1,'Next':'A'}]},'A':{'Type':'Succeed'}}}",
     .input = "{'n':2}",
     .output = "!States.NoChoiceMatched",
     .types = "ExecutionStarted ChoiceStateEntered ExecutionFailed"},
    {.name = "InputPathAndOutputPathNarrow",
     .definition =
         "{'StartAt':'C','States':{'C':{'Type':'Choice','InputPath':'$.in','OutputPath':'$.o',"
         "'Choices':[{'Variable':'$.n','NumericEquals':1,'Next':'A'}]},'A':{'Type':'Succeed'}}}",
     .input = "{'in':{'n':1,'o':'out'}}",
     .output = "'out'",
     .types = "ExecutionStarted ChoiceStateEntered ChoiceStateExited SucceedStateEntered "
              "SucceedStateExited ExecutionSucceeded"},
    {.name = "EachChoiceAssignsOfItsOwn",
     .definition = "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':["
                   "{'Variable':'$.n','NumericEquals':1,'Next':'A','Assign':{'x.$':'$.n'}}],"
                   "'Default':'A','Assign':{'x':'default'}},"
                   "'A':{'Type':'Pass','Parameters':{'x.$':'$x'},'End':true}}}",
     .input = "{'n':1}",
     .output = "{'x':1}"},
    {.name = "TheDefaultAssignsWhatTheStateSays",
     .definition = "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':["
                   "{'Variable':'$.n','NumericEquals':1,'Next':'A','Assign':{'x.$':'$.n'}}],"
                   "'Default':'A','Assign':{'x':'default'}},"
                   "'A':{'Type':'Pass','Parameters':{'x.$':'$x'},'End':true}}}",
     .input = "{'n':2}",
     .output = "{'x':'default'}"},
    {.name = "AVariableIsCompared",
     .definition = "{'StartAt':'P','States':{'P':{'Type':'Pass','Assign':{'limit':3},'Next':'C'},"
                   "'C':{'Type':'Choice','Choices':[{'Variable':'$.n',"
                   "'NumericGreaterThanPath':'$limit','Next':'A'}],'Default':'B'},"
                   "'A':{'Type':'Pass','Result':'over','End':true},"
                   "'B':{'Type':'Pass','Result':'under','End':true}}}",
     .input = "{'n':4}",
     .output = "'over'"},
    {.name = "ALoopCountsToItsEnd",
     .definition = "{'StartAt':'C','States':{'C':{'Type':'Choice','Choices':["
                   "{'Variable':'$.n','NumericLessThan':5,'Next':'Add'}],'Default':'Done'},"
                   "'Add':{'Type':'Pass','Parameters':{'n.$':'States.MathAdd($.n, 1)'},'Next':'C'},"
                   "'Done':{'Type':'Succeed'}}}",
     .input = "{'n':0}",
     .output = "{'n':5}"},
};
class Choices : public ::testing::TestWithParam<Case> {};
TEST_P(Choices, ComeToWhatTheTableSays) {
  check_case(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Table, Choices, ::testing::ValuesIn(kCases), case_name);

}  // namespace
}  // namespace ordo::states
