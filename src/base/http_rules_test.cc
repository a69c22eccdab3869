#include "base/http_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ordo::base {
namespace {

TEST(IsSuccess, IsTheTwoHundreds) {
  for (const int status : {200, 201, 204, 299}) EXPECT_TRUE(is_success(status)) << status;
  for (const int status : {0, 100, 199, 300, 404, 500}) EXPECT_FALSE(is_success(status)) << status;
}

TEST(IsToken, TakesWhatAHeadersNameMayHold) {
  for (const std::string_view text : {"X-Api-Key", "a", "x_1.2~", "!", "!#$%&'*+-.^_`|~09azAZ"}) {
    EXPECT_TRUE(is_token(text)) << text;
  }
  for (const std::string_view text : {"", "a b", "a:", "\xc3\xa4", "a\n"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t\r\n\x7f\x80";
  for (const char c : kSeparators) EXPECT_FALSE(is_token(std::string("a") + c + "b")) << int{c};
}

}  // namespace
}  // namespace ordo::base
