#include "base/percent.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/text.h"
#include "support/json_generators.h"

namespace ordo::base {
namespace {

TEST(Percent, APathKeepsItsPlus) {
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("a%2Fb", false), "a/b");
}

TEST(Percent, LowerAndUpperCaseHexAreTheSame) {
  EXPECT_EQ(percent_decode("%c3%bc", false), percent_decode("%C3%BC", false));
}

TEST(Percent, OnlyUnreservedCharactersStayAsTheyAre) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/:?%\xc3\xbc"), "a%20b%2F%3A%3F%25%C3%BC");
}

RC_GTEST_PROP(PercentProperty, WhatIsEncodedIsDecodedAgain, ()) {
  const std::string text = testing::any_characters(20);
  const std::string encoded = percent_encode(text);
  RC_ASSERT(percent_decode(encoded, true) == text);
  RC_ASSERT(percent_decode(encoded, false) == text);
}

RC_GTEST_PROP(PercentProperty, AnyBytesAreNeverDecodedToInvalidText, (const std::string& any)) {
  const auto decoded = percent_decode(any, true);
  if (decoded) RC_ASSERT(is_valid_utf8(*decoded));
}

}  // namespace
}  // namespace ordo::base
