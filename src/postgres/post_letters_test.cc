#include "postgres/post_letters.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::postgres {
namespace {

TEST(PostLetters, AnErrorIsReadAsItWasWritten) {
  for (int code = 0; code <= static_cast<int>(base::ErrorCode::internal); ++code) {
    const base::Error error{static_cast<base::ErrorCode>(code),
                            std::string("no\0t", 4),
                            {{"/a", "bad", ""}, {"", std::string(300, 'x'), "\xff"}}};
    const Letter letter = answer_letter("a", 7, base::fail(error));
    EXPECT_EQ(letter.code, code + 1);
    const auto said = said_in(letter.code, letter.body);
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code, error.code);
    EXPECT_EQ(said.error().message, error.message);
    EXPECT_EQ(said.error().fields, error.fields);
  }
}

TEST(PostLetters, WhatWentWellIsReadAsItWasWritten) {
  const Letter letter = answer_letter("a", 7, std::string("we\0ll", 5));
  EXPECT_EQ(letter.code, 0);
  EXPECT_EQ(said_in(letter.code, letter.body).value(), std::string("we\0ll", 5));
}

TEST(PostLetters, AnErrorThatIsNotWholeIsAFaultOfOurs) {
  const base::Error error{base::ErrorCode::conflict, "not so", {{"/a", "bad", "no"}}};
  const Letter letter = answer_letter("a", 7, base::fail(error));
  for (std::size_t size = 0; size < letter.body.size(); ++size) {
    const auto said = said_in(letter.code, letter.body.substr(0, size));
    ASSERT_FALSE(said);
    // The message alone is an error, too.
    if (size == 4 + error.message.size()) continue;
    EXPECT_EQ(said.error().code, base::ErrorCode::internal) << size;
  }
  for (const std::int64_t code : {-1, 10, 32'000}) {
    EXPECT_EQ(said_in(code, letter.body).error().code, base::ErrorCode::internal) << code;
  }
}

}  // namespace
}  // namespace ordo::postgres
