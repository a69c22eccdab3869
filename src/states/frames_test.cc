#include "states/frames.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "states/step.h"

namespace ordo::states {
namespace {

// An execution as it is under way in the first of two branches.
class FramesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    machine = parse_machine(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
        "Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"f","End":true}}},
                    {"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":9,"End":true}}}]}}})")
                  .value();
    Step first = step(*machine, new_execution(*machine, {}, Json(boost::json::object())), Begin{},
                      {base::WallTime(), entropy});
    execution = std::move(first.execution);
    ASSERT_EQ(execution.frames.size(), 3U);
  }
  [[nodiscard]] bool fine() const { return check_frames(*machine, execution).has_value(); }

  const Entropy entropy = [] { return std::uint64_t{1}; };
  std::shared_ptr<const Machine> machine;
  Execution execution;
};

TEST_F(FramesTest, ThoseOfAnExecutionOfTheMachineAreFine) {
  EXPECT_TRUE(fine());
  EXPECT_EQ(flow_of(*machine, execution, execution.frames.at(2))->start_at, "B");
}

TEST_F(FramesTest, OneThatRunsHasItsOwnFrame) {
  execution.frames.erase(kRootFrame);
  EXPECT_FALSE(fine());
  execution.frames.clear();
  EXPECT_FALSE(fine());
  execution.status = Status::succeeded;
  EXPECT_TRUE(fine());
}

TEST_F(FramesTest, EachHasItsPlaceUnderItsParent) {
  execution.frames.at(2).parent = 7;
  EXPECT_FALSE(fine());
  execution.frames.at(2).parent = 2;
  EXPECT_FALSE(fine()) << "under itself";
  execution.frames.at(2).parent = 1;
  EXPECT_FALSE(fine()) << "under one without branches";
  execution.frames.at(2).parent = kRootFrame;
  execution.frames.at(2).index = 0;
  EXPECT_FALSE(fine()) << "in the place of another";
}

TEST_F(FramesTest, NoneIsMissingAmongThoseThatHaveBegun) {
  execution.frames.erase(1);
  EXPECT_FALSE(fine());
  execution.frames.erase(2);
  EXPECT_FALSE(fine());
}

TEST_F(FramesTest, EachIsInAStateOfItsFlow) {
  execution.frames.at(1).state = "B";
  EXPECT_FALSE(fine()) << "of the other branch";
}

TEST_F(FramesTest, WhatAPhaseNeedsIsThere) {
  execution.frames.at(2).phase = Phase::calling;
  EXPECT_FALSE(fine()) << "a Wait calls nothing";
  execution.frames.at(2).phase = Phase::waiting;
  EXPECT_TRUE(fine());
  execution.frames.at(1).call.reset();
  EXPECT_FALSE(fine());
}

}  // namespace
}  // namespace ordo::states
