#include "base/nearest.h"

#include <gtest/gtest.h>

namespace ordo::base {
namespace {

TEST(Nearest, IsTheKnownWordThatWasProbablyMeant) {
  const std::set<std::string, std::less<>> known{"listen", "threads", "idle_timeout"};
  EXPECT_EQ(nearest("lisen", known), "listen");
  EXPECT_EQ(nearest("idletimeout", known), "idle_timeout");
  EXPECT_EQ(nearest("thraeds", known), "threads");
  EXPECT_EQ(nearest("zzz", known), "");
  EXPECT_EQ(nearest("a", {}), "");
}

}  // namespace
}  // namespace ordo::base
