#include "base/json_split.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::base {
namespace {

using testing::RandomJson;
using Parts = std::vector<std::string_view>;

constexpr std::size_t kMany = 1000;

TEST(JsonSplit, AnElementIsItsOwnTextAsItWasSent) {
  EXPECT_EQ(split_json_array("[]", kMany).value(), Parts{});
  EXPECT_EQ(split_json_array(" [ \n] ", kMany).value(), Parts{});
  EXPECT_EQ(split_json_array(R"([1, {"a":[2,"]"]} ,"\",\\" , x y])", kMany).value(),
            (Parts{"1", R"({"a":[2,"]"]})", R"("\",\\")", "x y"}));
}

TEST(JsonSplit, WhatIsBrokenInsideIsLeftToTheElement) {
  EXPECT_EQ(split_json_array(R"([{"a":1,"a":1},{[}},"\q",1:2,tru])", kMany).value().size(), 5U);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(split_json_array("[" + deep + ",1]", kMany).value().size(), 2U);
}

TEST(JsonSplit, WhatIsBrokenAtItsOwnLevelIsRefused) {
  for (const char* text : {"", " ", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1]]", "[1]x",
                           "[1}", "{}", "1", "\"[]\"", "[\"]", "[\"\\\"]", "[{]", "[\"\\"}) {
    const auto parts = split_json_array(text, kMany);
    ASSERT_FALSE(parts.has_value()) << text;
    EXPECT_EQ(parts.error().code, ErrorCode::invalid) << text;
  }
  EXPECT_EQ(split_json_array("{}", kMany).error().message,
            "a JSON array is wanted here, not a JSON object");
}

TEST(JsonSplit, NoMoreThanWhatIsAskedForIsHeld) {
  EXPECT_EQ(split_json_array("[1,2]", 2).value().size(), 2U);
  EXPECT_EQ(split_json_array("[1,2,3]", 2).error().code, ErrorCode::too_large);
}

TEST(JsonSplit, AnObjectIsKeysAndValues) {
  const auto members = split_json_object(R"( {"a" : [1,{"b":2}] , "\"}" :x} )", kMany).value();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].key, R"("a")");
  EXPECT_EQ(members[0].value, R"([1,{"b":2}])");
  EXPECT_EQ(members[1].key, R"("\"}")");
  EXPECT_EQ(members[1].value, "x");
  for (const char* text : {"", "{", "{1:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1]",
                           "{\"a\":1}}", "{\"a\"1}", "[]", "{\"a\":1"}) {
    EXPECT_FALSE(split_json_object(text, kMany).has_value()) << text;
  }
}

RC_GTEST_PROP(JsonSplitProperty, ThePartsOfAnArrayAreItsElements, ()) {
  const RandomJson json = RandomJson::array();
  const auto elements = parse_json_array(json.text).value();
  const auto parts = split_json_array(json.text, kMany).value();
  RC_ASSERT(parts.size() == elements.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto alone = parse_json_array("[" + std::string(parts[i]) + "]").value();
    RC_ASSERT(alone.size() == 1U);
    RC_ASSERT(alone[0].text == elements[i].text);
    RC_ASSERT(alone[0].kind == elements[i].kind);
    RC_ASSERT(raw_json_kind(parts[i]) == elements[i].kind);
  }
}

RC_GTEST_PROP(JsonSplitProperty, ThePartsOfAnObjectAreItsMembers, ()) {
  const RandomJson json = RandomJson::object();
  const auto members = parse_json_object(json.text).value();
  const auto parts = split_json_object(json.text, kMany).value();
  RC_ASSERT(parts.size() == members.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string alone =
        "{" + std::string(parts[i].key) + ":" + std::string(parts[i].value) + "}";
    const JsonMember member = parse_json_object(alone).value().at(0);
    RC_ASSERT(member.key == members[i].key);
    RC_ASSERT(member.text == members[i].text);
  }
}

// Whatever the damage: parts that are all JSON mean that the whole is, and the same; a whole that
// is JSON is always split.
RC_GTEST_PROP(JsonSplitProperty, DamagedTextNeverGivesWhatTheWholeDoesNotHave, ()) {
  std::string text = RandomJson::array().text;
  const int wounds = testing::pick(1, 5);
  for (int i = 0; i < wounds; ++i) {
    const auto at = testing::pick<std::size_t>(0, text.size() + 1);
    if (testing::one_in(2) && at < text.size()) {
      text.erase(at, 1);
    } else {
      text.insert(at, 1,
                  *rc::gen::element('"', ',', ':', '{', '}', '[', ']', '\\', '0', ' ', '\xc3'));
    }
  }
  const auto whole = parse_json_array(text);
  const auto parts = split_json_array(text, kMany);
  if (!parts) {
    RC_ASSERT(!whole.has_value());
    return;
  }
  const bool all_json = std::ranges::all_of(
      *parts, [](std::string_view part) { return compact_json(part).has_value(); });
  RC_ASSERT(all_json == whole.has_value());
  if (whole) RC_ASSERT(whole->size() == parts->size());
}

}  // namespace
}  // namespace ordo::base
