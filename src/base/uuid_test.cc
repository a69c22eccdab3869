#include "base/uuid.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>

#include "support/pick.h"

namespace ordo::base {
namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0};

// Appendix A.6 of RFC 9562.
TEST(UuidV7, IsTheExampleOfTheRfc) {
  EXPECT_EQ(uuid_v7(WallTime::from_ms(0x017F'22E2'79B0), 0xCC3, 0x18C4'DC0C'0C07'398F),
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidV7, SaysItsVersionAndVariantWhateverTheBits) {
  EXPECT_EQ(uuid_v7(WallTime::from_ms(0), 0, 0), "00000000-0000-7000-8000-000000000000");
  EXPECT_EQ(uuid_v7(WallTime::from_ms(0xffff'ffff'ffff), kOnes, kOnes),
            "ffffffff-ffff-7fff-bfff-ffffffffffff");
}

std::uint64_t any_bits() {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
}

RC_GTEST_PROP(UuidV7Property, SortsByTimeWhateverTheBits, ()) {
  const auto early = testing::pick<std::int64_t>(0, 0xffff'ffff'ffff);
  const auto late = testing::pick<std::int64_t>(early + 1, 0x1'0000'0000'0000);
  RC_ASSERT(uuid_v7(WallTime::from_ms(early), any_bits(), any_bits()) <
            uuid_v7(WallTime::from_ms(late), any_bits(), any_bits()));
}

RC_GTEST_PROP(UuidV7Property, SeventyFourRandomBitsTellApart, ()) {
  const std::uint64_t high = any_bits();
  const std::uint64_t low = any_bits();
  const WallTime now = WallTime::from_ms(1);
  const auto bit = testing::pick(0, 74);
  const bool in_low = bit < 62;
  const std::string other = uuid_v7(now, in_low ? high : high ^ (std::uint64_t{1} << (bit - 62)),
                                    in_low ? low ^ (std::uint64_t{1} << bit) : low);
  RC_ASSERT(uuid_v7(now, high, low) != other);
}

RC_GTEST_PROP(UuidV7Property, HasTheShapeOfAUuid, ()) {
  const std::string id =
      uuid_v7(WallTime::from_ms(testing::pick<std::int64_t>(0, 1LL << 48)), any_bits(), any_bits());
  RC_ASSERT(id.size() == 36U);
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    RC_ASSERT((dash ? id[i] == '-' : std::string_view("0123456789abcdef").contains(id[i])));
  }
}

TEST(Uuid, VersionFourKeepsAllOtherBitsRandom) {
  EXPECT_EQ(uuid_v4(0, 0), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(uuid_v4(~0ULL, ~0ULL), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(uuid_v4(0x0123456789abcdefU, 0x0123456789abcdefU),
            "01234567-89ab-4def-8123-456789abcdef");
}

}  // namespace
}  // namespace ordo::base
