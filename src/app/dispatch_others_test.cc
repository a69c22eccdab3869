// Nodes that share the lanes, and what is said at one of them of what another runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/queues.h"
#include "support/eventually.h"
#include "support/shared_nodes.h"

namespace ordo::app {
namespace {

using testing::SharedDatabase;
using testing::SharedNode;
using Ids = std::vector<std::string>;

// What a worker was given, and how what it says of it is answered.
struct Worker {
  std::optional<SharedNode::Given> given;
  std::vector<std::string> heard;

  [[nodiscard]] Ids ids() const {
    Ids all;
    if (!given) return {"(waits)"};
    for (const Claim::Given& one : *given) all.push_back(one.task.id.value());
    return all;
  }
};

class DispatchOthers : public ::testing::Test {
 protected:
  DispatchOthers() {
    domain::Queue tasks;
    tasks.backoff = {base::Millis(1000), 1.0, base::Millis(1000), domain::Jitter::none};
    tasks.max_attempts = 2;
    tasks.concurrency = 8;
    domain::Queue pulled = tasks;
    pulled.function = domain::kPullFunction;
    pulled.concurrency = 100;
    domain::Queue ranked = tasks;
    ranked.ordering = domain::Ordering::priority;
    queues = {{domain::QueueName("tasks"), tasks},
              {domain::QueueName("pull"), pulled},
              {domain::QueueName("ranked"), ranked}};
    for (auto& [name, queue] : queues) queue.name = name;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      nodes.push_back(std::make_unique<SharedNode>(database, queues, clock, seed));
    }
  }
  SharedNode& a() { return *nodes[0]; }
  SharedNode& b() { return *nodes[1]; }

  static std::uint16_t shard(const std::string& queue, const std::string& lane) {
    return domain::shard_of(domain::QueueName(queue), domain::LaneKey(lane));
  }
  // All that is to be done and said by now, at all of them.
  void settle() {
    // What one node answers at last, another one works on.
    for (int quiet = 0; quiet < 2; ++quiet) {
      for (const auto& node : nodes) {
        node->dispatcher().note_others();
        node->turns();
      }
      if (database.net.deliver() > 0) quiet = -1;
    }
  }
  void claim(SharedNode& at, Worker& worker, std::size_t max = 1,
             base::Millis wait = std::chrono::seconds(20)) {
    worker.given.reset();
    at.claim("pull", max, wait, [&worker](auto given) { worker.given = std::move(given); });
  }
  void say(SharedNode& at, Worker& worker, decltype(LeaseWord::word) word, std::size_t of = 0) {
    const Claim::Given& given = worker.given->at(of);
    at.say(given.task.id, given.lease, std::move(word), [&worker](base::Result<void> done) {
      const bool away = !done && done.error().code == base::ErrorCode::unavailable;
      worker.heard.emplace_back(done ? "done" : away ? "unavailable" : "refused");
    });
  }
  domain::Task task(const std::string& id) {
    return database.kept.find(domain::TaskId(id)).value().value();
  }
  std::string status(const std::string& id) {
    return std::string(domain::name_of(task(id).status));
  }

  domain::Queues queues;
  testing::FakeClock clock;
  SharedDatabase database;
  std::vector<std::unique_ptr<SharedNode>> nodes;
};

TEST_F(DispatchOthers, AWorkerIsGivenWhatAnotherNodeHasAndSaysAnywhereHowItWent) {
  database.give(shard("pull", "l"), b());
  Worker worker;
  claim(a(), worker);
  settle();
  EXPECT_FALSE(worker.given);
  a().submit("one", "l", "pull");
  settle();
  ASSERT_EQ(worker.ids(), Ids{"one"});
  EXPECT_EQ(worker.given->front().task.attempts, 1U);
  EXPECT_EQ(status("one"), "running");
  say(a(), worker, LeaseWord::Extend{std::chrono::minutes(5)});
  settle();
  clock.advance(std::chrono::minutes(1));
  settle();
  say(a(), worker, domain::Succeeded{"{\"n\":1}"});
  settle();
  EXPECT_EQ(worker.heard, (Ids{"done", "done"}));
  EXPECT_EQ(status("one"), "succeeded");
  EXPECT_EQ(task("one").result, "{\"n\":1}");
  say(a(), worker, domain::Succeeded{});
  settle();
  EXPECT_EQ(worker.heard.back(), "refused");
}

TEST_F(DispatchOthers, WhatFailsElsewhereIsRetriedByItsOwner) {
  database.give(shard("pull", "l"), b());
  a().submit("one", "l", "pull");
  Worker worker;
  claim(a(), worker);
  settle();
  say(a(), worker, domain::Failure{"", "no"});
  settle();
  EXPECT_EQ(worker.heard, Ids{"done"});
  EXPECT_EQ(task("one").last_error, "no");
  claim(b(), worker);
  settle();
  EXPECT_FALSE(worker.given) << "it waits for its retry";
  clock.advance(std::chrono::seconds(1));
  settle();
  EXPECT_EQ(worker.ids(), Ids{"one"});
  EXPECT_EQ(worker.given->front().task.attempts, 2U);
}

TEST_F(DispatchOthers, AWordOnALaneThatIsBeingTakenOverIsToBeSaidAgain) {
  database.give(shard("pull", "l"), b());
  a().submit("one", "l", "pull");
  Worker worker;
  claim(a(), worker);
  settle();
  ASSERT_EQ(worker.ids(), Ids{"one"});
  ports::LaneLeases::News lost;
  lost.lost.push_back({shard("pull", "l"), 1});
  b().hear(lost);
  database.take_from_owner(shard("pull", "l"));
  say(a(), worker, domain::Succeeded{});
  settle();
  EXPECT_EQ(worker.heard, Ids{"unavailable"}) << "nobody has it";
  database.give(shard("pull", "l"), a());
  say(b(), worker, domain::Succeeded{});
  settle();
  EXPECT_NE(worker.heard.back(), "refused");
  say(b(), worker, domain::Succeeded{});
  settle();
  EXPECT_EQ(status("one"), "succeeded") << "its lease moves with its lane";
}

TEST_F(DispatchOthers, WorkOfAllNodesHasItsTurnThoughAllWorkersAreAtOne) {
  for (const char* lane : {"a1", "a2", "a3", "a4"}) database.give(shard("pull", lane), a());
  for (const char* lane : {"b1", "b2", "b3", "b4"}) database.give(shard("pull", lane), b());
  for (const char* lane : {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"}) {
    a().submit(lane, lane, "pull");
  }
  settle();
  std::map<char, int> of;
  for (int i = 0; i < 6; ++i) {
    Worker worker;
    claim(a(), worker);
    settle();
    ASSERT_EQ(worker.given->size(), 1U);
    ++of[worker.ids().front()[0]];
  }
  EXPECT_EQ(of['a'], 3);
  EXPECT_EQ(of['b'], 3);
}

TEST_F(DispatchOthers, ManyWorkersAreGivenAllThatOneNodeHas) {
  std::vector<Worker> workers(20);
  for (Worker& worker : workers) claim(a(), worker);
  settle();
  for (int i = 0; i < 20; ++i) {
    const std::string lane = "l" + std::to_string(i);
    if (database.lease(shard("pull", lane)).owner == nullptr) {
      database.give(shard("pull", lane), b());
    }
    b().submit(lane, lane, "pull");
  }
  settle();
  std::set<std::string> all;
  for (Worker& worker : workers) {
    ASSERT_TRUE(worker.given);
    for (const std::string& id : worker.ids()) EXPECT_TRUE(all.insert(id).second) << id;
  }
  EXPECT_EQ(all.size(), 20U);
}

TEST_F(DispatchOthers, WhatComesWhileSomethingIsOfferedIsOfferedOnceThatIsFetched) {
  for (const char* lane : {"l1", "l2"}) database.give(shard("pull", lane), b());
  Worker one;
  Worker other;
  claim(a(), one);
  claim(a(), other);
  settle();
  b().submit("first", "l1", "pull");
  b().turns();
  b().submit("second", "l2", "pull");
  b().turns();
  settle();
  EXPECT_EQ(one.ids(), Ids{"first"});
  EXPECT_EQ(other.ids(), Ids{"second"});
}

TEST_F(DispatchOthers, ATaskForAWorkerThatIsGoneGoesBackAndHasLostNoAttempt) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  bool gone = false;
  bool answered = false;
  b().turns();
  database.net.deliver();  // what it offers
  a().claim(
      "pull", 1, std::chrono::seconds(20), [&](auto) { answered = true; }, [&] { return gone; });
  a().turns();
  gone = true;
  settle();
  EXPECT_FALSE(answered);
  Worker worker;
  claim(b(), worker);
  settle();
  ASSERT_EQ(worker.ids(), Ids{"one"});
  EXPECT_EQ(worker.given->front().task.attempts, 1U) << "of two";
}

TEST_F(DispatchOthers, AClaimThatWaitsForNothingIsAnsweredThoughTheOtherNodeHasNothingAnyMore) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  settle();
  Worker local;
  Worker remote;
  claim(b(), local);
  b().turns();
  ASSERT_EQ(local.ids(), Ids{"one"});
  claim(a(), remote, 1, base::Millis(0));
  settle();
  EXPECT_EQ(remote.ids(), Ids{});
}

TEST_F(DispatchOthers, AClaimWhoseAnswerIsLostGoesOnWaiting) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  settle();
  Worker worker;
  claim(a(), worker);
  a().turns();
  database.net.lose_one();
  clock.advance(std::chrono::seconds(6));
  settle();
  EXPECT_EQ(worker.ids(), Ids{"one"}) << "it is offered again";
}

// It was given, and nobody will ever say how it went.
TEST_F(DispatchOthers, WhatWasGivenToAWorkerThatDidNotHearItIsGivenAgain) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  settle();
  Worker worker;
  claim(a(), worker);
  a().turns();
  database.net.lose_answers = true;
  ASSERT_TRUE(database.net.deliver_one());
  b().turns();
  database.net.lose_answers = false;
  EXPECT_EQ(status("one"), "running");
  settle();
  ASSERT_EQ(worker.ids(), Ids{"one"});
  EXPECT_EQ(worker.given->front().task.attempts, 1U) << "of two";
  say(a(), worker, domain::Succeeded{});
  settle();
  EXPECT_EQ(status("one"), "succeeded");
}

// The way there may be closed for longer than anybody waits for an answer.
TEST_F(DispatchOthers, ThatNobodyHasHeardOfItIsSaidUntilItIsHeard) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  settle();
  Worker worker;
  claim(a(), worker, 1, std::chrono::seconds(0));
  a().turns();
  database.net.lose_answers = true;
  ASSERT_TRUE(database.net.deliver_one());
  b().turns();
  database.net.lose_answers = false;
  for (int look = 0; look < 10; ++look) {
    for (int letter = 0; letter < 10; ++letter) database.net.lose_one();
    clock.advance(std::chrono::seconds(2));
    a().miss_news();
  }
  EXPECT_EQ(status("one"), "running");
  settle();
  EXPECT_EQ(status("one"), "queued");
  Worker next;
  claim(b(), next);
  settle();
  ASSERT_EQ(next.ids(), Ids{"one"});
  EXPECT_EQ(next.given->front().task.attempts, 1U) << "of two";
}

// The other node has not begun it yet when nobody wants it any more.
TEST_F(DispatchOthers, WhatNobodyWantsAnyMoreIsNotBegun) {
  database.give(shard("pull", "l"), b());
  b().submit("one", "l", "pull");
  settle();
  Worker worker;
  claim(a(), worker, 1, std::chrono::seconds(0));
  a().turns();
  database.net.lose_answers = true;
  database.net.deliver();
  database.net.lose_answers = false;
  a().turns();
  settle();
  EXPECT_EQ(worker.ids(), Ids{});
  EXPECT_EQ(status("one"), "queued");
  Worker next;
  claim(b(), next);
  settle();
  ASSERT_EQ(next.ids(), Ids{"one"});
  EXPECT_EQ(next.given->front().task.attempts, 1U) << "of two";
}

TEST_F(DispatchOthers, WhatIsCancelledElsewhereIsNotBegunAndEndsIfItRuns) {
  database.give(shard("tasks", "l"), b());
  b().submit("runs", "l");
  b().submit("waits", "l");
  b().submit("last", "l");
  settle();
  EXPECT_EQ(b().host.running(), Ids{"runs"});
  for (const char* id : {"waits", "runs"}) {
    a().write(ports::CancelTask{domain::TaskId(id), clock.wall()});
  }
  a().turns();
  EXPECT_TRUE(b().host.cancelled().empty());
  settle();
  EXPECT_EQ(b().host.cancelled(), Ids{"runs"});
  b().dispatcher().ended(b().host.end_oldest(domain::Failure{"Cancelled", ""}));
  settle();
  EXPECT_EQ(b().host.running(), Ids{"last"});
  EXPECT_EQ(status("runs"), "cancelled");
  EXPECT_EQ(status("waits"), "cancelled");
}

TEST_F(DispatchOthers, APriorityThatIsChangedElsewhereCounts) {
  database.give(shard("ranked", "l"), b());
  for (const char* id : {"first", "second", "third"}) b().submit(id, "l", "ranked");
  settle();
  EXPECT_EQ(b().host.running(), Ids{"first"});
  domain::TaskPatch patch;
  patch.priority = domain::Priority::high;
  a().write(ports::ChangeTask{domain::TaskId("third"), patch, std::nullopt, clock.wall()});
  settle();
  b().dispatcher().ended(b().host.end_oldest());
  settle();
  EXPECT_EQ(b().host.running(), Ids{"third"});
}

TEST_F(DispatchOthers, AQueueThatIsPausedElsewhereBeginsNothingUntilItGoesOn) {
  database.give(shard("tasks", "l"), b());
  a().write(ports::PauseQueue{domain::QueueName("tasks"), true});
  settle();
  b().submit("one", "l");
  settle();
  EXPECT_TRUE(b().host.running().empty());
  a().write(ports::PauseQueue{domain::QueueName("tasks"), false});
  settle();
  EXPECT_EQ(b().host.running(), Ids{"one"});
}

TEST_F(DispatchOthers, EachNodeTellsHowAllLanesStand) {
  database.give(shard("tasks", "a1"), a());
  database.give(shard("tasks", "b1"), b());
  for (const char* id : {"a1", "b1"}) {
    a().submit(std::string(id) + " first", id);
    a().submit(std::string(id) + " second", id);
  }
  settle();
  b().dispatcher().ended(b().host.end_oldest(domain::Failure{"E", "again"}));
  settle();
  for (const auto& node : nodes) {
    std::optional<QueueState> state;
    std::optional<LanePage> page;
    queue(node->backend(), domain::QueueName("tasks"), [&](auto told) { state = told.value(); });
    lanes(node->backend(), domain::QueueName("tasks"), LaneFilter::any, 10,
          [&](auto told) { page = told.value(); });
    settle();
    ASSERT_TRUE(state && page);
    EXPECT_EQ(state->now.lanes, 2U);
    EXPECT_EQ(state->now.queued, 3U);
    EXPECT_EQ(state->now.running, 1U);
    EXPECT_EQ(state->now.waiting, 1U);
    ASSERT_EQ(page->lanes.size(), 2U);
    EXPECT_FALSE(page->more);
    const auto waiting = std::ranges::find(page->lanes, domain::LaneKey("b1"),
                                           [](const auto& lane) { return lane.view.lane; });
    ASSERT_NE(waiting, page->lanes.end());
    EXPECT_EQ(waiting->why, "retry");
    EXPECT_EQ(waiting->head, domain::TaskId("b1 first"));
    EXPECT_EQ(waiting->last_error, "E: again");
    EXPECT_TRUE(waiting->until);
    lanes(node->backend(), domain::QueueName("tasks"), LaneFilter::any, 1,
          [&](auto told) { page = told.value(); });
    settle();
    EXPECT_EQ(page->lanes.size(), 1U);
    EXPECT_TRUE(page->more);
  }
}

TEST_F(DispatchOthers, WhoListensAtOneNodeHearsWhatHappensAtAll) {
  database.give(shard("tasks", "l"), b());
  std::mutex mutex;
  std::vector<std::string> heard;
  bool gap = false;
  const auto listening = a().events().subscribe({}, std::nullopt, [&](const Delivery& delivery) {
    const std::lock_guard lock(mutex);
    gap = gap || delivery.gap;
    for (const auto& item : delivery.items) {
      heard.push_back(std::string(name_of(item.event->type)) + " " + item.event->id.value() + " " +
                      item.event->error.value_or(""));
    }
    return true;
  });
  ASSERT_TRUE(listening);
  settle();
  a().submit("one", "l");
  settle();
  b().dispatcher().ended(b().host.end_oldest(domain::Failure{"E", "no"}));
  settle();
  const Ids expected{"task.accepted one ", "task.started one ", "task.retried one E: no"};
  EXPECT_TRUE(testing::eventually([&] {
    const std::lock_guard lock(mutex);
    return heard == expected;
  }));
  EXPECT_FALSE(gap);
  a().miss_news();
  EXPECT_TRUE(testing::eventually([&] {
    const std::lock_guard lock(mutex);
    return gap;
  }));
}

TEST_F(DispatchOthers, WhatDiedAnywhereIsCounted) {
  database.give(shard("tasks", "l"), b());
  b().submit("one", "l");
  settle();
  domain::Failure failure{"E", "for good"};
  failure.permanent = true;
  b().dispatcher().ended(b().host.end_oldest(failure));
  settle();
  std::optional<QueueState> state;
  queue(a().backend(), domain::QueueName("tasks"), [&](auto told) { state = told.value(); });
  settle();
  EXPECT_EQ(state->dead, 1U);
}

// Random days: tasks come in, are claimed, worked on and cancelled anywhere; what is said between
// the nodes comes late or is lost; lanes move. Each lane keeps its order, and all ends.
class WorkDays : public DispatchOthers, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  static constexpr std::size_t kLanes = 5;
  struct Hand {
    domain::TaskId id;
    std::string lease;
    bool said = false;
  };

  WorkDays() : random_(GetParam()) {}
  std::size_t any(std::size_t below) { return random_() % below; }
  SharedNode& any_node() { return *nodes[any(nodes.size())]; }
  static std::string lane(std::size_t number) { return "lane" + std::to_string(number); }

  void submit() { any_node().submit("t" + std::to_string(count_++), lane(any(kLanes)), "pull"); }
  void cancel() {
    if (count_ == 0) return;
    const domain::TaskId id("t" + std::to_string(any(static_cast<std::size_t>(count_))));
    any_node().write(ports::CancelTask{id, clock.wall()});
  }
  void claim() {
    any_node().claim("pull", 1 + any(3), base::Millis(any(3000)), [this](const auto& given) {
      for (const Claim::Given& one : given) hands_.push_back({one.task.id, one.lease});
    });
  }
  void work() {
    if (hands_.empty()) return;
    const std::size_t at = any(hands_.size());
    const Hand hand = hands_[at];
    decltype(LeaseWord::word) word = domain::Succeeded{};
    if (any(4) == 0) word = domain::Failure{"", "any"};
    any_node().say(hand.id, hand.lease, std::move(word), [this, hand](base::Result<void> done) {
      // Somebody else has it, or it has ended; otherwise it is said again.
      if (!done && done.error().code == base::ErrorCode::unavailable) hands_.push_back(hand);
    });
    hands_.erase(hands_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void move() {
    const std::uint16_t which = shard("pull", lane(any(kLanes)));
    const SharedDatabase::Lease lease = database.lease(which);
    if (lease.owner != nullptr) {
      ports::LaneLeases::News lost;
      lost.lost.push_back({which, lease.epoch});
      lease.owner->hear(lost);
    }
    database.give(which, any_node());
  }
  void finish() {
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (database.lease(shard("pull", lane(i))).owner == nullptr) {
        database.give(shard("pull", lane(i)), any_node());
      }
    }
    for (int i = 0; i < 400; ++i) {
      claim();
      settle();
      work();
      settle();
      clock.advance(std::chrono::milliseconds(500));
    }
  }

  std::mt19937_64 random_;
  int count_ = 0;
  std::vector<Hand> hands_;
};

TEST_P(WorkDays, EveryLaneKeepsItsOrderAndAllEnds) {
  for (int step = 0; step < 400; ++step) {
    const std::size_t what = any(12);
    if (what < 2) submit();
    if (what == 2) cancel();
    if (what == 3 || what == 4) claim();
    if (what == 5 || what == 6) work();
    if (what == 7 && any(3) == 0) move();
    if (what == 8) clock.advance(std::chrono::milliseconds(any(1500)));
    if (what == 9 && any(3) == 0) database.net.lose_one();
    if (what > 9) database.net.deliver_one();
    if (any(3) == 0) any_node().dispatcher().note_others();
    any_node().turn();
  }
  finish();
  std::size_t ended = 0;
  for (const auto& [of, sequences] : database.ended) {
    EXPECT_TRUE(std::ranges::is_sorted(sequences)) << of;
    EXPECT_EQ(std::set(sequences.begin(), sequences.end()).size(), sequences.size()) << of;
    ended += sequences.size();
  }
  const auto left = database.kept.pending(domain::Sequence(0), 10'000).value();
  EXPECT_TRUE(left.empty()) << left.size() << ", the first in " << left.front().lane.value();
  EXPECT_GT(ended, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorkDays, ::testing::Range(std::uint64_t{1}, std::uint64_t{101}));

}  // namespace
}  // namespace ordo::app
