#include "base/json_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::base {
namespace {

JsonValue tree(std::string_view text) {
  Result<JsonValue> parsed = parse_json_tree(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? *parsed : JsonValue();
}

std::string again(std::string_view text) {
  return json_tree_text(tree(text));
}

std::string tree_complaint(std::string_view text) {
  const Result<JsonValue> parsed = parse_json_tree(text);
  if (parsed) return "accepted: " + json_tree_text(*parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
  return parsed.error().message;
}

TEST(JsonTree, PrintsCompactTextInTheOrderOfTheMembers) {
  EXPECT_EQ(again(R"( { "b" : [ 1 , {} , [] , null ] , "a" : true, "c": "\u00e9\n" } )"),
            "{\"b\":[1,{},[],null],\"a\":true,\"c\":\"é\\n\"}");
}

TEST(JsonTree, ADoubleNeverLooksLikeAnInteger) {
  for (const auto& [text, printed] : {std::pair{"1.0", "1.0"},
                                      {"1e2", "100.0"},
                                      {"-0.0", "-0.0"},
                                      {"0.5", "0.5"},
                                      {"0.001", "0.001"},
                                      {"0.0009", "9.0E-4"},
                                      {"2.5e-7", "2.5E-7"},
                                      {"9999999.0", "9999999.0"},
                                      {"1e7", "1.0E7"},
                                      {"123456789.25", "1.2345678925E8"},
                                      {"1e300", "1.0E300"},
                                      {"0.1", "0.1"},
                                      {"3.141592653589793", "3.141592653589793"},
                                      {"5e-324", "5.0E-324"}}) {
    EXPECT_EQ(again(text), printed);
  }
}

TEST(JsonTree, AnIntegerOfUpTo64BitsStaysAsItIs) {
  for (const std::string_view text : {"0", "-9223372036854775808", "9223372036854775807",
                                      "9223372036854775808", "18446744073709551615"}) {
    EXPECT_EQ(again(text), text);
  }
  EXPECT_EQ(again("18446744073709551616"), "1.8446744073709552E19");
}

TEST(JsonTree, AFractionIsReadAsTheNearestDouble) {
  EXPECT_EQ(tree("0.1").get_double(), 0.1);
  EXPECT_EQ(tree("7.2057594037927933e16").get_double(), 7.2057594037927933e16);
  EXPECT_EQ(tree("1.7976931348623157e308").get_double(), std::numeric_limits<double>::max());
  EXPECT_EQ(tree("1e-400").get_double(), 0);
  EXPECT_TRUE(std::signbit(tree("-1e-400").get_double()));
}

TEST(JsonTree, RefusesANumberThatNoDoubleHolds) {
  EXPECT_EQ(tree_complaint("[1e400]"),
            "not valid JSON: a number with an absurd exponent at byte 6");
  EXPECT_NE(tree_complaint("-1e400").find("absurd"), std::string::npos);
}

TEST(JsonTree, IsAsStrictAsTheReadersOfText) {
  EXPECT_EQ(tree_complaint(R"({"a":1,"b":{"a":2,"a":3}})"), "duplicate key \"a\" at byte 18");
  EXPECT_EQ(tree_complaint("[1] 2"), "not valid JSON: something follows the value at byte 4");
  EXPECT_EQ(tree_complaint("\"\xff\""), "not valid JSON: the text is not valid UTF-8 at byte 1");
  EXPECT_EQ(tree_complaint(R"("\udc00")"), "not valid JSON: a lone surrogate at byte 7");
  EXPECT_NE(tree_complaint("").find("too soon"), std::string::npos);
  const std::string deepest = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  EXPECT_EQ(again(deepest), deepest);
  EXPECT_NE(tree_complaint("[" + deepest + "]").find("deeper than 64"), std::string::npos);
}

TEST(JsonTree, KeysOfOneObjectMayComeAgainInAnother) {
  EXPECT_EQ(again(R"([{"a":{"a":1}},{"a":2}])"), R"([{"a":{"a":1}},{"a":2}])");
}

TEST(JsonTree, DepthCountsArraysAndObjects) {
  EXPECT_EQ(json_tree_depth(tree("1")), 0U);
  EXPECT_EQ(json_tree_depth(tree("[]")), 1U);
  EXPECT_EQ(json_tree_depth(tree(R"({"a":[1,{"b":[]}],"c":2})")), 4U);
}

TEST(JsonTree, EqualityIsThatOfValues) {
  EXPECT_TRUE(equal_json_trees(tree("1"), tree("1.0")));
  EXPECT_TRUE(equal_json_trees(tree("0"), tree("-0.0")));
  EXPECT_TRUE(equal_json_trees(tree(R"({"a":[1],"b":2})"), tree(R"({"b":2.0,"a":[1]})")));
  EXPECT_FALSE(equal_json_trees(tree("[1,2]"), tree("[2,1]")));
  EXPECT_FALSE(equal_json_trees(tree(R"({"a":1})"), tree(R"({"a":1,"b":1})")));
  EXPECT_FALSE(equal_json_trees(tree(R"({"a":1})"), tree(R"({"b":1})")));
  EXPECT_FALSE(equal_json_trees(tree("1"), tree("\"1\"")));
  EXPECT_FALSE(equal_json_trees(tree("true"), tree("false")));
  EXPECT_FALSE(equal_json_trees(tree("null"), tree("false")));
}

TEST(JsonTree, EqualityOfNumbersIsExact) {
  EXPECT_FALSE(equal_json_trees(tree("9007199254740993"), tree("9007199254740992.0")));
  EXPECT_TRUE(equal_json_trees(tree("9007199254740992"), tree("9007199254740992.0")));
  EXPECT_FALSE(equal_json_trees(tree("9223372036854775807"), tree("9223372036854775808")));
  EXPECT_TRUE(equal_json_trees(tree("9223372036854775808"), tree("9223372036854775808.0")));
  EXPECT_FALSE(equal_json_trees(tree("-1"), tree("18446744073709551615")));
  EXPECT_FALSE(equal_json_trees(tree("18446744073709551615"), tree("18446744073709551616.0")));
  EXPECT_FALSE(equal_json_trees(tree("1"), tree("1.5")));
}

TEST(JsonTree, BytesAreThoseOfTheText) {
  EXPECT_TRUE(rc::check([] {
    const testing::RandomJson json = testing::RandomJson::value();
    const Result<JsonValue> value = parse_json_tree(json.text);
    if (!value) {  // only for a number that no double holds
      RC_ASSERT(value.error().message.find("absurd") != std::string::npos);
      return;
    }
    const std::string text = json_tree_text(*value);
    RC_ASSERT(json_tree_bytes(*value, text.size()) == text.size());
    const Result<JsonValue> same = parse_json_tree(text);
    RC_ASSERT(same.has_value());
    RC_ASSERT(equal_json_trees(*value, *same));
    RC_ASSERT(json_tree_text(*same) == text);
  }));
}

TEST(JsonTree, CountingStopsWhenItIsTooMuch) {
  const JsonValue many = tree("[" + std::string(2000, ' ') + "\"" + std::string(5000, 'a') +
                              "\",[1,2,3],{\"k\":\"\\u0001\"}]");
  EXPECT_EQ(json_tree_bytes(many, 100000), json_tree_text(many).size());
  EXPECT_GT(json_tree_bytes(many, 100), 100U);
}

}  // namespace
}  // namespace ordo::base
