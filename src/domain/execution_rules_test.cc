#include "domain/execution_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::domain {
namespace {

TEST(ExecutionRules, ANameIsShortAndPlain) {
  EXPECT_FALSE(check_execution_name("2026-11-22_orders.1"));
  EXPECT_FALSE(check_execution_name(std::string(80, 'n')));
  EXPECT_EQ(check_execution_name(std::string(81, 'n'))->code, "too_long");
  EXPECT_TRUE(check_execution_name(""));
  for (const char* name : {"a b", "a/b", "a:b", "ä", "schedule@2026-11-22T10-00-00-000Z"}) {
    EXPECT_EQ(check_execution_name(name)->code, "bad_characters") << name;
  }
}

}  // namespace
}  // namespace ordo::domain
