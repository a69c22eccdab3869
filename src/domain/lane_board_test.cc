#include "domain/lane_board.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace ordo::domain {
namespace {

const QueueName kQueue{"tasks"};

Queues one_queue(std::uint32_t concurrency = 8, Ordering ordering = Ordering::fifo) {
  Queue queue;
  queue.name = kQueue;
  queue.concurrency = concurrency;
  queue.ordering = ordering;
  return {{kQueue, queue}};
}

base::MonoTime at(std::int64_t ms) {
  return base::MonoTime::from_ns(ms * 1'000'000);
}

// One queue and lanes by their names, in few words.
struct Board {
  explicit Board(const Queues& queues = one_queue()) : board(queues) {}

  void add(const std::string& lane, std::uint64_t sequence, Priority priority = Priority::medium) {
    board.add(kQueue, LaneKey(lane), Sequence(sequence), priority);
  }
  bool remove(const std::string& lane, std::uint64_t sequence) {
    return board.remove(kQueue, LaneKey(lane), Sequence(sequence));
  }
  // The sequences taken, and their lane in `last`.
  std::vector<std::uint64_t> take(std::size_t most = 1) {
    std::vector<std::uint64_t> sequences;
    const auto taken = board.take(kQueue, most);
    if (!taken) return sequences;
    last = taken->lane;
    for (const auto& task : taken->tasks) sequences.push_back(task.sequence.value());
    return sequences;
  }
  // What was taken last failed, and is tried again at that time.
  void fail(std::uint64_t sequence, std::int64_t again_ms) {
    board.put_back(last, Sequence(sequence), Priority::medium);
    board.vacate(last, LaneBoard::Hold{at(again_ms), Sequence(sequence)});
  }
  LaneBoard board;
  LaneId last;
};

using Sequences = std::vector<std::uint64_t>;

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
    board.board.put_back(board.last, Sequence(i), Priority::medium);
  }
  board.board.vacate(board.last, std::nullopt, Sequence(1));
  EXPECT_EQ(board.take(3), Sequences{1});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(3), (Sequences{2, 3}));
}

TEST(LaneBoard, ATaskIsTakenAloneAlsoWhenOthersCameBeforeIt) {
  Board board(one_queue(8, Ordering::priority));
  for (std::uint64_t i = 1; i <= 3; ++i) board.add("a", i);
  board.take(1);
  board.board.put_back(board.last, Sequence(1), Priority::medium);
  board.board.vacate(board.last, std::nullopt, Sequence(1));
  board.add("a", 4, Priority::high);
  EXPECT_EQ(board.take(3), Sequences{4});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(3), Sequences{1});
  board.board.vacate(board.last);
  EXPECT_EQ(board.take(3), (Sequences{2, 3}));
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
    for (const LaneView& view : board.board.lanes(kQueue, state, 10)) {
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
  EXPECT_EQ(board.board.lanes(kQueue, std::nullopt, 10).size(), 1U);
  EXPECT_EQ(board.board.lanes(kQueue, LaneState::waiting, 10).size(), 1U);
}

TEST(LaneBoard, ALaneThatWaitsNamesTheTaskThatItWaitsFor) {
  Board board(one_queue(8, Ordering::priority));
  board.add("a", 1);
  board.take();
  board.add("a", 2, Priority::high);
  board.fail(1, 100);
  const auto lanes = board.board.lanes(kQueue, std::nullopt, 10);
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes.front().head, Sequence(1));
}

TEST(LaneBoard, AWaitingTaskTakesAFewBytes) {
  Board board;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) board.add("lane " + std::to_string(i % 64), i);
  EXPECT_LT(board.board.memory(), 4'000'000U);
}

// What a lane must do, kept in the plainest way.
struct Model {
  struct Lane {
    std::vector<std::pair<int, std::uint64_t>> tasks;  // rank and sequence
    std::vector<std::pair<int, std::uint64_t>> taken;
    std::optional<std::int64_t> until;
    std::uint64_t waits_for = 0;
    std::uint64_t alone = 0;
  };
  std::map<std::string, Lane> lanes;
};

// Whatever happens, a lane gives its tasks in order, never while it is occupied or waits, and all
// that is ready can be had.
RC_GTEST_PROP(LaneBoard, KeepsEveryLanesOrderThroughAnything, ()) {
  const bool by_priority = *rc::gen::arbitrary<bool>();
  const auto concurrency = *rc::gen::inRange<std::uint32_t>(1, 5);
  Board board(one_queue(concurrency, by_priority ? Ordering::priority : Ordering::fifo));
  Model model;
  std::map<std::string, LaneId> ids;
  std::uint64_t sequence = 0;
  std::int64_t now = 0;
  const auto rank = [&](Priority priority) {
    return by_priority ? 2 - static_cast<int>(priority) : 0;
  };
  const auto occupied = [&] {
    return std::ranges::count_if(model.lanes,
                                 [](const auto& lane) { return !lane.second.taken.empty(); });
  };
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 7), rc::gen::inRange(0, 4), rc::gen::inRange(0, 3)));
  for (const auto& [what, which, how] : steps) {
    const std::string name = "lane " + std::to_string(which);
    Model::Lane& lane = model.lanes[name];
    if (what <= 1) {
      const auto priority = static_cast<Priority>(how);
      board.add(name, ++sequence, priority);
      lane.tasks.emplace_back(rank(priority), sequence);
      std::ranges::sort(lane.tasks);
    } else if (what == 2 || what == 3) {
      const auto most = static_cast<std::size_t>(how + 1);
      const Sequences taken = board.take(most);
      const bool could = occupied() < concurrency && std::ranges::any_of(
                                                         model.lanes,
                                                         [](const auto& one) {
                                                           return !one.second.tasks.empty() &&
                                                                  one.second.taken.empty() &&
                                                                  !one.second.until;
                                                         });
      RC_ASSERT(taken.empty() != could);
      if (taken.empty()) continue;
      Model::Lane& of = model.lanes[board.board.view(board.last).lane.value()];
      ids[board.board.view(board.last).lane.value()] = board.last;
      RC_ASSERT(of.taken.empty() && !of.until);
      const auto alone =
          std::ranges::find(of.tasks, of.alone, &std::pair<int, std::uint64_t>::second);
      const auto before = static_cast<std::size_t>(alone - of.tasks.begin());
      RC_ASSERT(taken.size() ==
                std::min({most, of.tasks.size(), std::max<std::size_t>(before, 1)}));
      if (before == 0) of.alone = 0;
      for (const std::uint64_t one : taken) {
        RC_ASSERT(of.tasks.front().second == one);
        of.taken.push_back(of.tasks.front());
        of.tasks.erase(of.tasks.begin());
      }
    } else if (what == 4 && !lane.taken.empty()) {
      // The first so many succeeded; the others come back, perhaps after a pause.
      const auto done = std::min<std::size_t>(static_cast<std::size_t>(how), lane.taken.size());
      const bool failed = done < lane.taken.size();
      const std::uint64_t first_failed = failed ? lane.taken[done].second : 0;
      for (std::size_t i = done; i < lane.taken.size(); ++i) {
        const auto priority =
            by_priority ? static_cast<Priority>(2 - lane.taken[i].first) : Priority::medium;
        board.board.put_back(ids[name], Sequence(lane.taken[i].second), priority);
        lane.tasks.push_back(lane.taken[i]);
      }
      std::ranges::sort(lane.tasks);
      lane.taken.clear();
      if (failed) lane.until = now + how;
      lane.waits_for = failed ? first_failed : 0;
      if (failed) {
        lane.alone = first_failed;
        board.board.vacate(ids[name], LaneBoard::Hold{at(now + how), Sequence(first_failed)},
                           Sequence(first_failed));
      } else {
        board.board.vacate(ids[name]);
      }
    } else if (what == 5 && !lane.tasks.empty()) {
      const auto victim = lane.tasks.begin() + how % static_cast<std::ptrdiff_t>(lane.tasks.size());
      if (victim->second == lane.waits_for) lane.until.reset();
      RC_ASSERT(board.remove(name, victim->second));
      lane.tasks.erase(victim);
    } else if (what == 6) {
      now += how;
      board.board.wake(at(now));
      for (auto& [key, one] : model.lanes) {
        if (one.until && *one.until <= now) one.until.reset();
      }
    }
    std::size_t queued = 0;
    std::size_t waiting = 0;
    std::size_t lanes = 0;
    for (const auto& [key, one] : model.lanes) {
      lanes += one.tasks.empty() && one.taken.empty() ? 0U : 1U;
      queued += one.tasks.size();
      waiting += one.until && !one.tasks.empty() ? 1U : 0U;
    }
    const QueueView view = board.board.view(kQueue);
    RC_ASSERT(view.queued == queued);
    RC_ASSERT(view.waiting == waiting);
    RC_ASSERT(view.lanes == lanes);
    RC_ASSERT(static_cast<std::int64_t>(view.running) == occupied());
  }
}

// A turn whose commit failed: every step taken back by its opposite, the newest first.
RC_GTEST_PROP(LaneBoard, AFailedTurnLeavesNoTrace,
              (std::vector<std::uint8_t> before, std::vector<std::uint8_t> turn)) {
  Board board(one_queue(3));
  std::uint64_t sequence = 0;
  for (const std::uint8_t lane : before) board.add(std::to_string(lane % 4), ++sequence);
  const auto picture = [&] {
    std::map<std::string, std::tuple<LaneState, std::uint64_t, std::optional<Sequence>>> all;
    for (const LaneView& view : board.board.lanes(kQueue, std::nullopt, 100)) {
      all.emplace(view.lane.value(), std::tuple(view.state, view.queued, view.head));
    }
    return all;
  };
  const auto first = board.board.take(kQueue, 1);
  const auto was = picture();
  std::vector<std::pair<std::string, std::uint64_t>> added;
  if (first) board.board.vacate(first->lane);
  for (const std::uint8_t lane : turn) {
    added.emplace_back(std::to_string(lane % 5), ++sequence);
    board.add(added.back().first, sequence);
  }
  std::vector<LaneBoard::Taken> taken;
  while (const auto one = board.board.take(kQueue, 2)) taken.push_back(*one);

  for (auto one = taken.rbegin(); one != taken.rend(); ++one) {
    for (const auto& back : one->tasks) {
      board.board.put_back(one->lane, back.sequence, back.priority);
    }
    board.board.vacate(one->lane, std::nullopt,
                       one->alone ? std::optional(one->tasks.front().sequence) : std::nullopt);
  }
  for (auto one = added.rbegin(); one != added.rend(); ++one) {
    RC_ASSERT(board.remove(one->first, one->second));
  }
  if (first) {
    // The lane that was running when the turn began.
    for (const auto& [name, stands] : was) {
      if (std::get<0>(stands) == LaneState::running) board.board.occupy(kQueue, LaneKey(name));
    }
  }
  RC_ASSERT(picture() == was);
}

}  // namespace
}  // namespace ordo::domain
