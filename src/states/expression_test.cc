#include "states/expression.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tree.h"
#include "base/limits.h"
#include "states/expression_parser.h"
#include "support/states_scope.h"

namespace ordo::states {
namespace {

using testing::StatesScope;
using testing::tree;

Expression expression(std::string_view text) {
  base::Result<Expression> parsed = Expression::parse(text);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *std::move(parsed);
}

std::string complaint(std::string_view text) {
  const base::Result<Expression> parsed = Expression::parse(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().code, base::ErrorCode::invalid);
  return parsed.error().message;
}

Fault fault_of(std::string_view text, const StatesScope& scope) {
  const Outcome<Json> value = expression(text).evaluate(scope.get(), "value.$");
  return value ? Fault{"none", base::json_tree_text(*value)} : value.error();
}

TEST(Expression, IsAPathOrACall) {
  EXPECT_NE(expression("$.a").path(), nullptr);
  EXPECT_EQ(expression("States.UUID()").path(), nullptr);
  EXPECT_EQ(expression("States.UUID()").text(), "States.UUID()");
}

TEST(Expression, ShowsEachPathInIt) {
  std::vector<std::string> seen;
  expression("States.Array($.a, States.Format('{}', $$.b), $c.d)").each_path([&](const auto& path) {
    seen.push_back(path.text());
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"$.a", "$$.b", "$c.d"}));
}

TEST(Expression, RefusesWhatIsNeither) {
  for (const std::string_view text : {"",
                                      "not a path",
                                      "ipsum",
                                      "bug$.library",
                                      "1",
                                      "'a'",
                                      "States.UUID",
                                      "States.UUID(",
                                      "States.UUID() ",
                                      " States.UUID()",
                                      "States.UUID()x",
                                      "States.uuid()",
                                      "UUID()",
                                      "States.Foo()",
                                      "States.Array(",
                                      "States.Array(1",
                                      "States.Array(1,",
                                      "States.Array(1,)",
                                      "States.Array(,)",
                                      "States.Array(1 2)",
                                      "States.Array(a)",
                                      "States.Array(\"a\")",
                                      "States.Array([1])",
                                      "States.Array({})",
                                      "States.Array('a)",
                                      "States.Array('a\\')",
                                      "States.Array('\\n')",
                                      "States.Array(01)",
                                      "States.Array(1.)",
                                      "States.Array(True)",
                                      "States.Array($.a b)",
                                      "States.Array($.)",
                                      "States.Array(1))",
                                      "States.UUID(1)",
                                      "States.ArrayLength()",
                                      "States.ArrayLength($.a, $.b)",
                                      "States.Format()",
                                      "States.MathAdd(1,'-1')",
                                      "States.MathRandom(1)",
                                      "States.MathRandom(1,2,3,4)",
                                      "States.ArrayLength('a')",
                                      "States.JsonMerge($.a,$.b,'false')",
                                      "States.Hash(1, 'MD5')",
                                      "States.Format(1)",
                                      "States.Format('{a}')",
                                      "States.Format('{')"}) {
    EXPECT_FALSE(Expression::parse(text).has_value()) << text;
  }
}

TEST(Expression, ComplaintsSayWhatAndWhere) {
  EXPECT_EQ(complaint("States.MathAd(1, 2)"),
            "there is no function 'States.MathAd' (meant States.MathAdd?) at byte 0 of "
            "'States.MathAd(1, 2)'");
  EXPECT_EQ(complaint("States.MathAdd(1)"),
            "States.MathAdd takes 2 arguments, not 1 at byte 17 of 'States.MathAdd(1)'");
  EXPECT_NE(complaint("States.MathAdd(1, 'a')")
                .find("argument 2 of States.MathAdd must be a number, not a string"),
            std::string::npos);
  EXPECT_NE(complaint("States.Format('{x}')").find("matching '}' not found for '{'"),
            std::string::npos);
}

TEST(Expression, CallsNestTenLevels) {
  std::string nested = "1";
  for (std::size_t i = 0; i < kMaxNestedCalls; ++i) {
    nested.insert(0, "States.Array(").append(")");
  }
  EXPECT_EQ(fault_of(nested, StatesScope()).cause, "[[[[[[[[[[1]]]]]]]]]]");
  EXPECT_NE(complaint("States.Array(" + nested + ")").find("more than 10 levels of calls"),
            std::string::npos);
  std::string endless;
  for (int i = 0; i < 100'000; ++i) endless += "States.Array(";
  EXPECT_FALSE(Expression::parse(endless).has_value());
}

TEST(Expression, AMissingPathIsToldAsTheServiceTellsIt) {
  StatesScope scope(R"({"other": 1})");
  scope.context = tree(R"({"State":{"Name":"P"}})");
  scope.variables.set("v", tree("[1]"));
  EXPECT_EQ(fault_of("$.x", scope),
            (Fault{kRuntime,
                   "The JSONPath '$.x' specified for the field 'value.$' could not be "
                   "found in the input '{\"other\":1}'"}));
  EXPECT_EQ(fault_of("$$.Nope.x", scope),
            (Fault{kRuntime,
                   "The JSONPath '$$.Nope.x' specified for the field 'value.$' could not "
                   "be found in the input '{\"State\":{\"Name\":\"P\"}}'"}));
  EXPECT_EQ(fault_of("$v[1]", scope).cause,
            "The JSONPath '$v[1]' specified for the field 'value.$' could not be found in the "
            "input '[1]'");
  EXPECT_EQ(fault_of("$w", scope).cause,
            "The JSONPath '$w' specified for the field 'value.$' could not be found: there is no "
            "variable '$w'");
}

TEST(Expression, AMissingArgumentNamesTheWholeExpression) {
  const StatesScope scope(R"({"other":1})");
  EXPECT_EQ(fault_of("States.Format('{}', States.Format('{}',$.nope))", scope),
            (Fault{kRuntime,
                   "The function 'States.Format('{}', States.Format('{}',$.nope))' had the "
                   "following error: The JsonPath argument for the field '$.nope' could not be "
                   "found in the input '{\"other\":1}'"}));
  EXPECT_EQ(fault_of("States.Format('{}', $$.Nope.Deep)", scope).cause,
            "The function 'States.Format('{}', $$.Nope.Deep)' had the following error: The "
            "JsonPath argument for the field '$.Nope.Deep' could not be found in the input "
            "'{\"other\":1}'");
}

TEST(Expression, AFailedCallSaysWhy) {
  EXPECT_EQ(fault_of("States.ArrayGetItem($.a, 3)", StatesScope(R"({"a":[1]})")),
            (Fault{kIntrinsicFailure,
                   "The function 'States.ArrayGetItem($.a, 3)' had the following error: the index "
                   "3 is not within an array of 1"}));
  EXPECT_EQ(fault_of("States.ArrayLength($)", StatesScope("{}")).cause,
            "The function 'States.ArrayLength($)' had the following error: argument 1 of "
            "States.ArrayLength must be an array, not an object");
}

TEST(Expression, TextLimitsAreCountedInCharacters) {
  std::string text;
  for (std::size_t i = 0; i < kMaxEncodedCharacters; ++i) text += "é";
  StatesScope scope;
  scope.input = boost::json::string(text);
  EXPECT_EQ(fault_of("States.Base64Encode($)", scope).error, "none");
  EXPECT_EQ(fault_of("States.Hash($, 'MD5')", scope).error, "none");
  scope.input = boost::json::string(text + "a");
  EXPECT_EQ(fault_of("States.Base64Encode($)", scope).error, kIntrinsicFailure);
  EXPECT_EQ(fault_of("States.Base64Decode($)", scope).error, kIntrinsicFailure);
  EXPECT_EQ(fault_of("States.Hash($, 'MD5')", scope).error, kIntrinsicFailure);
}

TEST(Expression, ASeedGivesOneNumberWithinItsBounds) {
  const StatesScope scope;
  std::set<std::int64_t> numbers;
  for (int seed = -50; seed < 50; ++seed) {
    const std::string text = "States.MathRandom(-10, 1000, " + std::to_string(seed) + ")";
    const Json number = expression(text).evaluate(scope.get(), "").value();
    EXPECT_EQ(number, expression(text).evaluate(scope.get(), "").value());
    EXPECT_GE(number.get_int64(), -10);
    EXPECT_LT(number.get_int64(), 1000);
    numbers.insert(number.get_int64());
  }
  EXPECT_GT(numbers.size(), 80U);
}

TEST(Expression, WithoutASeedTheEntropyDecides) {
  StatesScope scope;
  for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{9}, ~std::uint64_t{0}}) {
    scope.entropy = [bits] { return bits; };
    EXPECT_EQ(fault_of("States.MathRandom(5, 15)", scope).cause, std::to_string(5 + bits % 10));
  }
}

TEST(Expression, HoldsNoMoreThanAState) {
  StatesScope scope;
  scope.input = boost::json::string(std::string(kMaxStateBytes - 2, 'x'));
  EXPECT_EQ(fault_of("$", scope).error, "none");
  EXPECT_EQ(fault_of("States.ArrayLength(States.Array($))", scope).error, kDataLimitExceeded);
  EXPECT_EQ(fault_of("States.Array($, $, $)", scope).error, kDataLimitExceeded);
  EXPECT_EQ(fault_of("States.Format('{}{}{}', $, $, $)", scope).error, kDataLimitExceeded);
  EXPECT_EQ(fault_of("States.JsonToString($)", scope).error, kDataLimitExceeded);
  scope.input = boost::json::string(std::string(kMaxStateBytes - 1, 'x'));
  EXPECT_EQ(fault_of("$", scope).error, kDataLimitExceeded);
}

TEST(Expression, ManyCallsTogetherAreBounded) {
  StatesScope scope;
  scope.input = boost::json::string(std::string(kMaxStateBytes / 2, 'x'));
  std::string calls;
  for (int i = 0; i < 100; ++i) {
    calls += ", States.ArrayLength(States.Array(States.Format('{}', $)))";
  }
  EXPECT_EQ(fault_of("States.Array(0" + calls + ")", scope).error, kDataLimitExceeded);
}

TEST(Expression, IsNoDeeperThanCanBeReadAgain) {
  const std::string deepest =
      std::string(base::kMaxJsonDepth, '[') + std::string(base::kMaxJsonDepth, ']');
  EXPECT_EQ(fault_of("$", StatesScope(deepest)).error, "none");
  EXPECT_EQ(fault_of("States.Array($)", StatesScope(deepest)),
            (Fault{kRuntime, "The value of the field 'value.$' is deeper than 64 levels"}));
}

}  // namespace
}  // namespace ordo::states
