#include "states/json_path_pattern.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "support/pick.h"

namespace ordo::states {
namespace {

bool matches(std::string_view pattern, std::string_view text, bool ignore_case = false) {
  const base::Result<Pattern> parsed = Pattern::parse(pattern, ignore_case);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return parsed->matches(text);
}

TEST(Pattern, MatchesFromTheBeginningToTheEnd) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_FALSE(matches("abc", "abcd"));
  EXPECT_FALSE(matches("abc", "xabc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches(".*b.*", "abc"));
}

TEST(Pattern, KnowsTheUsualForms) {
  EXPECT_TRUE(matches("a|bc|", "bc"));
  EXPECT_TRUE(matches("a|bc|", ""));
  EXPECT_TRUE(matches("(a|b)+c?", "abba"));
  EXPECT_TRUE(matches("(?:ab)*", "abab"));
  EXPECT_TRUE(matches("a{2}b{1,}c{0,2}", "aabbbcc"));
  EXPECT_FALSE(matches("a{2}", "aaa"));
  EXPECT_TRUE(matches("[a-c_]+[^0-9]", "a_cx"));
  EXPECT_FALSE(matches("[^0-9]", "5"));
  EXPECT_TRUE(matches("[]a]+", "]a"));
  EXPECT_TRUE(matches("[a\\]\\-\\d]+", "]-7a"));
  EXPECT_TRUE(matches("\\d+\\s\\w+\\.\\D", "12 a_9.x"));
  EXPECT_TRUE(matches("^a$", "a"));
  EXPECT_TRUE(matches("(^|x)a(y|$)", "xa"));
  EXPECT_FALSE(matches("a^b", "ab"));
  EXPECT_TRUE(matches("a+?b*?", "aab"));
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_TRUE(matches("\\/\\n", "/\n"));
}

TEST(Pattern, CountsCharactersNotBytes) {
  EXPECT_TRUE(matches(".{3}", "é😀x"));
  EXPECT_TRUE(matches("[à-ü]+", "éè"));
  EXPECT_TRUE(matches("😀+", "😀😀"));
}

TEST(Pattern, MayIgnoreTheCaseOfLetters) {
  EXPECT_TRUE(matches("ab[c-d]", "AbC", true));
  EXPECT_FALSE(matches("[^a]", "A", true));
  EXPECT_FALSE(matches("ab", "AB"));
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const std::string_view text :
       {"*",   "a|*",   "(",      ")",       "a)",           "(a",  "[",   "[a",    "[b-a]",
        "a{",  "a{x}",  "a{2,1}", "{2}",     "\\",           "\\1", "\\b", "(?=a)", "(?<n>a)",
        "a++", "[[a]]", "[\\d-z", "a{3000}", "(a{100}){100}"}) {
    EXPECT_FALSE(Pattern::parse(text, false).has_value()) << text;
  }
  EXPECT_FALSE(Pattern::parse(std::string(100'000, '('), false).has_value());
}

TEST(Pattern, NoPatternIsSlow) {
  const std::string text(100'000, 'a');
  EXPECT_FALSE(matches("(a*)*b", text));
  EXPECT_FALSE(matches("(a|a)*b", text));
  EXPECT_TRUE(matches("((a*)*)*", text));
  EXPECT_TRUE(matches("(a?){50}a{50}", std::string(50, 'a')));
}

// Of the library's own expressions, on patterns and texts short enough for it.
TEST(Pattern, AgreesWithTheStandardLibrary) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<std::string> parts{"a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab|)", "(a*b)"};
    const std::vector<std::string> counts{"", "", "*", "+", "?", "{2}", "{0,1}", "{1,}"};
    std::string pattern;
    for (int i = testing::pick(0, 4); i > 0; --i) {
      pattern += parts[static_cast<std::size_t>(testing::pick(0, static_cast<int>(parts.size())))];
      pattern +=
          counts[static_cast<std::size_t>(testing::pick(0, static_cast<int>(counts.size())))];
      if (testing::pick(0, 5) == 0) pattern += "|";
    }
    std::string text;
    for (int i = testing::pick(0, 7); i > 0; --i) text += testing::pick(0, 2) == 0 ? 'a' : 'b';
    RC_ASSERT(matches(pattern, text) == std::regex_match(text, std::regex(pattern)));
  }));
}

}  // namespace
}  // namespace ordo::states
