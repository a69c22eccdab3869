#include "states/json_path.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/json_tree.h"
#include "base/limits.h"
#include "states/json_path_search.h"
#include "states/json_path_steps.h"
#include "support/states_scope.h"

namespace ordo::states {
namespace {

using testing::StatesScope;
using testing::tree;

JsonPath path(std::string_view text) {
  base::Result<JsonPath> parsed = JsonPath::parse(text);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *std::move(parsed);
}

std::string path_complaint(std::string_view text) {
  const base::Result<JsonPath> parsed = JsonPath::parse(text);
  if (parsed) return "accepted: " + parsed->normalized();
  EXPECT_EQ(parsed.error().code, base::ErrorCode::invalid);
  return parsed.error().message;
}

// What the path finds: compact text, "nothing", or the fault's name.
std::string found(std::string_view text, std::string_view input) {
  const StatesScope scope(input);
  const Outcome<std::optional<Json>> found = path(text).find(scope.get());
  if (!found) return found.error().error;
  return *found ? base::json_tree_text(**found) : "nothing";
}

std::string after_put(std::string_view text, std::string_view target, std::string_view value) {
  Json json = tree(target);
  const Json before = json;
  if (path(text).put(json, tree(value))) return base::json_tree_text(json);
  EXPECT_EQ(base::json_tree_text(json), base::json_tree_text(before)) << text;
  return "cannot";
}

TEST(JsonPath, KnowsWhereItBegins) {
  EXPECT_EQ(path("$.a").root(), JsonPath::Root::input);
  EXPECT_EQ(path("$$.a").root(), JsonPath::Root::context);
  EXPECT_EQ(path("$order.a").root(), JsonPath::Root::variable);
  EXPECT_EQ(path("$order.a").variable(), "order");
  EXPECT_EQ(path("$größe_2[0]").variable(), "größe_2");
  EXPECT_TRUE(path("$").is_root());
  EXPECT_TRUE(path("$$").is_root());
  EXPECT_TRUE(path("$x").is_root());
  EXPECT_FALSE(path("$.x").is_root());
}

TEST(JsonPath, IsWrittenInOneWay) {
  EXPECT_EQ(path("$.a.b[0]").normalized(), "$['a']['b'][0]");
  EXPECT_EQ(path("$['it\\'s']").normalized(), "$['it\\'s']");
  EXPECT_EQ(path("$..x[*][1,-2]['a',\"b\"][1:][:-2][1:2]").normalized(),
            "$..['x'][*][1,-2]['a','b'][1:][:-2][1:2]");
  EXPECT_EQ(path("$$.State.Name").normalized(), "$['State']['Name']");
  EXPECT_EQ(path("$v.a").normalized(), "$v['a']");
  EXPECT_EQ(path("$.a[?(@.b == 1)].length()").normalized(), "$['a'][?].length()");
  EXPECT_EQ(path("$.a").text(), "$.a");
}

TEST(JsonPath, ABackslashBeforeTheOtherQuoteIsACharacter) {
  EXPECT_EQ(found(R"($['a\""b'])", R"({"a\\\"\"b":1})"), "1");
  EXPECT_EQ(found(R"($["a\'b"])", R"({"a\\'b":1})"), "1");
  EXPECT_EQ(found(R"($['a\'b'])", R"({"a'b":1})"), "1");
  EXPECT_EQ(found(R"($["a\"b"])", R"({"a\"b":1})"), "1");
}

TEST(JsonPath, AReferenceNamesAtMostOneNode) {
  for (const std::string_view text : {"$", "$$", "$v", "$.a", "$.a[0]['b'][1]"}) {
    EXPECT_TRUE(path(text).is_reference()) << text;
  }
  for (const std::string_view text : {"$..a", "$[*]", "$.*", "$[0,1]", "$['a','b']", "$[1:]",
                                      "$[?(@.a)]", "$.a.length()", "$..['a']", "$.a[-1]"}) {
    EXPECT_FALSE(path(text).is_reference()) << text;
  }
}

TEST(JsonPath, RefusesWhatIsNoPath) {
  for (const std::string_view text : {"",
                                      "a",
                                      ".a",
                                      "..a",
                                      "()",
                                      "$.",
                                      "$..",
                                      "$...",
                                      "$.a.",
                                      "$.a..",
                                      "$[",
                                      "$[]",
                                      "$[0",
                                      "$['a'",
                                      "$['a]",
                                      "$[a]",
                                      "$.a b",
                                      " $.a",
                                      "$.a ",
                                      "$.a)",
                                      "$.a,",
                                      "$.'a'",
                                      "$-",
                                      "$.a[1:2:3]",
                                      "$[:]",
                                      "$[0,]",
                                      "$['a',]",
                                      "$.a()",
                                      "$.a.sum()",
                                      "$.a.length().b",
                                      "$..length()",
                                      "$.a.length(",
                                      "$.a[99999999999999999999]",
                                      "$.a?",
                                      "$.a\\b",
                                      "$.a\"",
                                      "$1",
                                      "$.[",
                                      "bug$.a",
                                      "$$$",
                                      "$ .a",
                                      "$[?]",
                                      "$[?@.a]",
                                      "$[?()]",
                                      "$[?(@.a]",
                                      "$[?(@.a ==)]",
                                      "$[?(@.a = 1)]",
                                      "$[?(1)]",
                                      "$[?('a')]",
                                      "$[?(@.a =~ 'x')]",
                                      "$[?(@.a == /x/)]",
                                      "$[?(@.a =~ /(/)]",
                                      "$[?(@.a && )]",
                                      "$[?(@.a in [1)]",
                                      "$[(@.size-1)]",
                                      "$[(@.length+1)]",
                                      "$['\\ud800']",
                                      "$['\\u12']"}) {
    EXPECT_FALSE(JsonPath::parse(text).has_value()) << text;
  }
}

TEST(JsonPath, ComplaintsSayWhatAndWhere) {
  EXPECT_EQ(path_complaint("x"), "a path begins with '$' at byte 0 of 'x'");
  EXPECT_EQ(path_complaint("$.a[1"), "expected ']' at byte 5 of '$.a[1'");
  EXPECT_EQ(path_complaint("$.a b"), "expected '.' or '[' at byte 3 of '$.a b'");
  EXPECT_EQ(path_complaint("$.a.max()"),
            "the only function of a path is .length() at byte 8 of "
            "'$.a.max()'");
}

TEST(JsonPath, LimitsAreNamed) {
  std::string deep = "$";
  for (std::size_t i = 0; i < kMaxPathSteps; ++i) deep += ".a";
  EXPECT_TRUE(JsonPath::parse(deep).has_value());
  EXPECT_NE(path_complaint(deep + ".a").find("more than 64 steps"), std::string::npos);
  EXPECT_TRUE(JsonPath::parse(std::string("$").append(80, 'v')).has_value());
  EXPECT_FALSE(JsonPath::parse(std::string("$").append(81, 'v')).has_value());
  for (const std::string_view opening : {"$[?(@", "$[?((", "$[?(@.a in [[", "$[?(!(("}) {
    std::string nested;
    for (int i = 0; i < 100'000; ++i) nested += i == 0 ? opening : opening.substr(1);
    EXPECT_FALSE(JsonPath::parse(nested).has_value());
  }
  EXPECT_FALSE(JsonPath::parse("$[?(" + std::string(100'000, '(')).has_value());
  EXPECT_FALSE(JsonPath::parse("$[?(@ in " + std::string(100'000, '[')).has_value());
}

TEST(JsonPath, ReadsTheContextAndVariables) {
  StatesScope scope(R"({"a":1})");
  scope.context = tree(R"({"State":{"Name":"Pick"}})");
  Variables outer;
  outer.set("far", tree("[1,2]"));
  outer.set("both", tree("\"outer\""));
  scope.variables = Variables(&outer);
  scope.variables.set("both", tree("\"inner\""));
  const auto text_at = [&](std::string_view text) {
    const std::optional<Json> value = path(text).find(scope.get()).value();
    return value ? base::json_tree_text(*value) : "nothing";
  };
  EXPECT_EQ(text_at("$$.State.Name"), "\"Pick\"");
  EXPECT_EQ(text_at("$$"), R"({"State":{"Name":"Pick"}})");
  EXPECT_EQ(text_at("$far[1]"), "2");
  EXPECT_EQ(text_at("$far[*]"), "[1,2]");
  EXPECT_EQ(text_at("$both"), "\"inner\"");
  EXPECT_EQ(text_at("$none"), "nothing");
  EXPECT_EQ(text_at("$none[*]"), "nothing");
}

TEST(JsonPath, LooksWithoutACopy) {
  const StatesScope scope(R"({"a":{"b":[1]}})");
  const Outcome<JsonView> seen = path("$.a.b").look(scope.get());
  ASSERT_TRUE(seen && seen->has_value());
  EXPECT_EQ(seen->operator->(), &scope.input.at("a").at("b"));
}

TEST(JsonPath, ASearchWithoutEndIsGivenUp) {
  std::string nested(base::kMaxJsonDepth, '[');
  nested.push_back('1');
  for (std::size_t i = 0; i < base::kMaxJsonDepth; ++i) nested += ",2,3]";
  EXPECT_EQ(found("$..*..*..*..*", nested), kRuntime);
  std::string wide = "[0,";
  for (int i = 1; i < 3000; ++i) wide.append(std::to_string(i)).append(",");
  wide.back() = ']';
  EXPECT_EQ(found("$[?(@ in $)]", wide), kRuntime);
  EXPECT_EQ(found("$[?($[*] == 1)]", wide), kRuntime);
  EXPECT_EQ(found("$[?(!($..*..*))]", wide), kRuntime);
  EXPECT_EQ(found("$[?($ == $)]", wide), kRuntime);
  const std::string with_long_text = "[\"" + std::string(100'000, 'x') + "\"," + wide.substr(1);
  EXPECT_EQ(found("$[?($[0] != $[0])]", with_long_text), kRuntime);
  EXPECT_EQ(found("$[?($[0] > 1)]", with_long_text), kRuntime);
  const std::string named = R"({"a":)" + wide + R"(,"b":1})";
  EXPECT_EQ(found("$.a[?($['a','b'])]", named), kRuntime);
  EXPECT_EQ(found("$.a[?($['a','b'] != 1)]", named), kRuntime);
  EXPECT_EQ(found("$[?(@ =~ /(a*)*(a*)*(a*)*b/)]", "[\"" + std::string(250'000, 'a') + "\"]"),
            "[]");
}

TEST(JsonPath, WhatIsFoundManyTimesIsNotBuilt) {
  const std::string big = "\"" + std::string(100'000, 'x') + "\"";
  EXPECT_EQ(found("$[0,0]", "[" + big + "]").size(), 200'007U);
  EXPECT_EQ(found("$[0,0,0]", "[" + big + "]"), kDataLimitExceeded);
  EXPECT_EQ(found("$..[0]", "[[[[" + big + "]]]]"), kDataLimitExceeded);
}

TEST(JsonPath, PutsWhereItPoints) {
  EXPECT_EQ(after_put("$", R"({"a":1})", "2"), "2");
  EXPECT_EQ(after_put("$.a", R"({"a":1,"b":2})", "[3]"), R"({"a":[3],"b":2})");
  EXPECT_EQ(after_put("$.c", R"({"a":1})", "null"), R"({"a":1,"c":null})");
  EXPECT_EQ(after_put("$.x.y.z", "{}", "1"), R"({"x":{"y":{"z":1}}})");
  EXPECT_EQ(after_put("$.a[1]", R"({"a":[1,2]})", "9"), R"({"a":[1,9]})");
  EXPECT_EQ(after_put("$.a[1].b", R"({"a":[1,{}]})", "9"), R"({"a":[1,{"b":9}]})");
  EXPECT_EQ(after_put("$.a[-1].b", R"({"a":[1,{}]})", "9"), "cannot");
}

TEST(JsonPath, PutsNothingWhereItCannot) {
  EXPECT_EQ(after_put("$.a.b", R"({"a":1})", "2"), "cannot");
  EXPECT_EQ(after_put("$.a", "[1]", "2"), "cannot");
  EXPECT_EQ(after_put("$.a", "null", "2"), "cannot");
  EXPECT_EQ(after_put("$.a[2]", R"({"a":[1,2]})", "2"), "cannot");
  EXPECT_EQ(after_put("$.a[-3]", R"({"a":[1,2]})", "2"), "cannot");
  EXPECT_EQ(after_put("$.a[0]", R"({"a":{}})", "2"), "cannot");
  EXPECT_EQ(after_put("$.new.b[0]", "{}", "2"), "cannot");
  EXPECT_EQ(after_put("$.a[*]", R"({"a":[1]})", "2"), "cannot");
}

TEST(JsonPath, PutsNothingDeeperThanCanBeReadAgain) {
  const std::string deepest(base::kMaxJsonDepth, '[');
  const std::string value = deepest + std::string(base::kMaxJsonDepth, ']');
  EXPECT_EQ(after_put("$", "{}", value), value);
  EXPECT_EQ(after_put("$.a", "{}", value), "cannot");
}

}  // namespace
}  // namespace ordo::states
