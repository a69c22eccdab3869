#include "ordo/local_time.h"

#include <gtest/gtest.h>

#include "base/iso8601.h"

namespace ordo::program {
namespace {

TEST(LocalTime, IsWhatClocksShowWithItsOffset) {
  const auto local_time = local_time_of_zones();
  const auto at = base::parse_time("2026-11-21T23:18:07.123Z").value();
  EXPECT_EQ(local_time("UTC", at), "2026-11-21T23:18:07+00:00");
  EXPECT_EQ(local_time("Europe/Berlin", at), "2026-11-22T00:18:07+01:00");
  EXPECT_EQ(local_time("Europe/Berlin", base::parse_time("2026-07-01T00:00:00Z").value()),
            "2026-07-01T02:00:00+02:00");
  EXPECT_EQ(local_time("America/St_Johns", at), "2026-11-21T19:48:07-03:30");
}

TEST(LocalTime, OfAZoneThatIsNotThereIsNone) {
  EXPECT_EQ(local_time_of_zones()("Europe/Nowhere", base::WallTime()), std::nullopt);
}

}  // namespace
}  // namespace ordo::program
