#include "domain/lane_shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace ordo::domain {
namespace {

std::uint16_t of(const std::string& queue, const std::string& lane) {
  return shard_of(QueueName(queue), LaneKey(lane));
}

// Stored with every task: a program that counts otherwise would not find its own lanes.
TEST(LaneShard, IsWhatItHasAlwaysBeen) {
  EXPECT_EQ(of("tasks", "main"), 189);
  EXPECT_EQ(of("tasks", ""), 239);
  EXPECT_EQ(of("mail", "user-1000"), 104);
  EXPECT_EQ(of("mail", "\xc3\xa4"), 232);
}

TEST(LaneShard, TellsWhereTheQueuesNameEnds) {
  EXPECT_NE(of("ab", "c"), of("a", "bc"));
}

TEST(LaneShard, SpreadsSimilarNames) {
  std::array<int, kLaneShards> lanes{};
  constexpr int kLanes = kLaneShards * 100;
  for (int i = 0; i < kLanes; ++i) ++lanes[of("tasks", "lane-" + std::to_string(i))];
  EXPECT_GT(*std::ranges::min_element(lanes), 50);
  EXPECT_LT(*std::ranges::max_element(lanes), 150);
}

}  // namespace
}  // namespace ordo::domain
