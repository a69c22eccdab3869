#include "postgres/wire.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "postgres/fault.h"

namespace ordo::postgres {
namespace {

TEST(Wire, NumbersAreBigEndian) {
  std::string bytes;
  append_number(bytes, std::uint32_t{0x01020304});
  EXPECT_EQ(bytes, "\1\2\3\4");
  EXPECT_EQ(number_in<std::uint32_t>(bytes), 0x01020304U);
}

TEST(Wire, TimesBeforeAndAfterItsEpochComeBack) {
  for (const std::int64_t ms :
       {std::int64_t{0}, kEpochMs, kEpochMs - 1, kEpochMs + 1, std::int64_t{-62'135'596'800'000},
        std::int64_t{253'402'300'799'999}}) {
    const base::WallTime time = base::WallTime::from_ms(ms);
    EXPECT_EQ(time_of(micros_of(time)), time);
  }
  EXPECT_EQ(time_of(-1).ms(), kEpochMs - 1) << "finer than ours: rounded down";
  EXPECT_EQ(time_of(1).ms(), kEpochMs);
}

TEST(Fault, TellsWhatMayBeTriedAgainFromWhatMayNot) {
  using enum Fault::Kind;
  EXPECT_EQ(kind_of("23505"), raced);
  EXPECT_EQ(kind_of("40P01"), raced);
  EXPECT_EQ(kind_of("57P01"), lost);
  EXPECT_EQ(kind_of("25P03"), lost);
  EXPECT_EQ(kind_of("53100"), away) << "the disk is full";
  EXPECT_EQ(kind_of("57014"), away) << "it took too long";
  EXPECT_EQ(kind_of("25006"), away) << "it may only be read";
  EXPECT_EQ(kind_of("42601"), failed);
}

}  // namespace
}  // namespace ordo::postgres
