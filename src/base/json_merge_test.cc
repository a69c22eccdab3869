#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "support/json_generators.h"
#include "support/pick.h"
#include "support/reference_merge.h"

namespace ordo::base {
namespace {

std::string merged(std::string_view target, std::string_view patch) {
  Result<std::string> result = merge_patch_json(target, patch);
  return result ? *result : "refused: " + result.error().message;
}

struct MergeRow {
  std::string_view target;
  std::string_view patch;
  std::string_view result;
};

// Appendix A of RFC 7396.
TEST(MergePatch, DoesWhatTheRfcSays) {
  const std::vector<MergeRow> rows{
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const MergeRow& row : rows) {
    // Wrapped, so that the rows whose texts are no objects are tried as well.
    const auto wrapped = [](std::string_view text) { return "{\"v\":" + std::string(text) + "}"; };
    EXPECT_EQ(merged(wrapped(row.target), wrapped(row.patch)), wrapped(row.result));
    if (row.target.front() == '{' && row.patch.front() == '{') {
      EXPECT_EQ(merged(row.target, row.patch), row.result);
    }
  }
  EXPECT_EQ(merged(R"({"v":{"a":"foo"}})", R"({"v":null})"), "{}");
  EXPECT_EQ(merged(R"({"v":{"a":"foo"}})", R"({"v":"bar"})"), R"({"v":"bar"})");
}

TEST(MergePatch, KeepsNumbersAndPlaces) {
  EXPECT_EQ(merged(R"({"a":1.10,"b":1e400,"c":{"x":-0}})", R"({"c":{"y":2.50},"a":3.0,"d":1})"),
            R"({"a":3.0,"b":1e400,"c":{"x":-0,"y":2.50},"d":1})");
}

TEST(MergePatch, KnowsEqualKeysInWhateverWayTheyAreWritten) {
  EXPECT_EQ(merged(R"({"a\"b":1,"é":2})", R"({"\u0061\u0022b":null, "\u00e9":3})"), R"({"é":3})");
  EXPECT_EQ(merged(R"({"a":"}],{\"a\":\\"})", R"({"b":["]",{"c":"{"}]})"),
            R"({"a":"}],{\"a\":\\","b":["]",{"c":"{"}]})");
}

TEST(MergePatch, TakesObjectsOnly) {
  EXPECT_FALSE(merge_patch_json("[]", "{}"));
  EXPECT_FALSE(merge_patch_json("{}", "null"));
  EXPECT_FALSE(merge_patch_json("{", "{}"));
  EXPECT_FALSE(merge_patch_json("{}", R"({"a":1,"a":2})"));
}

TEST(MergePatch, GoesAsDeepAsATextMay) {
  const auto nested = [](std::string_view inside) {
    std::string text;
    for (std::size_t i = 1; i < kMaxJsonDepth; ++i) text += "{\"a\":";
    text += inside;
    return text + std::string(kMaxJsonDepth - 1, '}');
  };
  EXPECT_EQ(merged(nested(R"({"x":1})"), nested(R"({"y":2})")), nested(R"({"x":1,"y":2})"));
}

// Two objects that share keys: the second is made of the first and of a stranger.
std::string related_patch(const std::string& target, const std::string& stranger) {
  std::string patch = "{";
  const auto members = parse_json_object(target);
  for (const JsonMember& member : *members) {
    if (testing::one_in(3)) continue;
    if (patch.size() > 1) patch += ',';
    append_json_string(patch, member.key);
    const bool into = member.kind == JsonKind::object && !testing::one_in(3);
    patch += ':';
    patch += into ? related_patch(member.text, stranger) : testing::one_in(2) ? "null" : stranger;
  }
  return patch + (patch.size() > 1 ? "," : "") + "\"new\":" + stranger + "}";
}

TEST(MergePatchProperty, DoesWhatTheRfcsAlgorithmDoes) {
  EXPECT_TRUE(rc::check([] {
    const std::string target = testing::RandomJson::object().compact;
    const std::string patch = related_patch(target, testing::RandomJson::value(2).compact);
    const std::string result = merge_patch_json(target, patch).value();
    RC_ASSERT(boost::json::parse(result) ==
              testing::merged_by_the_book(boost::json::parse(target), boost::json::parse(patch)));
    RC_ASSERT(compact_json(result).value() == result);
    RC_ASSERT(merge_patch_json(result, patch).value() == result);  // twice is once
  }));
}

TEST(MergePatchProperty, TheEmptyPatchChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const testing::RandomJson json = testing::RandomJson::object();
    RC_ASSERT(merge_patch_json(json.text, "{ }").value() == json.compact);
  }));
}

}  // namespace
}  // namespace ordo::base
