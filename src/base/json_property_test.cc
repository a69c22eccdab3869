// Laws of JSON text, on random values and on random damage to them.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>
#include <string>

#include "base/json.h"
#include "support/json_generators.h"
#include "support/pick.h"
#include "support/reference_json.h"

namespace ordo::base {
namespace {

using testing::RandomJson;

TEST(JsonProperty, CompactTextIsWhatWasMeantAndStays) {
  EXPECT_TRUE(rc::check([] {
    const RandomJson json = RandomJson::value();
    const Result<std::string> compact = compact_json(json.text);
    RC_ASSERT(compact.has_value());
    RC_ASSERT(*compact == json.compact);
    RC_ASSERT(compact_json(*compact).value() == *compact);
    RC_ASSERT(boost::json::parse(*compact) == boost::json::parse(json.text));
  }));
}

TEST(JsonProperty, TheMembersPutTogetherAreTheObject) {
  EXPECT_TRUE(rc::check([] {
    const RandomJson json = RandomJson::object();
    const auto members = parse_json_object(json.text);
    RC_ASSERT(members.has_value());
    std::string text = "{";
    for (const JsonMember& member : *members) {
      if (text.size() > 1) text += ',';
      append_json_string(text, member.key);
      text += ':';
      if (member.kind == JsonKind::string) {
        append_json_string(text, member.text);
      } else {
        text += member.text;
      }
    }
    RC_ASSERT(text + "}" == json.compact);
  }));
}

TEST(JsonProperty, TheElementsPutTogetherAreTheArray) {
  EXPECT_TRUE(rc::check([] {
    const RandomJson json = RandomJson::array();
    const auto elements = parse_json_array(json.text);
    RC_ASSERT(elements.has_value());
    std::string text = "[";
    for (const JsonMember& element : *elements) {
      if (text.size() > 1) text += ',';
      if (element.kind == JsonKind::string) {
        append_json_string(text, element.text);
      } else {
        text += element.text;
      }
    }
    RC_ASSERT(text + "]" == json.compact);
  }));
}

TEST(JsonProperty, DamagedTextIsReadAsTheReferenceReadsIt) {
  EXPECT_TRUE(rc::check([] {
    std::string text = RandomJson::value().text;
    const int wounds = testing::pick(1, 4);
    for (int i = 0; i < wounds && !text.empty(); ++i) {
      const auto at = testing::pick<std::size_t>(0, text.size());
      switch (testing::pick(0, 3)) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text[at] = static_cast<char>(testing::pick(0, 256));
          break;
        default:
          text.insert(at, 1, *rc::gen::element('"', ',', ':', '{', '}', '[', '\\', '0', '\xc3'));
      }
    }
    const testing::ReferenceJson reference(text);
    RC_PRE(!reference.has_absurd_exponent());
    const Result<std::string> compact = compact_json(text);
    RC_ASSERT(compact.has_value() == reference.compact().has_value());
    if (compact) RC_ASSERT(*compact == *reference.compact());
  }));
}

TEST(JsonProperty, AStringComesBackAsItWas) {
  EXPECT_TRUE(rc::check([] {
    const std::string characters = testing::any_characters(40);
    std::string text = "[";
    append_json_string(text, characters);
    text += ']';
    RC_ASSERT(parse_json_array(text).value().front().text == characters);
    RC_ASSERT(text == "[" + testing::reference_quoted(characters) + "]");
  }));
}

}  // namespace
}  // namespace ordo::base
