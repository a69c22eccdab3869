#include "base/json.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "support/reference_json.h"

namespace ordo::base {
namespace {

std::string compacted(std::string_view text) {
  Result<std::string> compact = compact_json(text);
  return compact ? *compact : "refused: " + compact.error().message;
}

std::string complaint(std::string_view text) {
  const Result<std::string> compact = compact_json(text);
  if (compact) return "accepted: " + *compact;
  EXPECT_EQ(compact.error().code, ErrorCode::invalid);
  return compact.error().message;
}

TEST(Json, NumbersStayDigitForDigit) {
  for (const std::string_view number :
       {"0", "-0", "-0.0", "1.10", "1e400", "-1e400", "1e-400", "0.1e+05", "1E5", "1e2147483647",
        "123456789012345678901234567890", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "0.1234567890123456789012345678901234567890"}) {
    EXPECT_EQ(compacted(number), number);
    EXPECT_EQ(compacted("[" + std::string(number) + "]"), "[" + std::string(number) + "]");
  }
  const std::string long_number(2000, '7');
  EXPECT_EQ(compacted(long_number), long_number);
  EXPECT_EQ(compacted("0." + long_number), "0." + long_number);
}

TEST(Json, RefusesWhatIsNoNumber) {
  for (const std::string_view text : {"01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "--1",
                                      "0x10", "NaN", "Infinity", "-Infinity", "1_000", "1,5"}) {
    EXPECT_FALSE(compact_json(text)) << text;
  }
  EXPECT_EQ(complaint("[1e2147483648]"),
            "not valid JSON: a number with an absurd exponent at byte 12");
  EXPECT_FALSE(compact_json("0e-99999999999"));
}

TEST(Json, CompactTextHasOneWayToWriteAString) {
  EXPECT_EQ(compacted(R"("\u0041\/\u00e9\ud83d\ude00")"), "\"A/é😀\"");
  EXPECT_EQ(compacted(R"("\u0008\u000C\u000a\u000D\u0009\u0022\u005c")"), R"("\b\f\n\r\t\"\\")");
  EXPECT_EQ(compacted(R"("\u0000\u001F\u007f")"), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(compacted("\"\xe2\x80\xa8\""), "\"\xe2\x80\xa8\"");
}

TEST(Json, CompactTextHasNoWhiteSpaceAndKeepsTheOrder) {
  EXPECT_EQ(compacted(" { \"b\" : [ 1 , { } , [ ] , null ] ,\r\n\t\"a\" : { \"x\" : true } } "),
            R"({"b":[1,{},[],null],"a":{"x":true}})");
  EXPECT_EQ(compacted(" \"a b\" "), R"("a b")");
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {"",      "  ",         "{",       "}",           "[1,]",      "[,1]",
        "[1 2]", "{\"a\":1,}", "{\"a\"}", "{\"a\" 1}",   "{a:1}",     "{'a':1}",
        "nul",   "True",       "// c\n1", "/**/1",       "1 // c",    "\xef\xbb\xbf{}",
        "\"abc", "\"\\",       "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "[1]]",
        "1 2",   "{}{}",       "[1",      "{\"a\":",     "\v1"}) {
    EXPECT_FALSE(compact_json(text)) << text;
    EXPECT_FALSE(parse_json_object(text)) << text;
    EXPECT_FALSE(parse_json_array(text)) << text;
  }
  EXPECT_FALSE(compact_json(std::string_view("{}\0", 3)));
  EXPECT_FALSE(compact_json(std::string_view("\0{}", 3)));
}

TEST(Json, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(complaint("{\"a\":1,}"), "not valid JSON: unexpected '}' at byte 7");
  EXPECT_EQ(complaint("[1"), "not valid JSON: the text ends too soon at byte 2");
  EXPECT_EQ(complaint("[1] x"), "not valid JSON: something follows the value at byte 4");
  EXPECT_EQ(complaint("\"a\tb\""), "not valid JSON: unexpected control character 0x09 at byte 2");
  EXPECT_EQ(complaint("[\"\x7f\", \xff]"), "not valid JSON: the text is not valid UTF-8 at byte 6");
  EXPECT_EQ(complaint("\"\\udc00\""), "not valid JSON: a lone surrogate at byte 7");
  EXPECT_EQ(complaint("\"\\u12g4\""),
            "not valid JSON: an escape without its four hex digits at byte 5");
}

TEST(Json, RefusesControlCharactersThatAreNotEscaped) {
  for (char c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(compact_json(std::string("\"a") + c + "\"")) << static_cast<int>(c);
    EXPECT_FALSE(compact_json(std::string("{\"") + c + "\":1}")) << static_cast<int>(c);
  }
}

TEST(Json, RefusesLoneSurrogates) {
  for (const std::string_view text :
       {R"("\ud800")", R"("\udbff")", R"("\udc00")", R"("\udfff")", R"("\ud800x")", R"("\ud800\n")",
        R"("\ud800\u0041")", R"("\ud800\ud800")", R"("\udc00\ud800")", R"({"\ud800":1})",
        "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xed\xa0\xbd\xed\xb8\x80\""}) {
    EXPECT_FALSE(compact_json(text)) << text;
  }
}

// Every sequence of up to three bytes from the interesting ones, and every second byte of four.
TEST(Json, AgreesWithTheTextRulesOnEveryUtf8Border) {
  std::vector<std::string> samples;
  for (int lead = 0x80; lead <= 0xff; ++lead) {
    samples.push_back({static_cast<char>(lead)});
    for (int second = 0x70; second <= 0xff; ++second) {
      const std::string two{static_cast<char>(lead), static_cast<char>(second)};
      samples.push_back(two);
      for (const char third : {'\x7f', '\x80', '\xbf', '\xc0'}) {
        samples.push_back(two + third);
        samples.push_back(two + third + '\x80');
        samples.push_back(two + third + '\xc0');
      }
    }
  }
  for (const std::string& sample : samples) {
    const std::string text = "\"" + sample + "\"";
    // A reference of its own; the offset moves the sample across the parser's wide steps.
    const bool valid = testing::ReferenceJson(text).compact().has_value();
    ASSERT_EQ(is_valid_utf8(sample), valid);
    ASSERT_EQ(compact_json(text).has_value(), valid);
    ASSERT_EQ(compact_json("\"0123456789abcde" + sample + "\"").has_value(), valid);
  }
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_EQ(complaint(R"({"a":1,"title":2,"title":3})"), "duplicate key \"title\" at byte 17");
  EXPECT_EQ(complaint(R"([{"q\"":1,"q\"":3}])"), "duplicate key \"q\"\" at byte 10");
  EXPECT_EQ(complaint(R"({"":1,"":2})"), "duplicate key \"\" at byte 6");
  EXPECT_EQ(complaint(R"({"a":1,"\u0061":2})"), "duplicate key \"a\" at byte 7");
  EXPECT_EQ(complaint(R"({"x":{"y":[{"a":{},"b":2,"a":0}]}})"), "duplicate key \"a\" at byte 25");
  EXPECT_EQ(compacted(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"),
            R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})");
  EXPECT_FALSE(parse_json_object(R"({"a":1,"a":1})"));
  EXPECT_FALSE(parse_json_array(R"([{"a":1,"a":1}])"));
}

TEST(Json, RefusesADuplicateAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += "\"key " + std::to_string(i) + "\":" + "0,";
  EXPECT_TRUE(compact_json(text + "\"last\":0}"));
  EXPECT_FALSE(compact_json(text + "\"key 0\":0}"));
  EXPECT_FALSE(compact_json(text + "\"key 16\":0}"));
  EXPECT_FALSE(compact_json(text + "\"key 4999\":0}"));
}

TEST(Json, RefusesMoreThanTheNamedDepth) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(compact_json(nested(kMaxJsonDepth)));
  EXPECT_EQ(complaint(nested(kMaxJsonDepth + 1)),
            "not valid JSON: deeper than 64 levels at byte 64");
  EXPECT_FALSE(compact_json(std::string(100'000, '[')));
  EXPECT_TRUE(parse_json_array(nested(kMaxJsonDepth)));
  EXPECT_FALSE(parse_json_array(nested(kMaxJsonDepth + 1)));
}

TEST(JsonObject, GivesItsMembersApart) {
  const auto members = parse_json_object(
      R"( {"s":"a\u0062\n", "n": 1.0, "b":true, "z":null, "o":{"k": [1, "x"]}, "l":[ ], "\u006b":""} )");
  ASSERT_TRUE(members);
  const std::vector<std::string> keys{"s", "n", "b", "z", "o", "l", "k"};
  const std::vector<JsonKind> kinds{JsonKind::string, JsonKind::number, JsonKind::boolean,
                                    JsonKind::null,   JsonKind::object, JsonKind::array,
                                    JsonKind::string};
  const std::vector<std::string> texts{"ab\n", "1.0", "true", "null", R"({"k":[1,"x"]})", "[]", ""};
  ASSERT_EQ(members->size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ((*members)[i].key, keys[i]);
    EXPECT_EQ((*members)[i].kind, kinds[i]);
    EXPECT_EQ((*members)[i].text, texts[i]);
  }
  EXPECT_TRUE(parse_json_object("{}")->empty());
}

TEST(JsonArray, GivesItsElementsApart) {
  const auto elements =
      parse_json_array(R"([ {"a":[ ]}, [ [1] , 2], "x\ty", -0, false, null, {} ])");
  ASSERT_TRUE(elements);
  const std::vector<std::string> texts{R"({"a":[]})", "[[1],2]", "x\ty", "-0",
                                       "false",       "null",    "{}"};
  ASSERT_EQ(elements->size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ((*elements)[i].text, texts[i]);
    EXPECT_EQ((*elements)[i].key, "");
  }
  EXPECT_EQ((*elements)[2].kind, JsonKind::string);
  EXPECT_EQ((*elements)[6].kind, JsonKind::object);
  EXPECT_TRUE(parse_json_array("[]")->empty());
}

TEST(JsonObject, SaysWhatItIsInstead) {
  const auto message = [](auto result) { return result.error().message; };
  EXPECT_EQ(message(parse_json_object("[1]")), "a JSON object is wanted here, not a JSON array");
  EXPECT_EQ(message(parse_json_object("\"{}\"")),
            "a JSON object is wanted here, not a JSON string");
  EXPECT_EQ(message(parse_json_object("null")), "a JSON object is wanted here, not a JSON null");
  EXPECT_EQ(message(parse_json_array("{}")), "a JSON array is wanted here, not a JSON object");
  EXPECT_EQ(message(parse_json_array("1")), "a JSON array is wanted here, not a JSON number");
  EXPECT_EQ(message(parse_json_array("true")), "a JSON array is wanted here, not a JSON boolean");
}

TEST(JsonObject, TellsAMembersTextByName) {
  const auto members = parse_json_object(R"({"s":"ä\n","n":1.0,"o":{"b":[ ]},"z":null,"e":""})");
  ASSERT_TRUE(members);
  EXPECT_EQ(text_of(*members, "s"), "ä\n");
  EXPECT_EQ(text_of(*members, "n"), "1.0");
  EXPECT_EQ(text_of(*members, "o"), R"({"b":[]})");
  for (const char* none : {"z", "e", "nowhere", ""}) EXPECT_EQ(text_of(*members, none), "") << none;
}

TEST(Json, WhatIsNotThereIsNull) {
  const auto written = [](const auto& value) {
    std::string out = "x:";
    append_json_or_null(out, value);
    return out;
  };
  EXPECT_EQ(written(std::optional<std::string>("a\"b")), R"(x:"a\"b")");
  EXPECT_EQ(written(std::optional<std::string>("")), R"(x:"")");
  EXPECT_EQ(written(std::optional<std::string>()), "x:null");
  EXPECT_EQ(written(WallTime::from_ms(1)), R"(x:"1970-01-01T00:00:00.001Z")");
  EXPECT_EQ(written(std::optional<WallTime>()), "x:null");
}

TEST(Json, LongStringsComeWhole) {
  std::string characters;
  for (int i = 0; i < 20'000; ++i) characters += i % 7 == 0 ? "ä" : i % 11 == 0 ? "\"" : "x";
  std::string text;
  append_json_string(text, characters);
  EXPECT_EQ(compacted(text), text);
  const auto members = parse_json_object("{" + text + ":" + text + "}");
  ASSERT_TRUE(members);
  EXPECT_EQ(members->front().key, characters);
  EXPECT_EQ(members->front().text, characters);
}

}  // namespace
}  // namespace ordo::base
