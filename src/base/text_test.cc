#include "base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::base {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, TakesTheFirstAndTheLastOfEachLength) {
  for (const std::string_view text :
       {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv,
        "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt);
  }
}

TEST(Utf8, RefusesWhatTheStandardForbids) {
  for (const std::string_view text : {
           "\x80"sv,
           "\xbf"sv,  // a continuation alone
           "\xc0\x80"sv,
           "\xc1\xbf"sv,  // overlong, two bytes
           "\xe0\x80\x80"sv,
           "\xe0\x9f\xbf"sv,  // overlong, three
           "\xf0\x80\x80\x80"sv,
           "\xf0\x8f\xbf\xbf"sv,  // overlong, four
           "\xed\xa0\x80"sv,
           "\xed\xbf\xbf"sv,  // surrogates
           "\xf4\x90\x80\x80"sv,
           "\xf7\xbf\xbf\xbf"sv,  // over U+10FFFF
           "\xf5\x80\x80\x80"sv,
           "\xf8\x88\x80\x80\x80"sv,  // no such lead
           "\xfe"sv,
           "\xff"sv,  //
           "\xc3"sv,
           "\xe2\x82"sv,
           "\xf0\x9f\x98"sv,  // cut off
           "\xc3("
           ""sv,
           "\xe2(\xa1"sv,
           "\xf0\x9f(\x80"sv,  // broken inside
           "\xe2\x82("sv,
           "\xf0\x9f\x98("sv,
       }) {
    EXPECT_EQ(find_invalid_utf8(text), 0U) << ::testing::PrintToString(text);
  }
}

TEST(Utf8, SaysWhereTheFirstFaultIs) {
  EXPECT_EQ(find_invalid_utf8("aé😀\xff\xff"), 7U);
  EXPECT_EQ(find_invalid_utf8("é\xc3"), 2U);
}

TEST(Text, CountsCodePoints) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("abc"), 3U);
  EXPECT_EQ(count_characters("aé€😀"), 4U);
  EXPECT_EQ(count_characters("e\xcc\x81"), 2U);  // a combining mark is a code point
}

TEST(Trim, TakesAwayUnicodeWhiteSpace) {
  for (const std::string_view space :
       {"\t"sv, "\n"sv, "\v"sv, "\f"sv, "\r"sv, " "sv, "\xc2\x85"sv, "\xc2\xa0"sv, "\xe1\x9a\x80"sv,
        "\xe2\x80\x80"sv, "\xe2\x80\x8a"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xa9"sv, "\xe2\x80\xaf"sv,
        "\xe2\x81\x9f"sv, "\xe3\x80\x80"sv}) {
    const std::string s(space);
    EXPECT_EQ(trim(s + "a" + s + "b" + s + s), "a" + s + "b");
    EXPECT_EQ(trim(s), "");
    EXPECT_EQ(trim(s + "é"), "é");
  }
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("plain"), "plain");
}

TEST(Trim, KeepsWhatOnlyLooksEmpty) {
  for (const std::string_view text :
       {"\xe2\x80\x8b"sv, "\xef\xbb\xbf"sv, "\0"sv, "\x1f"sv, "\xe1\xa0\x8e"sv, "\xe2\x80\x8d"sv}) {
    EXPECT_EQ(trim(text), text);
  }
}

TEST(Trim, StopsAtBytesThatAreNoText) {
  EXPECT_EQ(trim(" \x80\x80 "), "\x80\x80");
  EXPECT_EQ(trim("\xff "), "\xff");
}

TEST(Clip, CutsBetweenCharacters) {
  EXPECT_EQ(clip("abc", 3), "abc");
  EXPECT_EQ(clip("abc", 2), "ab");
  EXPECT_EQ(clip("aé", 2), "a");
  EXPECT_EQ(clip("a😀b", 4), "a");
  EXPECT_EQ(clip("a😀b", 5), "a😀");
  EXPECT_EQ(clip("😀", 3), "");
  EXPECT_EQ(clip("abc", 0), "");
}

TEST(ControlCharacter, IsFoundWhereverItStands) {
  EXPECT_EQ(find_control_character("a\tb\nc"), std::nullopt);
  EXPECT_EQ(find_control_character("a\rb"), U'\r');
  EXPECT_EQ(find_control_character("\0"sv), U'\0');
  EXPECT_EQ(find_control_character("é\x1f"), U'\x1f');
  EXPECT_EQ(find_control_character("\x7f"), U'\x7f');
  EXPECT_EQ(find_control_character("\xc2\x80"), char32_t{0x80});
  EXPECT_EQ(find_control_character("\xc2\x9f"), char32_t{0x9f});
  EXPECT_EQ(find_control_character("\xc2\xa0"), std::nullopt);
  EXPECT_EQ(find_control_character("\xff\x01"), U'\x01');
  EXPECT_EQ(find_control_character("😀 é"), std::nullopt);
}

RC_GTEST_PROP(TextProperty, EveryCodePointButASurrogateIsValid, ()) {
  const auto c = static_cast<char32_t>(ordo::testing::pick(0, 0x11'0000));
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  const std::string text = ordo::testing::utf8_of(c);
  RC_ASSERT(is_valid_utf8(text) == !surrogate);
  RC_ASSERT(count_characters(text) == 1U);
}

RC_GTEST_PROP(TextProperty, TrimmedTextStaysAndIsAPartOfTheText, ()) {
  const std::string text = ordo::testing::any_characters(12);
  const std::string_view trimmed = trim(text);
  RC_ASSERT(trim(trimmed) == trimmed);
  RC_ASSERT(is_valid_utf8(trimmed));
  RC_ASSERT(text.find(trimmed) != std::string::npos);
}

RC_GTEST_PROP(TextProperty, ClippedTextIsTheLongestValidStart, ()) {
  const std::string text = ordo::testing::any_characters(12);
  const auto max = ordo::testing::pick<std::size_t>(0, 40);
  const std::string_view clipped = clip(text, max);
  RC_ASSERT(clipped.size() <= max);
  RC_ASSERT(text.starts_with(clipped));
  RC_ASSERT(is_valid_utf8(clipped));
  RC_ASSERT(clipped.size() == text.size() || clipped.size() + 4 > max);
}

RC_GTEST_PROP(TextProperty, WhatComesBeforeAFaultIsValid, ()) {
  std::string text = ordo::testing::any_characters(12);
  text.insert(ordo::testing::pick<std::size_t>(0, text.size() + 1), 1,
              static_cast<char>(ordo::testing::pick(0x80, 0x100)));
  if (const auto at = find_invalid_utf8(text)) {
    RC_ASSERT(*at < text.size());
    RC_ASSERT(is_valid_utf8(std::string_view(text).substr(0, *at)));
  }
}

TEST(Text, OnlyAsciiLettersHaveACase) {
  EXPECT_TRUE(equals_ignoring_case("Content-TYPE", "content-type"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4"));
}

TEST(Split, GivesOnePartMoreThanThereAreMarks) {
  using Words = std::vector<std::string_view>;
  EXPECT_EQ(split("", ','), Words{""});
  EXPECT_EQ(split("a", ','), Words{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (Words{"", "a", "", "b", ""}));
}

TEST(AsciiClasses, KnowNoOtherCharacters) {
  std::string digits;
  std::string letters;
  for (int code = -128; code < 128; ++code) {
    const char c = static_cast<char>(code);
    if (is_digit(c)) digits.push_back(c);
    if (is_letter(c)) letters.push_back(c);
    EXPECT_EQ(is_alphanumeric(c), is_digit(c) || is_letter(c));
  }
  EXPECT_EQ(digits, "0123456789");
  EXPECT_EQ(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace ordo::base
