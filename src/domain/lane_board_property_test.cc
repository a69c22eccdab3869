// Whatever happens to a board.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/lane_board.h"
#include "support/lane_board.h"

namespace ordo::domain {
namespace {

using testing::at;
using testing::Board;
using testing::kQueue;
using testing::one_queue;
using testing::Sequences;

// What a lane must do, kept in the plainest way.
struct Model {
  struct Lane {
    std::vector<std::pair<int, std::uint64_t>> tasks;  // rank and sequence
    std::vector<std::pair<int, std::uint64_t>> taken;
    std::optional<std::int64_t> until;
    std::uint64_t waits_for = 0;
    std::set<std::uint64_t> alone;
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
      const auto alone = std::ranges::find_if(
          of.tasks, [&of](const auto& task) { return of.alone.contains(task.second); });
      const auto before = static_cast<std::size_t>(alone - of.tasks.begin());
      RC_ASSERT(taken.size() ==
                std::min({most, of.tasks.size(), std::max<std::size_t>(before, 1)}));
      if (before == 0) of.alone.erase(alone->second);
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
        const bool apart = failed && i == done;
        if (apart) lane.alone.insert(lane.taken[i].second);
        board.board.put_back(ids[name], Sequence(lane.taken[i].second), priority, apart);
        lane.tasks.push_back(lane.taken[i]);
      }
      std::ranges::sort(lane.tasks);
      lane.taken.clear();
      if (failed) lane.until = now + how;
      lane.waits_for = failed ? first_failed : 0;
      board.board.vacate(
          ids[name], failed ? std::optional(LaneBoard::Hold{at(now + how), Sequence(first_failed)})
                            : std::nullopt);
    } else if (what == 5 && !lane.tasks.empty()) {
      const auto victim = lane.tasks.begin() + how % static_cast<std::ptrdiff_t>(lane.tasks.size());
      if (victim->second == lane.waits_for) lane.until.reset();
      RC_ASSERT(board.remove(name, victim->second));
      lane.alone.erase(victim->second);
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
    for (const LaneView& view : board.board.lanes(kQueue, std::nullopt, 100).lanes) {
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
      board.board.put_back(one->lane, back.sequence, back.priority, one->alone);
    }
    board.board.vacate(one->lane);
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
