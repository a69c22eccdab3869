// The small value types: Strong, Result, WallTime, MonoTime, and the assertion.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "base/assert.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"

namespace ordo::base {
namespace {

using Apple = Strong<struct AppleTag, std::string>;
using Pear = Strong<struct PearTag, std::string>;

TEST(Strong, IsExplicitBothWaysAndOneKindIsNotAnother) {
  static_assert(!std::is_convertible_v<std::string, Apple>);
  static_assert(!std::is_convertible_v<Apple, std::string>);
  static_assert(!std::is_constructible_v<Apple, Pear>);
  static_assert(!std::is_assignable_v<Apple&, Pear>);
  EXPECT_EQ(Apple("a").value(), "a");
  EXPECT_EQ(Apple().value(), "");
}

TEST(Strong, ComparesAndHashesAsItsValue) {
  EXPECT_EQ(Apple("a"), Apple("a"));
  EXPECT_LT(Apple("a"), Apple("b"));
  const std::unordered_set<Apple> apples{Apple("a"), Apple("b"), Apple("a")};
  EXPECT_EQ(apples.size(), 2U);
  EXPECT_TRUE(apples.contains(Apple("b")));
}

TEST(Strong, GivesItsValueAway) {
  using Owner = Strong<struct OwnerTag, std::unique_ptr<int>>;
  Owner owner(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(owner).value();
  EXPECT_EQ(*taken, 7);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid, "odd");
  return n / 2;
}

TEST(Result, IsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  const Result<int> odd = half(3);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, ErrorCode::invalid);
  EXPECT_EQ(odd.error().message, "odd");
  EXPECT_TRUE(odd.error().fields.empty());
}

TEST(Result, PassesAnErrorOnWhole) {
  const auto outer = []() -> Result<void> {
    return fail(Error{ErrorCode::conflict, "no", {{"/title", "required", "say one"}}});
  };
  const Result<void> result = outer();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::conflict);
  ASSERT_EQ(result.error().fields.size(), 1U);
  EXPECT_EQ(result.error().fields.front(), (FieldError{"/title", "required", "say one"}));
  EXPECT_TRUE(Result<void>());
}

TEST(Time, WallAndMonotonicTimeCannotBeMixed) {
  static_assert(!std::is_convertible_v<WallTime, MonoTime>);
  static_assert(!std::is_constructible_v<WallTime, std::int64_t>);
  static_assert(!std::is_constructible_v<MonoTime, std::int64_t>);
}

TEST(Time, MovesByDurations) {
  const WallTime wall = WallTime::from_ms(5);
  EXPECT_EQ((wall + Millis(3)).ms(), 8);
  EXPECT_EQ((wall - Millis(7)).ms(), -2);
  EXPECT_EQ(WallTime::from_ms(9) - wall, Millis(4));
  EXPECT_LT(wall, wall + Millis(1));
  EXPECT_EQ(WallTime().ms(), 0);
  const MonoTime mono = MonoTime::from_ns(5);
  EXPECT_EQ((mono + Millis(1)).ns(), 1'000'005);
  EXPECT_EQ((mono + Millis(1)) - mono, Millis(1));
  EXPECT_GT(mono, MonoTime());
}

TEST(AssertDeathTest, ABrokenInvariantStopsTheProcessAndSaysWhich) {
  const auto check = [](int n) { ORDO_ASSERT(n == 1); };
  check(1);
  EXPECT_DEATH(check(2), "ordo: broken invariant: n == 1 \\(.*values_test.cc:[0-9]+\\)");
}

}  // namespace
}  // namespace ordo::base
