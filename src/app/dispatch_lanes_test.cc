// Several nodes that share the lanes.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/shared_nodes.h"

namespace ordo::app {
namespace {

using testing::SharedDatabase;
using testing::SharedNode;
using Ids = std::vector<std::string>;

class DispatchLanes : public ::testing::Test {
 protected:
  DispatchLanes() {
    domain::Queue& queue = queues[domain::QueueName("tasks")];
    queue.backoff = {base::Millis(1000), 1.0, base::Millis(1000), domain::Jitter::none};
    queue.max_attempts = 2;
    queue.concurrency = 8;
    queues[domain::QueueName("ranked")] = queue;
    queues[domain::QueueName("ranked")].ordering = domain::Ordering::priority;
    for (auto& [name, one] : queues) one.name = name;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      nodes.push_back(std::make_unique<SharedNode>(database, queues, clock, seed));
    }
  }
  static std::uint16_t shard(const std::string& lane) {
    return domain::shard_of(domain::QueueName("tasks"), domain::LaneKey(lane));
  }
  static ports::LaneLeases::News lost(std::uint16_t of, std::uint64_t epoch) {
    ports::LaneLeases::News news;
    news.lost.push_back({of, epoch});
    return news;
  }
  static ports::LaneLeases::News wanted(std::uint16_t of, std::uint64_t epoch) {
    ports::LaneLeases::News news;
    news.wanted.push_back({of, epoch});
    return news;
  }
  std::string status(const std::string& id) {
    return std::string(domain::name_of(database.kept.find(domain::TaskId(id)).value()->status));
  }

  domain::Queues queues;
  testing::FakeClock clock;
  SharedDatabase database;
  std::vector<std::unique_ptr<SharedNode>> nodes;
  SharedNode& a() { return *nodes[0]; }
  SharedNode& b() { return *nodes[1]; }
};

TEST_F(DispatchLanes, ANodeRunsItsOwnLanesOnly) {
  database.give(shard("mine"), a());
  a().submit("m1", "mine");
  a().submit("t1", "theirs");
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"m1"});
}

TEST_F(DispatchLanes, WhatAnotherNodeAcceptsIsRunByTheLanesOwnerInOrder) {
  database.give(shard("mine"), a());
  b().submit("first", "mine");
  b().turns();
  a().submit("second", "mine");
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"first"}) << "it was accepted before";
  b().submit("third", "mine");
  b().turns();
  a().dispatcher().note_others();
  for (const char* next : {"second", "third"}) {
    a().dispatcher().ended(a().host.end_oldest());
    a().turns();
    EXPECT_EQ(a().host.running(), Ids{next});
  }
}

TEST_F(DispatchLanes, ALaneIsHandedOverOnceNothingIsUnderWayInIt) {
  database.give(shard("mine"), a());
  a().submit("one", "mine");
  a().submit("two", "mine");
  a().turns();
  a().hear(wanted(shard("mine"), 1));
  a().turns();
  EXPECT_EQ(database.lease(shard("mine")).owner, &a()) << "a task is under way";
  a().dispatcher().ended(a().host.end_oldest(domain::Failure{"E", "again"}));
  a().turns();
  EXPECT_EQ(database.lease(shard("mine")).owner, nullptr);
  EXPECT_TRUE(a().host.running().empty());
  database.give(shard("mine"), b());
  b().turns();
  EXPECT_TRUE(b().host.running().empty()) << "its first task waits for its retry there, too";
  clock.advance(std::chrono::seconds(1));
  b().turns();
  EXPECT_EQ(b().host.running(), Ids{"one"});
}

// It is read in pages of three, in the order in which it was accepted.
TEST_F(DispatchLanes, TheBestOfALaneThatComesIsBegunFirst) {
  const auto of = domain::shard_of(domain::QueueName("ranked"), domain::LaneKey("l"));
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7", "best"}) {
    b().submit(id, "l", "ranked");
    b().turns();
  }
  domain::TaskPatch patch;
  patch.priority = domain::Priority::high;
  b().write(ports::ChangeTask{domain::TaskId("best"), patch, std::nullopt, clock.wall()});
  b().turns();
  database.give(of, a());
  a().turns();
  for (const char* next : {"best", "1", "2"}) {
    EXPECT_EQ(a().host.running(), Ids{next});
    a().dispatcher().ended(a().host.end_oldest());
    a().turns();
  }
}

TEST_F(DispatchLanes, APriorityThatIsChangedWhileItsLaneComesCounts) {
  const auto of = domain::shard_of(domain::QueueName("ranked"), domain::LaneKey("l"));
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7"}) b().submit(id, "l", "ranked");
  b().turns();
  database.give(of, a());
  a().turn();
  EXPECT_TRUE(a().host.running().empty()) << "not all of it is known";
  domain::TaskPatch patch;
  patch.priority = domain::Priority::high;
  a().write(ports::ChangeTask{domain::TaskId("2"), patch, std::nullopt, clock.wall()});
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"2"});
}

TEST_F(DispatchLanes, ALaneThatIsLostWhileItComesIsForgotten) {
  const auto of = domain::shard_of(domain::QueueName("ranked"), domain::LaneKey("l"));
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7"}) b().submit(id, "l", "ranked");
  b().turns();
  database.give(of, a());
  a().turn();
  database.give(of, b());
  a().turns();
  b().turns();
  EXPECT_EQ(a().host.running(), Ids{});
  EXPECT_EQ(b().host.running(), Ids{"1"});
}

TEST_F(DispatchLanes, WhatANodeWasDoingWhenItLostTheLaneCountsAsLost) {
  database.give(shard("mine"), a());
  a().submit("one", "mine");
  a().turns();
  database.give(shard("mine"), b());
  b().turns();
  clock.advance(std::chrono::seconds(1));
  b().turns();
  EXPECT_EQ(b().host.running(), Ids{"one"});
  a().dispatcher().ended(a().host.end_oldest());
  a().turns();
  EXPECT_EQ(status("one"), "running") << "what the old owner says is refused";
  a().hear(lost(shard("mine"), 1));
  a().turns();
  EXPECT_EQ(a().dispatcher().stats().running, 0U);
}

TEST_F(DispatchLanes, ANodeThatLosesALaneEndsItsHandlersAndCanHaveItAgain) {
  database.give(shard("mine"), a());
  a().submit("one", "mine");
  a().turns();
  database.give(shard("mine"), b());
  a().hear(lost(shard("mine"), 1));
  a().turns();
  EXPECT_EQ(a().host.cancelled(), Ids{"one"});
  database.give(shard("mine"), a());
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"one"}) << "the one that was cancelled";
  a().dispatcher().ended(a().host.end_oldest(domain::Failure{"Cancelled", ""}));
  a().turns();
  clock.advance(std::chrono::seconds(1));
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"one"}) << "the next attempt";
  a().dispatcher().ended(a().host.end_oldest());
  a().turns();
  EXPECT_EQ(status("one"), "succeeded");
}

TEST_F(DispatchLanes, LanesComeThoughTheTaskThatWasAcceptedLastIsGone) {
  database.give(shard("mine"), a());
  a().submit("gone", "theirs");
  a().turns();
  a().remove(domain::TaskId("gone"));
  a().turns();
  database.give(shard("other"), a());
  a().turns();  // they end
  a().submit("one", "other");
  a().turns();
  EXPECT_EQ(a().host.running(), Ids{"one"});
}

// Random days of three nodes: tasks come in anywhere, lanes are wanted back, lost, and heard of
// late. All is done in the end, each lane in its order.
class Days : public DispatchLanes, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  Days() : random_(GetParam()) {}
  std::size_t any(std::size_t below) { return random_() % below; }
  SharedNode& any_node() { return *nodes[any(nodes.size())]; }

  void submit() {
    const std::string id = "t" + std::to_string(count_++);
    any_node().submit(id, "lane" + std::to_string(any(kLanes)));
  }
  // The last one that came in, if it waits: perhaps nothing is there of what was accepted last.
  void remove() {
    const domain::TaskId id("t" + std::to_string(count_ - 1));
    const auto task = database.kept.find(id).value();
    if (!task || task->status != domain::TaskStatus::queued) return;
    any_node().remove(id);
  }
  void end() {
    SharedNode& node = any_node();
    std::optional<domain::Failure> failure;
    if (any(4) == 0) failure = domain::Failure{"E", "any"};
    node.dispatcher().ended(node.host.end_oldest(std::move(failure)));
  }
  // What a node that has lost its lanes without knowing hears in the end.
  void hear_late(std::size_t chance) {
    for (auto& [node, news] : unheard_) {
      if (any(chance) != 0) continue;
      node->hear(news);
      news = {};
    }
  }
  void move() {
    const std::uint16_t which = shard("lane" + std::to_string(any(kLanes)));
    const SharedDatabase::Lease lease = database.lease(which);
    if (lease.owner == nullptr) return give(which);
    if (any(2) == 0) {
      if (wanted_.insert({which, lease.epoch}).second)
        lease.owner->hear(wanted(which, lease.epoch));
      return;
    }
    unheard_[lease.owner].lost.push_back({which, lease.epoch});
    database.take_from_owner(which);
    give(which);
  }
  // A node hears that it has lost a lane before it has it again.
  void give(std::uint16_t which) {
    SharedNode& next = any_node();
    next.hear(std::exchange(unheard_[&next], {}));
    database.give(which, next);
  }
  void hear_all() { hear_late(1); }
  void settle() {
    hear_all();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::uint16_t which = shard("lane" + std::to_string(lane));
      if (database.lease(which).owner == nullptr) give(which);
    }
    for (int i = 0; i < 400; ++i) {
      for (const auto& node : nodes) {
        node->dispatcher().note_others();
        node->dispatcher().ended(node->host.end_oldest());
        node->turns();
      }
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::uint16_t which = shard("lane" + std::to_string(lane));
        if (database.lease(which).owner == nullptr) give(which);
      }
      clock.advance(std::chrono::milliseconds(200));
    }
  }

  static constexpr std::size_t kLanes = 5;
  std::mt19937_64 random_;
  int count_ = 0;
  std::map<SharedNode*, ports::LaneLeases::News> unheard_;
  std::set<ports::LaneHold> wanted_;
};

TEST_P(Days, EveryLaneKeepsItsOrderWhoeverHasIt) {
  for (int step = 0; step < 300; ++step) {
    switch (any(8)) {
      case 0:
      case 1:
        for (std::size_t i = any(6); i > 0; --i) submit();
        break;
      case 2:
      case 3:
        end();
        break;
      case 4:
        move();
        break;
      case 5:
        clock.advance(std::chrono::milliseconds(any(1500)));
        break;
      default:
        any_node().turn();
    }
    if (any(4) == 0) any_node().dispatcher().note_others();
    if (any(10) == 0) remove();
    hear_late(20);
  }
  settle();
  std::size_t ended = 0;
  for (const auto& [lane, sequences] : database.ended) {
    EXPECT_TRUE(std::ranges::is_sorted(sequences)) << lane;
    EXPECT_EQ(std::set(sequences.begin(), sequences.end()).size(), sequences.size()) << lane;
    ended += sequences.size();
  }
  const auto left = database.kept.pending(domain::Sequence(0), 10'000).value();
  EXPECT_TRUE(left.empty()) << left.size() << ", the first in " << left.front().lane.value();
  EXPECT_GT(ended, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Days, ::testing::Range(std::uint64_t{1}, std::uint64_t{101}));

}  // namespace
}  // namespace ordo::app
