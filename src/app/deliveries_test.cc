#include "app/deliveries.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/pick.h"
#include "support/task_writes.h"

namespace ordo::app {
namespace {

using Kind = Settlement::Kind;
using testing::add;
using testing::at_ms;
using testing::new_task;

// Ends each attempt as a test says, on a thread of its own, as hosts do.
class DecidingHost : public ports::FunctionHost {
 public:
  using Decide = std::function<std::optional<domain::Failure>(const domain::Task& task)>;
  DecidingHost(Decide decide, ports::OnEnded on_ended)
      : decide_(std::move(decide)), on_ended_(std::move(on_ended)) {}

  void invoke(std::vector<ports::Invocation> invocations) override {
    for (ports::Invocation& one : invocations) {
      const std::lock_guard lock(mutex_);
      threads_.emplace_back([this, invocation = std::move(one)] {
        ports::Ended ended{invocation.id, {}, decide_(invocation.tasks.front())};
        if (!ended.failure) ended.results.emplace_back(R"({"ok":true})");
        on_ended_({std::move(ended)});
      });
    }
  }
  void call(ports::FunctionCall /*call*/) override {}
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override { return 10; }
  void curtail(ports::InvocationId /*invocation*/) override {}
  void cancel(ports::InvocationId /*invocation*/,
              std::optional<domain::Sequence> /*task*/) override {}

 private:
  const Decide decide_;
  const ports::OnEnded on_ended_;
  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

class DeliveriesTest : public ::testing::Test {
 protected:
  DeliveriesTest() {
    domain::Queue queue;
    queue.backoff = {base::Millis(1'000), 2.0, base::Millis(60'000), domain::Jitter::none};
    queues.emplace(queue.name, queue);
  }
  void accept(const std::vector<std::string>& ids, const std::string& lane = "main") {
    for (const std::string& id : ids) {
      domain::NewTask task = new_task(id);
      task.lane = domain::LaneKey(lane);
      ASSERT_TRUE(store.apply(std::vector{add(task)})->front().has_value());
    }
  }
  [[nodiscard]] HandedOver handed(const std::string& id) {
    const domain::Task task = this->task(id);
    return {task.id, task.sequence, task.lane.value()};
  }
  std::vector<Settlement> process(const std::vector<HandedOver>& all) {
    return deliveries.process(host, all, clock.mono() + std::chrono::seconds(30));
  }
  domain::Task task(const std::string& id) {
    return store.find(domain::TaskId(id)).value().value();
  }
  std::vector<std::string> ran() {
    const std::lock_guard lock(mutex);
    return ran_;
  }

  testing::FakeClock clock;
  testing::SeededRandom random{1};
  testing::MemoryStore store;
  domain::Queues queues;
  std::mutex mutex;
  std::vector<std::string> ran_;                   // guarded by mutex
  std::map<std::string, domain::Failure> failing;  // set between two calls
  std::function<void()> while_running;             // likewise
  Deliveries deliveries{{store, store, clock, random, queues}};
  DecidingHost host{[this](const domain::Task& task) -> std::optional<domain::Failure> {
                      const std::lock_guard lock(mutex);
                      ran_.push_back(task.id.value() + "#" + std::to_string(task.attempts));
                      if (while_running) while_running();
                      const auto failure = failing.find(task.id.value());
                      if (failure == failing.end()) return std::nullopt;
                      return failure->second;
                    },
                    [this](std::vector<ports::Ended> all) { deliveries.ended(std::move(all)); }};
};

TEST_F(DeliveriesTest, TasksOfALaneRunInTheirOrder) {
  accept({"a", "b", "c"});
  EXPECT_EQ(process({handed("a"), handed("b"), handed("c")}), std::vector<Settlement>(3));
  EXPECT_EQ(ran(), (std::vector<std::string>{"a#1", "b#1", "c#1"}));
  EXPECT_EQ(task("b").status, domain::TaskStatus::succeeded);
  EXPECT_EQ(task("b").result, R"({"ok":true})");
}

TEST_F(DeliveriesTest, AFailureStopsItsLaneAndNoOther) {
  accept({"a", "b"});
  accept({"x", "y"}, "other");
  failing["a"] = {"E", "no"};
  const auto settlements = process({handed("a"), handed("x"), handed("b"), handed("y")});
  EXPECT_EQ(settlements[0], (Settlement{Kind::again, base::Millis(1'000)}));
  EXPECT_EQ(settlements[1], Settlement{});
  EXPECT_EQ(settlements[2], (Settlement{Kind::again, base::Millis(0)}));
  EXPECT_EQ(settlements[3], Settlement{});
  EXPECT_EQ(task("a").next_attempt_at, clock.wall() + base::Millis(1'000));
  EXPECT_EQ(task("b").attempts, 0U) << "it has not been tried";
  EXPECT_EQ(task("y").status, domain::TaskStatus::succeeded);
}

TEST_F(DeliveriesTest, AttemptsPauseLongerAndEnd) {
  accept({"a", "b"});
  failing["a"] = {"E", "no"};
  EXPECT_EQ(process({handed("a")}).front().pause, base::Millis(1'000));
  EXPECT_EQ(process({handed("a")}).front(), (Settlement{Kind::again, base::Millis(1'000)}))
      << "handed over too early: not tried";
  EXPECT_EQ(task("a").attempts, 1U);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(process({handed("a")}).front().pause, base::Millis(2'000));
  clock.advance(std::chrono::seconds(2));
  const auto last = process({handed("a"), handed("b")});
  EXPECT_EQ(last[0].kind, Kind::dead);
  EXPECT_EQ(last[1].kind, Kind::done) << "the lane goes on";
  EXPECT_EQ(task("a").status, domain::TaskStatus::dead);
  EXPECT_EQ(task("a").last_error, "E: no");
  EXPECT_EQ(process({handed("a")}).front().kind, Kind::dead)
      << "whoever is told twice does it twice";
  EXPECT_EQ(ran().size(), 4U);
}

TEST_F(DeliveriesTest, APermanentFailureIsTheLastAndAnAskedPauseIsKept) {
  accept({"a", "b"});
  failing["a"] = {.type = "E", .message = "never", .permanent = true};
  failing["b"] = {.type = "E", .message = "busy", .retry_after = base::Millis(7'000)};
  EXPECT_EQ(process({handed("a")}).front().kind, Kind::dead);
  EXPECT_EQ(process({handed("b")}).front().pause, base::Millis(7'000));
}

TEST_F(DeliveriesTest, WhatIsDoneOrGoneOrAnotherLifeIsDone) {
  accept({"done", "cancelled", "removed"});
  const auto of = [this](const std::string& id) { return handed(id); };
  const HandedOver removed = of("removed");
  process({of("done")});
  ASSERT_TRUE(store.apply(std::vector{testing::cancel("cancelled"), testing::remove("removed")}));
  EXPECT_EQ(process({of("done"), of("cancelled"), removed}), std::vector<Settlement>(3));
  accept({"removed"});
  EXPECT_EQ(process({removed}), std::vector<Settlement>(1)) << "the one of then";
  EXPECT_EQ(task("removed").attempts, 0U);
  EXPECT_EQ(ran(), std::vector<std::string>{"done#1"});
}

TEST_F(DeliveriesTest, AnAttemptThatWasCutOffIsLostAndTheNextFollowsAtOnce) {
  accept({"a"});
  ASSERT_TRUE(store.apply(std::vector{testing::start(1)}));
  EXPECT_EQ(process({handed("a")}).front().kind, Kind::done);
  EXPECT_EQ(ran(), std::vector<std::string>{"a#2"});
  const auto attempts = store.attempts(domain::TaskId("a")).value().value();
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].outcome, domain::AttemptOutcome::lost);
}

TEST_F(DeliveriesTest, WhoeverIsCutOffAgainAndAgainDies) {
  accept({"a"});
  ASSERT_TRUE(store.apply(std::vector{testing::start(1)}));
  for (std::uint32_t attempt = 1; attempt < 3; ++attempt) {
    domain::Failure lost{"Lost", "x"};
    ASSERT_TRUE(store.apply(std::vector{
        testing::end(1, attempt,
                     domain::Retried{"Lost: x", domain::AttemptOutcome::lost, clock.wall()}),
        testing::start(1)}));
  }
  EXPECT_EQ(process({handed("a")}).front().kind, Kind::dead);
  EXPECT_TRUE(ran().empty());
}

TEST_F(DeliveriesTest, ATaskThatIsCancelledWhileItRunsIsDone) {
  accept({"a", "b"});
  while_running = [this] { static_cast<void>(store.apply(std::vector{testing::cancel("a")})); };
  EXPECT_EQ(process({handed("a")}), std::vector<Settlement>(1));
  EXPECT_EQ(task("a").status, domain::TaskStatus::cancelled);
}

TEST_F(DeliveriesTest, NothingBeginsWhenTimeIsOver) {
  accept({"a", "b"});
  const auto settlements =
      deliveries.process(host, std::vector{handed("a"), handed("b")}, clock.mono());
  EXPECT_EQ(settlements[0], (Settlement{Kind::again, base::Millis(0)}));
  EXPECT_EQ(settlements[1], (Settlement{Kind::again, base::Millis(0)}));
  EXPECT_EQ(task("a").attempts, 0U);
}

TEST_F(DeliveriesTest, AStoreThatIsAwayHandsBackAndLosesNothing) {
  accept({"a", "b"});
  store.fail_next({base::ErrorCode::unavailable, "away", {}});
  const auto settlements = process({handed("a"), handed("b")});
  EXPECT_EQ(settlements[0].kind, Kind::again);
  EXPECT_GT(settlements[0].pause, base::Millis(0));
  EXPECT_EQ(settlements[1].kind, Kind::again);
  EXPECT_TRUE(ran().empty()) << "what is not durable has not begun";
  EXPECT_EQ(process({handed("a"), handed("b")}), std::vector<Settlement>(2));
}

TEST_F(DeliveriesTest, TroublePausesLongOnlyWhenItIsLong) {
  accept({"a"});
  const auto pause = [&](std::uint32_t received) {
    store.fail_next({base::ErrorCode::unavailable, "away", {}});
    HandedOver given = handed("a");
    given.received = received;
    return process({given}).front().pause;
  };
  EXPECT_EQ(pause(1), base::Millis(5'000));
  EXPECT_EQ(pause(3), base::Millis(20'000));
  // It stood behind one that failed, mostly.
  EXPECT_EQ(pause(27), base::Millis(80'000));
  // SQS gives it up at a thousand: two weeks must go by until then.
  EXPECT_EQ(pause(101), base::Millis(1'280'000));
}

// A queue outside that keeps lanes as SQS does, processes that are cut off, functions that fail: in
// the end every task has ended, and each lane was run in its order.
RC_GTEST_PROP(DeliveriesProperty, LanesKeepTheirOrderThroughAnything, ()) {
  testing::FakeClock clock;
  testing::SeededRandom random(static_cast<std::uint64_t>(testing::pick(0, 1'000'000)));
  testing::MemoryStore store;
  domain::Queues queues;
  queues.emplace(domain::QueueName("tasks"), domain::Queue{});

  std::map<std::string, std::deque<HandedOver>> lanes;
  const int tasks = testing::pick(1, 12);
  for (int i = 0; i < tasks; ++i) {
    domain::NewTask task = new_task("t" + std::to_string(i));
    task.lane = domain::LaneKey("lane" + std::to_string(testing::pick(0, 3)));
    const auto answers = store.apply(std::vector{add(task)});
    const domain::Sequence sequence = std::get<ports::Added>(answers->front().value()).sequence;
    lanes[task.lane.value()].push_back({task.id, sequence, task.lane.value()});
  }

  std::mutex mutex;
  std::map<std::string, std::vector<std::uint64_t>> begun;  // by lane
  std::set<std::string> failing;
  for (int i = 0; i < tasks; ++i) {
    if (testing::one_in(3)) failing.insert("t" + std::to_string(i));
  }
  Deliveries deliveries({store, store, clock, random, queues});
  DecidingHost host(
      [&](const domain::Task& task) -> std::optional<domain::Failure> {
        const std::lock_guard lock(mutex);
        begun[task.lane.value()].push_back(task.sequence.value());
        if (failing.contains(task.id.value())) return domain::Failure{"E", "no"};
        return std::nullopt;
      },
      [&](std::vector<ports::Ended> all) { deliveries.ended(std::move(all)); });

  for (int turn = 0; turn < 400; ++turn) {
    std::vector<HandedOver> batch;
    for (auto& [lane, queue] : lanes) {
      const auto count =
          std::min<std::size_t>(queue.size(), static_cast<std::size_t>(testing::pick(0, 4)));
      batch.insert(batch.end(), queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
    }
    // The process before was cut off in an attempt.
    if (!batch.empty() && testing::one_in(6)) {
      static_cast<void>(
          store.apply(std::vector{testing::start(batch.front().sequence.value(), clock.wall())}));
    }
    if (testing::one_in(8)) store.fail_next({base::ErrorCode::unavailable, "away", {}});
    const auto settlements =
        deliveries.process(host, batch, clock.mono() + std::chrono::seconds(9));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (settlements[i].kind == Kind::again) continue;
      // What the process settled may be forgotten, too, if it was cut off right then.
      if (testing::one_in(10)) continue;
      auto& queue = lanes.at(batch[i].lane);
      std::erase_if(queue, [&](const HandedOver& one) { return one.id == batch[i].id; });
    }
    clock.advance(std::chrono::seconds(testing::pick(0, 400)));
    if (std::ranges::all_of(lanes, [](const auto& lane) { return lane.second.empty(); })) break;
  }

  for (const domain::Task& task : testing::walk(store)) {
    RC_ASSERT(domain::is_finished(task.status));
    RC_ASSERT((task.status == domain::TaskStatus::dead) || !failing.contains(task.id.value()));
    RC_ASSERT(task.attempts <= task.max_attempts);
  }
  for (const auto& [lane, sequences] : begun) RC_ASSERT(std::ranges::is_sorted(sequences));
}

}  // namespace
}  // namespace ordo::app
