#include "states/payload_template.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_tree.h"
#include "base/limits.h"
#include "support/states_scope.h"

namespace ordo::states {
namespace {

using testing::StatesScope;
using testing::tree;

PayloadTemplate payload(std::string_view text) {
  base::Result<PayloadTemplate> parsed = PayloadTemplate::parse(tree(text));
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *std::move(parsed);
}

std::string filled(std::string_view text, std::string_view input) {
  const StatesScope scope(input);
  const Outcome<Json> value = payload(text).evaluate(scope.get());
  return value ? base::json_tree_text(*value) : value.error().error;
}

std::vector<base::FieldError> faults(std::string_view text) {
  const base::Result<PayloadTemplate> parsed = PayloadTemplate::parse(tree(text));
  return parsed ? std::vector<base::FieldError>() : parsed.error().fields;
}

// The example of the specification.
TEST(PayloadTemplate, ComputesTheMembersThatEndInADollar) {
  EXPECT_EQ(filled(R"j({"flagged":true,
                        "parts":{"first.$":"$.vals[0]","last3.$":"$.vals[-3:]"},
                        "weekday.$":"$.DayOfWeek",
                        "formattedOutput.$":"States.Format('Today is {}', $.DayOfWeek)"})j",
                   R"({"flagged":7,"vals":[0,10,20,30,40,50],"DayOfWeek":"TUESDAY"})"),
            R"({"flagged":true,"parts":{"first":0,"last3":[30,40,50]},"weekday":"TUESDAY",)"
            R"("formattedOutput":"Today is TUESDAY"})");
}

TEST(PayloadTemplate, LooksIntoArrays) {
  EXPECT_EQ(filled(R"([1,{"a.$":"$.x"},[{"b":[{"c.$":"$.x"}]}],"$.x"])", R"({"x":5})"),
            R"([1,{"a":5},[{"b":[{"c":5}]}],"$.x"])");
}

TEST(PayloadTemplate, WhatOnlyLooksLikeAPathStaysText) {
  constexpr std::string_view kText = R"j({"a":"$.x","b":"States.UUID()","c$":"$.x","d":{"$":1}})j";
  EXPECT_EQ(filled(kText, "{}"), kText);
}

TEST(PayloadTemplate, WithoutComputedMembersItIsConstant) {
  for (const std::string_view text : {"1", "null", "{}", R"({"a":[{"b":1}]})"}) {
    EXPECT_TRUE(payload(text).is_constant());
    EXPECT_EQ(filled(text, "[]"), text);
  }
  EXPECT_FALSE(payload(R"({"a":[{"b.$":"$"}]})").is_constant());
}

TEST(PayloadTemplate, ShowsEachPathInIt) {
  std::vector<std::string> seen;
  payload(R"j({"a.$":"$.x","b":[{"c.$":"States.Array($$.y, $z)"}]})j")
      .each_path([&](const JsonPath& path) { seen.push_back(path.text()); });
  EXPECT_EQ(seen, (std::vector<std::string>{"$.x", "$$.y", "$z"}));
}

TEST(PayloadTemplate, AllFaultsAreTold) {
  const std::vector<base::FieldError> found =
      faults(R"({"a.$":1,"b":{"c/~.$":"ipsum"},"d":[{"e.$":null}],"f":1,"f.$":"$.f","g.$":"$"})");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].pointer, "/a.$");
  EXPECT_EQ(found[0].message, "a member whose name ends in \".$\" must be a string");
  EXPECT_EQ(found[1].pointer, "/b/c~1~0.$");
  EXPECT_EQ(found[2].pointer, "/d/0/e.$");
  EXPECT_EQ(found[3].pointer, "/f.$");
  EXPECT_EQ(found[3].code, "duplicate");
}

TEST(PayloadTemplate, AFaultNamesTheFieldWithItsDollar) {
  const StatesScope scope(R"({"b":1})");
  const Outcome<Json> value = payload(R"({"x":{"value.$":"$.a"}})").evaluate(scope.get());
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error(),
            (Fault{kRuntime,
                   "The JSONPath '$.a' specified for the field 'value.$' could not be "
                   "found in the input '{\"b\":1}'"}));
}

TEST(PayloadTemplate, ManyCopiesFailEarly) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) {
    text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + ".$\":\"$\"";
  }
  const std::string input = "\"" + std::string(100'000, 'x') + "\"";
  EXPECT_EQ(filled(text + "}", input), kDataLimitExceeded);
}

TEST(PayloadTemplate, TheLimitIsThatOfItsCompactText) {
  const std::string frame = R"({"a":"","b":["",1]})";
  const std::string text = R"({"a.$":"$.s","b":["",1]})";
  const auto with = [&](std::size_t size) {
    return filled(text, R"({"s":")" + std::string(size, 'x') + R"("})").size();
  };
  EXPECT_EQ(with(kMaxStateBytes - frame.size()), kMaxStateBytes);
  EXPECT_EQ(with(kMaxStateBytes - frame.size() + 1), std::string(kDataLimitExceeded).size());
  const std::string constant = "\"" + std::string(kMaxStateBytes, 'x') + "\"";
  EXPECT_EQ(filled(constant, "{}"), kDataLimitExceeded);
}

TEST(PayloadTemplate, IsNoDeeperThanCanBeReadAgain) {
  const std::string deepest =
      std::string(base::kMaxJsonDepth, '[') + std::string(base::kMaxJsonDepth, ']');
  EXPECT_EQ(filled(R"({"a.$":"$"})", deepest), kRuntime);
  EXPECT_EQ(filled(R"({"a.$":"$[0]"})", deepest).size(), deepest.size() + 4);
}

}  // namespace
}  // namespace ordo::states
