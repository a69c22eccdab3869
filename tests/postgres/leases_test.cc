// Nodes that share the lanes: several keepers on one database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "contract/execution_writes.h"
#include "domain/lane_shard.h"
#include "postgres/archive.h"
#include "postgres/home.h"
#include "postgres/lease_keeper.h"
#include "postgres/unreliable_server.h"
#include "postgres/writer.h"
#include "support/eventually.h"
#include "support/fake_clock.h"
#include "support/postgres_schema.h"
#include "support/task_writes.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

using ports::LaneHold;
using postgres::LeaseKeeper;

// A node that runs nothing: what is wanted back is given back at once.
class Node {
 public:
  Node(const std::string& url, ports::Random& random, base::Millis lease)
      : writer({{.url = url}}, real_clock(), random),
        keeper({.connection = {.url = url},
                .lease = lease,
                .be =
                    [this](std::string node, const std::vector<std::string>& others) {
                      writer.be(std::move(node), !others.empty());
                    },
                .on_tasks = [this] { ++told_of_tasks; }},
               real_clock(), random) {}

  void beat() {
    const auto beaten = keeper.beat();
    ASSERT_TRUE(beaten) << beaten.error().message;
    const auto news = keeper.news();
    for (const LaneHold& hold : news.gained) EXPECT_TRUE(holds.insert(hold).second);
    for (const LaneHold& hold : news.lost) EXPECT_EQ(holds.erase(hold), 1U);
    for (const LaneHold& hold : news.wanted) EXPECT_EQ(holds.erase(hold), 1U);
    if (!news.wanted.empty()) keeper.release(news.wanted);
  }

  postgres::Writer writer;
  std::atomic<int> told_of_tasks = 0;
  LeaseKeeper keeper;
  std::set<LaneHold> holds;
};

class Leases : public ::testing::Test {
 protected:
  Leases() {
    auto made = postgres::Home::open({.url = schema.url()}, real_clock(), random);
    if (!made) throw std::runtime_error(made.error().message);
    home = std::move(*made);
  }
  std::unique_ptr<Node> node(base::Millis lease = base::Millis(60'000)) {
    return std::make_unique<Node>(schema.url(), random, lease);
  }
  static void expect_shared(const std::vector<Node*>& nodes, std::size_t most_apart) {
    std::set<std::uint16_t> all;
    std::vector<std::size_t> sizes;
    for (const Node* const one : nodes) {
      for (const LaneHold& hold : one->holds) EXPECT_TRUE(all.insert(hold.shard).second);
      sizes.push_back(one->holds.size());
    }
    EXPECT_EQ(all.size(), domain::kLaneShards);
    EXPECT_LE(std::ranges::max(sizes) - std::ranges::min(sizes), most_apart);
  }

  static ports::StartExecution begin_execution(const std::string& name) {
    return begin(name, step(1, 2, name));
  }

  int begun_ = 0;
  PostgresSchema schema;
  system::SystemRandom random;
  std::unique_ptr<postgres::Home> home;
};

// One that has waited for whoever copies a system here must not go on when that was broken off.
TEST_F(Leases, NobodyJoinsAHalfCopiedSystem) {
  auto copying = postgres_connection(schema.url());
  ASSERT_TRUE(copying.execute("CREATE TABLE copying ()").has_value());
  const auto one = node();
  const auto refused = one->keeper.beat();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("a system is being copied"));
  ASSERT_TRUE(copying.execute("DROP TABLE copying").has_value());
  one->beat();
  EXPECT_EQ(one->holds.size(), domain::kLaneShards);
}

// One that took it while it was being removed.
TEST_F(Leases, WhatAnOwnerThatIsNoMoreHasIsTaken) {
  auto connection = postgres_connection(schema.url());
  ASSERT_TRUE(
      connection.execute("UPDATE lane_leases SET owner = 'nobody' WHERE shard = 7").has_value());
  const auto one = node();
  one->beat();
  EXPECT_EQ(one->holds.size(), domain::kLaneShards);
}

// Its locks would keep its lanes from everybody else for as long as it is stopped.
TEST_F(Leases, ANodeThatWasStoppedInTheMiddleOfItsTransactionIsEnded) {
  auto made = postgres::Connection::open({.url = schema.url(), .idle_timeout = base::Millis(0)},
                                         real_clock());
  ASSERT_TRUE(made.has_value());
  auto stopped = std::move(*made);
  ASSERT_TRUE(stopped
                  .execute("INSERT INTO nodes (id, name, expires_at, writer_pid, writer_since) "
                           "SELECT 'stopped', 'stopped', clock_timestamp() - interval '3 s', pid, "
                           "backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid(); "
                           "UPDATE lane_leases SET owner = 'stopped'")
                  .has_value());
  ASSERT_TRUE(
      stopped.execute("BEGIN; SELECT FROM nodes WHERE id = 'stopped' FOR KEY SHARE").has_value());
  const auto patient = node(base::Millis(3'600'000));
  patient->beat();
  EXPECT_TRUE(patient->holds.empty()) << "it may have a long transaction under way";
  const auto one = node(base::Millis(2'000));
  EXPECT_TRUE(eventually([&] {
    one->beat();
    return !one->holds.empty();
  }));
}

// Others cannot know that it has not.
TEST_F(Leases, ANodeThatCannotRenewInTimeHasLostAllByItsOwnClock) {
  UnreliableServer between(folder_in(postgres_url()));
  FakeClock clock;
  std::atomic<bool> fails = false;
  LeaseKeeper keeper(
      {.connection = {.url = through(schema.url(), between.folder())},
       .lease = base::Millis(60'000),
       .on_trouble = [&fails](std::string_view /*what*/,
                              const base::Error* error) { fails = error != nullptr; }},
      clock, random);
  const auto other = node();
  other->beat();
  const std::jthread beating([&keeper](const std::stop_token& stop) { keeper.run(stop); });
  std::size_t gained = 0;
  ASSERT_TRUE(eventually([&] {
    other->beat();
    return (gained += keeper.news().gained.size()) > 0;
  }));
  between.refuse();
  ASSERT_TRUE(eventually([&] { return fails.load(); }));
  EXPECT_TRUE(keeper.news().lost.empty()) << "others cannot have anything of it yet";
  clock.advance(base::Millis(60'000));
  std::size_t lost = 0;
  ASSERT_TRUE(eventually([&] { return (lost += keeper.news().lost.size()) > 0; }));
  EXPECT_EQ(lost, gained);
  EXPECT_TRUE(eventually([&] { return keeper.standing().lane_groups == 0; }));
  EXPECT_EQ(keeper.standing().nodes, 0U);
  EXPECT_LE(keeper.standing().good_until, clock.mono());
}

TEST_F(Leases, NobodyJoinsASystemThatWasMoved) {
  const auto archive = postgres::Archive::open(schema.url(), real_clock());
  ASSERT_TRUE(archive.has_value());
  ASSERT_TRUE((*archive)->note_moved("elsewhere").has_value());
  const auto one = node();
  const auto refused = one->keeper.beat();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("has been moved to elsewhere"));
}

TEST_F(Leases, ANodeAloneHasAllLanes) {
  const auto one = node();
  EXPECT_EQ(one->keeper.standing().nodes, 0U);
  one->beat();
  EXPECT_EQ(one->holds.size(), domain::kLaneShards);
  one->beat();
  EXPECT_EQ(one->holds.size(), domain::kLaneShards);
  const postgres::Standing standing = one->keeper.standing();
  EXPECT_EQ(standing.lane_groups, domain::kLaneShards);
  EXPECT_TRUE(standing.pipelines);
  EXPECT_EQ(standing.nodes, 1U);
  EXPECT_GT(standing.good_until, real_clock().mono());
}

TEST_F(Leases, NodesShareTheLanesAndWhoLeavesHandsThemOver) {
  const auto a = node();
  const auto b = node();
  const auto c = node();
  const auto settle = [](const std::vector<Node*>& nodes) {
    for (int i = 0; i < 4; ++i) {
      for (Node* const one : nodes) one->beat();
    }
  };
  settle({a.get(), b.get()});
  expect_shared({a.get(), b.get()}, 0);
  EXPECT_EQ(a->keeper.standing().nodes, 2U);
  EXPECT_NE(a->keeper.standing().pipelines, b->keeper.standing().pipelines);
  settle({a.get(), b.get(), c.get()});
  expect_shared({a.get(), b.get(), c.get()}, 2);
  const std::set<LaneHold> before = a->holds;
  b->keeper.drain();
  b->beat();
  b->beat();
  EXPECT_TRUE(b->holds.empty());
  ASSERT_TRUE(b->keeper.leave());
  settle({a.get(), c.get()});
  expect_shared({a.get(), c.get()}, 0);
  EXPECT_TRUE(std::ranges::includes(a->holds, before)) << "what it had stays where it is";
}

// As long as it lives, and whoever comes.
TEST_F(Leases, OneNodeRunsThePipelinesAndAnotherOneAfterIt) {
  const auto a = node();
  const auto b = node();
  a->beat();
  const auto first = a->keeper.pipelines();
  ASSERT_TRUE(first);
  for (int i = 0; i < 4; ++i) {
    b->beat();
    a->beat();
  }
  EXPECT_EQ(a->keeper.pipelines(), first);
  EXPECT_FALSE(b->keeper.pipelines());
  EXPECT_FALSE(b->holds.empty());
  a->keeper.drain();
  a->beat();
  EXPECT_FALSE(a->keeper.pipelines()) << "what is under way may end";
  b->beat();
  EXPECT_FALSE(b->keeper.pipelines()) << "it is not given back yet";
  a->keeper.give_up_pipelines(*first);
  a->beat();
  for (int i = 0; i < 2; ++i) b->beat();
  const auto second = b->keeper.pipelines();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->epoch, first->epoch + 1);
}

TEST_F(Leases, WhoWritesOfPipelinesByARightThatHasGoneIsRefused) {
  const auto a = node(base::Millis(60'000));
  a->beat();
  const auto hold = a->keeper.pipelines();
  ASSERT_TRUE(hold);
  const auto write = [&](std::optional<LaneHold> by) {
    ports::NoteFiring firing{domain::PipelineName("p"), at_ms(0), "s"};
    firing.by = by;
    ports::StartExecution start = begin_execution("e" + std::to_string(++begun_));
    start.by = by;
    const auto answers = a->writer.apply(std::vector<ports::Write>{firing, start});
    return answers && (*answers)[0] && (*answers)[1];
  };
  EXPECT_TRUE(write(hold));
  EXPECT_TRUE(write(std::nullopt)) << "where nobody else is";
  EXPECT_FALSE(write(LaneHold{hold->shard, hold->epoch - 1}));
  EXPECT_FALSE(write(LaneHold{hold->shard, hold->epoch + 1}));
  ASSERT_TRUE(a->keeper.leave());
  EXPECT_FALSE(write(hold));
}

// Their heartbeats are minutes apart.
TEST_F(Leases, WhatOneNodeDoesTheOthersHearAtOnce) {
  const auto a = node(std::chrono::hours(1));
  const auto b = node(std::chrono::hours(1));
  std::mutex mutex;
  const auto living = [](Node& node) {
    return std::jthread([&](const std::stop_token& stop) { node.keeper.run(stop); });
  };
  const auto hear = [&](Node& node) {
    const std::lock_guard lock(mutex);
    const auto news = node.keeper.news();
    node.holds.insert(news.gained.begin(), news.gained.end());
    for (const LaneHold& hold : news.wanted) node.holds.erase(hold);
    if (!news.wanted.empty()) node.keeper.release(news.wanted);
    return node.holds.size();
  };
  const std::jthread one = living(*a);
  ASSERT_TRUE(eventually([&] { return hear(*a) == domain::kLaneShards; }));
  const std::jthread other = living(*b);
  ASSERT_TRUE(eventually(
      [&] { return hear(*a) == domain::kLaneShards / 2 && hear(*b) == domain::kLaneShards / 2; }));
  const auto lane_of = [&](const Node& node) {
    for (int i = 0;; ++i) {
      domain::LaneKey lane("lane" + std::to_string(i));
      const std::uint16_t shard = domain::shard_of(domain::QueueName("tasks"), lane);
      if (std::ranges::find(node.holds, shard, &LaneHold::shard) != node.holds.end()) return lane;
    }
  };
  const int before_b = b->told_of_tasks;
  domain::NewTask mine = new_task("mine");
  mine.lane = lane_of(*a);
  ASSERT_TRUE(a->writer.apply(std::vector<ports::Write>{add(mine)}));
  domain::NewTask theirs = new_task("theirs");
  theirs.lane = lane_of(*b);
  ASSERT_TRUE(a->writer.apply(std::vector<ports::Write>{add(theirs)}));
  EXPECT_TRUE(eventually([&] { return b->told_of_tasks > before_b; }));
}

TEST_F(Leases, WhoIsSilentForTooLongLosesItsLanesAndHearsOfIt) {
  const auto a = node(base::Millis(200));
  const auto b = node();
  a->beat();
  ASSERT_EQ(a->holds.size(), domain::kLaneShards);
  EXPECT_TRUE(eventually([&] {
    b->beat();
    return b->holds.size() == domain::kLaneShards;
  }));
  for (const LaneHold& hold : b->holds) EXPECT_EQ(hold.epoch, 2U);
  const std::set<LaneHold> old = a->holds;
  a->beat();
  for (const LaneHold& hold : old) EXPECT_FALSE(a->holds.contains(hold));
}

TEST_F(Leases, WhatALostNodeSaysOfAttemptsIsRefusedAndWhatItAcceptsIsNot) {
  const auto a = node(base::Millis(200));
  const auto b = node();
  a->beat();
  const LaneHold held = *std::ranges::find(
      a->holds, domain::shard_of(domain::QueueName("tasks"), domain::LaneKey("main")),
      &LaneHold::shard);
  const auto starting = [&](std::uint64_t sequence, LaneHold hold) {
    return ports::StartAttempt{domain::Sequence(sequence), at_ms(1), std::nullopt, hold};
  };
  const auto ending = [&](std::uint64_t sequence, LaneHold hold) {
    return ports::EndAttempt{domain::Sequence(sequence), 1, domain::Succeeded{}, at_ms(2), hold};
  };
  const auto apply = [](Node& by, const std::vector<ports::Write>& writes) {
    return told(by.writer.apply(writes));
  };
  using Told = std::vector<std::string>;
  EXPECT_EQ(apply(*a, {add("one"), add("two"), add("three")}),
            (Told{"added 1", "added 2", "added 3"}));
  EXPECT_EQ(apply(*a, {starting(1, held), starting(2, held), ending(2, held)}),
            (Told{"started 1 #1", "started 2 #1", "ended"}));
  EXPECT_TRUE(eventually([&] {
    b->beat();
    return !b->holds.empty();
  }));
  const LaneHold taken{held.shard, held.epoch + 1};
  EXPECT_TRUE(b->holds.contains(taken));
  const std::string conflict = told(base::ErrorCode::conflict);
  EXPECT_EQ(apply(*a, {ending(1, held), starting(3, held), starting(3, taken), add("four")}),
            (Told{conflict, conflict, conflict, "added 4"}));
  EXPECT_EQ(apply(*b, {starting(3, held), ending(1, taken), starting(3, taken)}),
            (Told{conflict, "ended", "started 3 #1"}));
}

TEST_F(Leases, ANodeIsNotGivenUpInTheMiddleOfATransaction) {
  const auto a = node(base::Millis(100));
  const auto b = node();
  a->beat();
  ASSERT_TRUE(a->writer.apply(std::vector<ports::Write>{add("one")}));
  const LaneHold held = *std::ranges::find(
      a->holds, domain::shard_of(domain::QueueName("tasks"), domain::LaneKey("main")),
      &LaneHold::shard);
  std::size_t seen = 0;
  const std::vector<ports::Write> starts{
      ports::StartAttempt{domain::Sequence(1), at_ms(1), std::nullopt, held}};
  const std::vector<ports::Write> nothing;
  int asked = 0;
  const auto answers = a->writer.apply(
      starts, [&](std::span<const ports::WriteAnswer>) -> std::span<const ports::Write> {
        if (asked++ > 0) return nothing;
        // Its time is over, but it is at work.
        for (int i = 0; i < 60; ++i) {
          breathe();
          breathe();
        }
        b->beat();
        seen = b->holds.size();
        return nothing;
      });
  EXPECT_EQ(told(answers), std::vector<std::string>{"started 1 #1"});
  EXPECT_EQ(seen, 0U);
  b->beat();
  EXPECT_EQ(b->holds.size(), domain::kLaneShards);
}

}  // namespace
}  // namespace ordo::testing
