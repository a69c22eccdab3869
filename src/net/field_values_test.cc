#include "net/field_values.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "net/http.h"

namespace ordo::net {
namespace {

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) parts.emplace_back(take_part(text, ','));
  return parts;
}

TEST(FieldValues, AListIsCutAtItsCommasButNotInsideQuotes) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(parts_of("a, b\t,,c"), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(parts_of(R"(a;v="x,\",y", b)"), (Parts{R"(a;v="x,\",y")", "b"}));
  EXPECT_EQ(parts_of(R"(a, "never, closed)"), (Parts{"a", R"("never, closed)"}));
  EXPECT_EQ(parts_of("\"\\"), (Parts{"\"\\"}));
}

TEST(FieldValues, OnlyAWeightOfZeroIsNothing) {
  for (const char* none : {"q=0", "Q=0", "level=1; q=0.000", "q = 0.0", "q=0."}) {
    EXPECT_TRUE(weighs_nothing(none)) << none;
  }
  for (const char* some : {"", "q=1", "q=0.001", "q=", "q=.", "xq=0", "a=q=0", R"(a="x;q=0")"}) {
    EXPECT_FALSE(weighs_nothing(some)) << some;
  }
}

TEST(FieldValues, AParameterIsANameAndItsValue) {
  for (const char* good : {"a=b", "profile=x", R"(a="b c, d")", R"(a="")", R"(a="\"")"}) {
    EXPECT_TRUE(is_parameter(good)) << good;
  }
  for (const char* bad : {"", "a", "=b", "a=", "a=b c", "a=b, c", R"(a=")", R"(a="b"c)", "a b=c"}) {
    EXPECT_FALSE(is_parameter(bad)) << bad;
  }
}

TEST(Headers, TheLinesOfAListAreOneList) {
  Headers headers;
  std::string room;
  EXPECT_EQ(headers.list("Accept", room), "");
  headers.add("Accept", "text/html");
  EXPECT_EQ(headers.list("accept", room), "text/html");
  EXPECT_TRUE(room.empty()) << "one line needs no room";
  headers.add("X", "y");
  headers.add("accept", "application/json");
  EXPECT_EQ(headers.list("Accept", room), "text/html, application/json");
  EXPECT_EQ(headers.get("Accept"), "text/html");
}

RC_GTEST_PROP(FieldValuesProperty, CuttingEndsAndLosesNoMoreThanTheMarks, (std::string text)) {
  std::string_view rest = text;
  std::size_t cuts = 0;
  while (!rest.empty()) {
    const std::size_t before = rest.size();
    (void)take_part(rest, ';');
    RC_ASSERT(rest.size() < before);
    ++cuts;
  }
  RC_ASSERT(cuts <= text.size());
}

}  // namespace
}  // namespace ordo::net
