#include "base/text_match.h"

#include <gtest/gtest.h>

namespace ordo::base {
namespace {

TEST(TextMatch, AsciiLettersMatchInEitherCase) {
  EXPECT_TRUE(TextMatch("InVoice").found_in("Send iNVOICE 7"));
  EXPECT_TRUE(TextMatch("@[`{").found_in("x@[`{"));
  EXPECT_FALSE(TextMatch("@").found_in("`"));
  EXPECT_FALSE(TextMatch("[").found_in("{"));
  EXPECT_FALSE(TextMatch("ä").found_in("Ä"));
}

TEST(TextMatch, FindsTheLastPlaceAndNothingBehindIt) {
  EXPECT_TRUE(TextMatch("ab").found_in("aab"));
  EXPECT_TRUE(TextMatch("aB").found_in("AaAab"));
  EXPECT_TRUE(TextMatch("ab").found_in("ab"));
  EXPECT_FALSE(TextMatch("ab").found_in("aa"));
  EXPECT_FALSE(TextMatch("abc").found_in("ab"));
  EXPECT_FALSE(TextMatch("x").found_in(""));
}

TEST(TextMatch, TheEmptyTextIsEverywhere) {
  EXPECT_TRUE(TextMatch("").found_in(""));
  EXPECT_TRUE(TextMatch("").found_in("x"));
}

}  // namespace
}  // namespace ordo::base
