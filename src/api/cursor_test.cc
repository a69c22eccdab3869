#include "api/cursor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

namespace ordo::api {
namespace {

constexpr std::string_view kList = "tasks?status=queued";

std::string refusal_of(std::string_view list, std::string_view cursor) {
  const auto before = decode_cursor(list, cursor);
  if (before) return "";
  EXPECT_EQ(before.error().code, base::ErrorCode::invalid);
  EXPECT_EQ(before.error().fields.at(0).pointer, "?cursor");
  return before.error().fields.at(0).code;
}

TEST(Cursor, TheEndsOfTheRangeGoThere) {
  for (const std::uint64_t before : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
    const auto decoded = decode_cursor(kList, encode_cursor(kList, before));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, before);
  }
}

TEST(Cursor, WhatIsNoneOfOursIsABadCursor) {
  for (const char* cursor :
       {"", "c1-", "c1-5", "c1-5-", "17", "abc", "c2-5-0123456789abcdef", "c1-05-0123456789abcdef",
        "c1-5-0123456789abcde", "c1-5-0123456789abcdef0", "c1--5-0123456789abcdef",
        "c1-10000000000000000-0123456789abcdef", "C1-5-0123456789abcdef"}) {
    EXPECT_EQ(refusal_of(kList, cursor), "bad_cursor") << cursor;
  }
}

TEST(Cursor, OtherFiltersMakeItAWrongCursor) {
  const std::string cursor = encode_cursor(kList, 5);
  EXPECT_EQ(refusal_of("tasks?", cursor), "wrong_cursor");
  EXPECT_EQ(refusal_of("tasks?status=running", cursor), "wrong_cursor");
}

RC_GTEST_PROP(CursorProperty, APositionComesBackAndOnlyToItsList,
              (std::uint64_t before, const std::string& list, const std::string& other)) {
  const std::string cursor = encode_cursor(list, before);
  const auto decoded = decode_cursor(list, cursor);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == before);
  RC_PRE(list != other);
  RC_ASSERT(refusal_of(other, cursor) == "wrong_cursor");
}

RC_GTEST_PROP(CursorProperty, EveryChangedCharacterIsRefused, (std::uint64_t before)) {
  const std::string cursor = encode_cursor(kList, before);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = cursor;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      RC_ASSERT(!refusal_of(kList, changed).empty());
    }
  }
}

RC_GTEST_PROP(CursorProperty, AnyBytesAreRefused, (const std::string& any)) {
  RC_ASSERT(refusal_of(kList, any) == "bad_cursor");
}

}  // namespace
}  // namespace ordo::api
