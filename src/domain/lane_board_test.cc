#include "domain/lane_board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "support/lane_board.h"

namespace ordo::domain {
namespace {

using testing::at;
using testing::Board;
using testing::kQueue;
using testing::one_queue;
using testing::Sequences;

TEST(LaneBoard, ALaneGivesItsTasksOneAfterAnother) {
  Board board;
  board.add("a", 1);
  board.add("a", 2);
  EXPECT_EQ(board.take(), Sequences{1});
  EXPECT_EQ(board.take(), Sequences{});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(), Sequences{2});
}

TEST(LaneBoard, AFailedHeadBlocksItsSuccessors) {
  Board board;
  board.add("a", 1);
  board.add("a", 2);
  board.take();
  board.fail(1, 100);
  EXPECT_EQ(board.take(), Sequences{});
  EXPECT_EQ(board.board.next_wake(), at(100));
  board.board.wake(at(99));
  EXPECT_EQ(board.take(), Sequences{});
  board.board.wake(at(100));
  EXPECT_EQ(board.take(), Sequences{1});
}

TEST(LaneBoard, ALaneThatWaitsHoldsUpNoOther) {
  Board board;
  board.add("a", 1);
  board.add("b", 2);
  board.take();
  board.fail(1, 100);
  EXPECT_EQ(board.take(), Sequences{2});
}

TEST(LaneBoard, LanesTakeTurnsHoweverLongTheyAre) {
  Board board(one_queue(1));
  for (std::uint64_t i = 1; i <= 100; ++i) board.add("long", i);
  board.add("short", 101);
  EXPECT_EQ(board.take(), Sequences{1});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(), Sequences{101});
}

TEST(LaneBoard, NoMoreLanesRunThanTheQueueAllows) {
  Board board(one_queue(2));
  for (std::uint64_t i = 1; i <= 3; ++i) board.add(std::to_string(i), i);
  EXPECT_EQ(board.take(), Sequences{1});
  EXPECT_EQ(board.take(), Sequences{2});
  EXPECT_FALSE(board.board.can_take(kQueue));
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(), Sequences{3});
}

TEST(LaneBoard, HighComesBeforeMediumBeforeLowAndEachInOrder) {
  Board board(one_queue(8, Ordering::priority));
  board.add("a", 1, Priority::low);
  board.add("a", 2, Priority::medium);
  board.add("a", 3, Priority::high);
  board.add("a", 4, Priority::high);
  EXPECT_EQ(board.take(10), (Sequences{3, 4, 2, 1}));
}

TEST(LaneBoard, PriorityIsInformationInAFifoQueue) {
  Board board;
  board.add("a", 1, Priority::low);
  board.add("a", 2, Priority::high);
  EXPECT_EQ(board.take(10), (Sequences{1, 2}));
}

TEST(LaneBoard, AnotherPriorityIsAnotherPlace) {
  Board board(one_queue(8, Ordering::priority));
  board.add("a", 1);
  board.add("a", 2);
  board.add("a", 3, Priority::high);
  EXPECT_EQ(board.board.move(kQueue, LaneKey("a"), Sequence(2), Priority::high), Priority::medium);
  EXPECT_EQ(board.board.move(kQueue, LaneKey("a"), Sequence(9), Priority::high), std::nullopt);
  EXPECT_EQ(board.take(10), (Sequences{2, 3, 1}));
}

TEST(LaneBoard, APausedQueueGivesNothing) {
  Board board;
  board.add("a", 1);
  board.board.pause(kQueue, true);
  EXPECT_EQ(board.take(), Sequences{});
  EXPECT_TRUE(board.board.view(kQueue).paused);
  board.board.pause(kQueue, false);
  EXPECT_EQ(board.take(), Sequences{1});
}

TEST(LaneBoard, RemovingTheTaskThatIsToBeRetriedEndsTheWait) {
  Board board;
  board.add("a", 1);
  board.add("a", 2);
  board.take();
  board.fail(1, 100);
  EXPECT_TRUE(board.remove("a", 1));
  EXPECT_EQ(board.board.next_wake(), std::nullopt);
  EXPECT_EQ(board.take(), Sequences{2});
}

TEST(LaneBoard, ATaskThatIsTakenCannotBeRemoved) {
  Board board;
  board.add("a", 1);
  board.take();
  EXPECT_FALSE(board.remove("a", 1));
  EXPECT_FALSE(board.remove("b", 1));
}

TEST(LaneBoard, AfterABatchFailedItsFirstTaskIsTakenAlone) {
  Board board;
  for (std::uint64_t i = 1; i <= 3; ++i) board.add("a", i);
  EXPECT_EQ(board.take(3), (Sequences{1, 2, 3}));
  for (std::uint64_t i = 1; i <= 3; ++i) {
    board.board.put_back(board.last, Sequence(i), Priority::medium, i == 1);
  }
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(3), Sequences{1});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(3), (Sequences{2, 3}));
}

TEST(LaneBoard, TasksAreTakenAloneAlsoWhenOthersComeBeforeThem) {
  Board board(one_queue(8, Ordering::priority));
  for (std::uint64_t i = 1; i <= 3; ++i) board.add("a", i);
  board.take(1);
  board.board.put_back(board.last, Sequence(1), Priority::medium, true);
  board.board.vacate(board.last);
  board.board.add(kQueue, LaneKey("a"), Sequence(4), Priority::high, true);
  board.add("a", 5, Priority::high);
  for (const Sequences& next : {Sequences{4}, Sequences{5}, Sequences{1}, Sequences{2, 3}}) {
    EXPECT_EQ(board.take(3), next);
    board.board.vacate(board.last);
  }
}

TEST(LaneBoard, SaysWhetherThereAreMoreLanes) {
  Board board;
  for (std::uint64_t i = 1; i <= 3; ++i) board.add("l" + std::to_string(i), i);
  for (const auto state : {std::optional<LaneState>(), std::optional(LaneState::ready)}) {
    EXPECT_TRUE(board.board.lanes(kQueue, state, 2).more);
    EXPECT_FALSE(board.board.lanes(kQueue, state, 3).more);
  }
  EXPECT_FALSE(board.board.lanes(kQueue, LaneState::waiting, 1).more);
}

TEST(LaneBoard, AQueueThatIsNotConfiguredKeepsItsTasks) {
  Board board;
  board.board.add(QueueName("gone"), LaneKey("a"), Sequence(1), Priority::medium);
  EXPECT_FALSE(board.board.take(QueueName("gone"), 1));
  EXPECT_EQ(board.board.view(QueueName("gone")).queued, 1U);
}

TEST(LaneBoard, SaysHowEachLaneStands) {
  Board board;
  board.add("runs", 1);
  board.take();
  board.add("waits", 2);
  board.take();
  board.fail(2, 5);
  board.add("is ready", 3);
  const auto states = [&](std::optional<LaneState> state) {
    std::map<std::string, std::string> all;
    for (const LaneView& view : board.board.lanes(kQueue, state, 10).lanes) {
      all.emplace(view.lane.value(), name_of(view.state));
    }
    return all;
  };
  EXPECT_EQ(states(std::nullopt),
            (std::map<std::string, std::string>{
                {"runs", "running"}, {"waits", "waiting"}, {"is ready", "ready"}}));
  EXPECT_EQ(states(LaneState::waiting), (std::map<std::string, std::string>{{"waits", "waiting"}}));
  const QueueView view = board.board.view(kQueue);
  EXPECT_EQ(std::tuple(view.queued, view.waiting, view.running, view.lanes),
            std::tuple(2U, 1U, 1U, 3U));
}

TEST(LaneBoard, ForgetsLanesThatHaveNothingToDo) {
  Board board;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    board.add("lane " + std::to_string(i), i);
    EXPECT_EQ(board.take().size(), 1U);
    board.board.vacate(board.last);
  }
  EXPECT_EQ(board.board.view(kQueue).lanes, 0U);
  EXPECT_LT(board.board.memory(), 4096U);
}

TEST(LaneBoard, ForgetsLanesOfAPausedQueueWhoseTasksAreRemoved) {
  Board board;
  board.board.pause(kQueue, true);
  board.add("stays", 1);
  for (std::uint64_t i = 2; i <= 10'000; ++i) board.add("lane " + std::to_string(i), i);
  for (std::uint64_t i = 2; i <= 10'000; ++i) {
    EXPECT_TRUE(board.remove("lane " + std::to_string(i), i));
  }
  EXPECT_EQ(board.board.view(kQueue).lanes, 1U);
  board.board.pause(kQueue, false);
  EXPECT_EQ(board.take(), Sequences{1});
}

TEST(LaneBoard, ALaneLeavesTheLineWhereverItStands) {
  Board board;
  for (std::uint64_t i = 1; i <= 5; ++i) board.add(std::to_string(i), i);
  for (const std::uint64_t gone : {3U, 1U, 5U})
    EXPECT_TRUE(board.remove(std::to_string(gone), gone));
  board.add("6", 6);
  EXPECT_EQ(board.take(), Sequences{2});
  EXPECT_EQ(board.take(), Sequences{4});
  EXPECT_EQ(board.take(), Sequences{6});
  EXPECT_FALSE(board.board.can_take(kQueue));
}

TEST(LaneBoard, FindsTheLanesOfASmallQueueBehindAnyNumberOfOthers) {
  Board board;
  const QueueName large("large");
  for (std::uint64_t i = 1; i <= 100'001; ++i) {
    const LaneKey lane("lane " + std::to_string(i));
    board.board.add(large, lane, Sequence(i), Priority::medium);
    const LaneId id = board.board.occupy(large, LaneKey("other " + std::to_string(i)));
    board.board.put_back(id, Sequence(200'000 + i), Priority::medium);
    board.board.vacate(id, LaneBoard::Hold{at(1), Sequence(200'000 + i)});
  }
  board.add("small", 500'000);
  board.take();
  board.fail(500'000, 5);
  EXPECT_EQ(board.board.lanes(kQueue, std::nullopt, 10).lanes.size(), 1U);
  EXPECT_EQ(board.board.lanes(kQueue, LaneState::waiting, 10).lanes.size(), 1U);
}

TEST(LaneBoard, ALaneThatWaitsNamesTheTaskThatItWaitsFor) {
  Board board(one_queue(8, Ordering::priority));
  board.add("a", 1);
  board.take();
  board.add("a", 2, Priority::high);
  board.fail(1, 100);
  const auto lanes = board.board.lanes(kQueue, std::nullopt, 10).lanes;
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes.front().head, Sequence(1));
}

TEST(LaneBoard, AWaitingTaskTakesAFewBytes) {
  Board board;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) board.add("lane " + std::to_string(i % 64), i);
  EXPECT_LT(board.board.memory(), 4'000'000U);
}

}  // namespace
}  // namespace ordo::domain
