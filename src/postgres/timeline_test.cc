#include "postgres/timeline.h"

#include <gtest/gtest.h>

namespace ordo::postgres {
namespace {

TEST(TimelineOfADatabase, AnotherOneMayLackCommitsUnlessEachWaitedForAStandby) {
  const Timeline one{"00000001", false};
  const Timeline sure{"00000001", true};
  const Timeline two{"00000002", false};
  const Timeline untold{};
  EXPECT_FALSE(may_lack_commits(one, one));
  EXPECT_TRUE(may_lack_commits(one, two));
  EXPECT_TRUE(may_lack_commits(two, one)) << "somebody went back to a backup";
  EXPECT_FALSE(may_lack_commits(sure, two));
  EXPECT_FALSE(may_lack_commits(untold, two)) << "the first look";
  EXPECT_FALSE(may_lack_commits(one, untold));
}

}  // namespace
}  // namespace ordo::postgres
