#include "postgres/timeline.h"

#include <gtest/gtest.h>

namespace ordo::postgres {
namespace {

TEST(TimelineOfADatabase, IsAnotherOneOnceItHasBeenToldTwice) {
  Timeline known;
  EXPECT_FALSE(note_timeline(known, std::nullopt));
  EXPECT_FALSE(note_timeline(known, "00000001")) << "the first look";
  EXPECT_FALSE(note_timeline(known, "00000001"));
  EXPECT_FALSE(note_timeline(known, std::nullopt)) << "what is known is not forgotten";
  EXPECT_TRUE(note_timeline(known, "00000002"));
  EXPECT_FALSE(note_timeline(known, "00000002"));
  EXPECT_TRUE(note_timeline(known, "00000001")) << "somebody went back to a backup";
}

}  // namespace
}  // namespace ordo::postgres
