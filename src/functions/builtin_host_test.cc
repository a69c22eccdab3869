#include "functions/builtin_host.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/call_log.h"
#include "support/ended_log.h"
#include "support/fake_clock.h"

namespace ordo::functions {
namespace {

using testing::CallLog;
using testing::EndedLog;
using testing::invocation;
using testing::just;
using testing::running_task;
using testing::told;

std::string task_id_of(std::uint64_t i) {
  return "task-" + std::to_string(i);
}

std::vector<ports::Invocation> many(std::uint64_t count) {
  std::vector<ports::Invocation> all;
  for (std::uint64_t i = 0; i < count; ++i) {
    all.push_back(invocation(i, "processor", {running_task(task_id_of(i))}));
  }
  return all;
}

TEST(Echo, AnswersEachTaskWithItsPayload) {
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({.kind = Builtin::echo}, clock, log.listener());
  host->invoke(just(
      invocation(7, "echo", {running_task("a", R"({"n":1})"), running_task("b", R"({"n":2})")})));
  EXPECT_EQ(told(log.of(7)), R"(ok {"n":1}, ok {"n":2})");
}

TEST(Simulate, SucceedsWithoutAResultUnlessToldOtherwise) {
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({}, clock, log.listener());
  host->invoke(just(invocation(1, "processor", {running_task("a"), running_task("b")})));
  EXPECT_EQ(told(log.of(1)), "ok, ok");
}

TEST(Simulate, FailsAlwaysWithARateOfOne) {
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({.failure_rate = 1.0}, clock, log.listener());
  host->invoke(just(invocation(1, "processor", {running_task("a"), running_task("b")})));
  EXPECT_EQ(told(log.of(1)), "SimulatedFailure: the built-in function failed at random");
}

TEST(Simulate, ABatchThatTakesNoTimeEndsInOneCall) {
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({}, clock, log.listener());
  host->invoke(many(1000));
  ASSERT_TRUE(log.wait_for(1000));
  EXPECT_EQ(log.calls(), 1U);
}

TEST(Simulate, FailsAboutAsOftenAsItsRateSays) {
  const BuiltinSpec spec{.failure_rate = 0.3};
  int failed = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    failed += simulate(spec, task_id_of(i), 1).chance < spec.failure_rate ? 1 : 0;
  }
  EXPECT_NEAR(failed, 3000, 200);
}

TEST(Simulate, AnAttemptIsDecidedAnewBySeedAndNumber) {
  int by_attempt = 0;
  int by_seed = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const bool fails = simulate({.seed = 1}, task_id_of(i), 1).chance < 0.5;
    by_attempt += fails != (simulate({.seed = 1}, task_id_of(i), 2).chance < 0.5) ? 1 : 0;
    by_seed += fails != (simulate({.seed = 2}, task_id_of(i), 1).chance < 0.5) ? 1 : 0;
  }
  EXPECT_NEAR(by_attempt, 500, 80);
  EXPECT_NEAR(by_seed, 500, 80);
}

RC_GTEST_PROP(Simulate, RepeatsForTheSameSeedTaskAndAttempt,
              (std::uint64_t seed, const std::string& id, std::uint32_t attempt)) {
  const auto low = *rc::gen::inRange(0, 1000);
  const auto high = *rc::gen::inRange(low, 2000);
  const BuiltinSpec spec{
      .min_latency = base::Millis(low), .max_latency = base::Millis(high), .seed = seed};
  const Simulated once = simulate(spec, id, attempt);
  const Simulated again = simulate(spec, id, attempt);
  RC_ASSERT(once.chance == again.chance);
  RC_ASSERT(once.latency == again.latency);
  RC_ASSERT(once.chance >= 0.0 && once.chance < 1.0);
  RC_ASSERT(once.latency >= spec.min_latency && once.latency <= spec.max_latency);
}

// A host whose invocations take an hour by a clock that stands still.
class SlowFunction : public ::testing::Test {
 protected:
  static constexpr base::Millis kHour{3'600'000};

  // Once the host has begun all that it was asked for.
  void pass_an_hour() {
    settle();
    clock_.advance(kHour);
    settle();
  }
  // An invocation that is cancelled at once tells that all before it has been seen.
  void settle() {
    const std::uint64_t id = ++last_;
    host_->invoke(just(invocation(id, "processor", {running_task("settle")})));
    host_->cancel(ports::InvocationId(id), std::nullopt);
    (void)log_.of(id);
  }

  std::uint64_t last_ = 1000;
  EndedLog log_;
  CallLog calls_;
  testing::FakeClock clock_;
  std::unique_ptr<ports::FunctionHost> host_ =
      make_builtin_host({.min_latency = kHour, .max_latency = kHour}, clock_, log_.listener());
};

TEST_F(SlowFunction, EndsWhenItsTimeHasCome) {
  host_->invoke(many(2));
  // A cancel of its own makes sure that the first two wait by now.
  host_->invoke(just(invocation(2, "processor", {running_task("c")})));
  host_->cancel(ports::InvocationId(2), std::nullopt);
  ASSERT_TRUE(log_.wait_for(1));
  EXPECT_EQ(log_.size(), 1U);
  clock_.advance(kHour);
  host_->cancel(ports::InvocationId(99),
                std::nullopt);  // wakes it: nothing else tells that the clock moved
  ASSERT_TRUE(log_.wait_for(3));
  EXPECT_EQ(told(log_.of(0)), "ok");
  EXPECT_EQ(told(log_.of(1)), "ok");
}

TEST_F(SlowFunction, EndsAtOnceWhenItIsCancelled) {
  host_->invoke(many(3));
  host_->cancel(ports::InvocationId(1), std::nullopt);
  EXPECT_EQ(told(log_.of(1)), "Cancelled: the invocation was cancelled");
  EXPECT_EQ(log_.size(), 1U);
}

TEST_F(SlowFunction, TellsOfEachTaskThatGoesOneByOne) {
  ports::Invocation three =
      invocation(1, "processor", {running_task("a"), running_task("b"), running_task("c")});
  three.one_by_one = true;
  host_->invoke(just(std::move(three)));
  pass_an_hour();
  EXPECT_EQ(log_.progress_of(1), 1U);
  pass_an_hour();
  pass_an_hour();
  EXPECT_EQ(told(log_.of(1)), "ok, ok, ok");
  EXPECT_EQ(log_.tellings_of(1), 3U);
}

TEST_F(SlowFunction, TellsOfABatchOnlyAtItsEnd) {
  host_->invoke(just(invocation(1, "processor", {running_task("a"), running_task("b")})));
  pass_an_hour();
  EXPECT_FALSE(log_.has(1));
  pass_an_hour();
  EXPECT_EQ(told(log_.of(1)), "ok, ok");
  EXPECT_EQ(log_.tellings_of(1), 1U);
}

TEST_F(SlowFunction, ACurtailedInvocationEndsBeforeItsNextTask) {
  host_->invoke(just(invocation(1, "processor", {running_task("a"), running_task("b")})));
  host_->curtail(ports::InvocationId(1));
  host_->curtail(ports::InvocationId(77));
  pass_an_hour();
  EXPECT_EQ(told(log_.of(1)), "ok, NotBegun: nobody has begun it");
  EXPECT_TRUE(log_.of(1).failure->not_begun);
  EXPECT_FALSE(log_.of(1).failure->lost);
}

TEST_F(SlowFunction, ACancelOfATaskEndsItOnlyWhileItRuns) {
  for (const std::uint64_t id : {1, 2}) {
    ports::Invocation both =
        invocation(id, "processor", {running_task("a"), running_task("b"), running_task("c")});
    both.one_by_one = true;
    for (std::uint64_t i = 0; i < 3; ++i) both.tasks[i].sequence = domain::Sequence(i + 1);
    host_->invoke(just(std::move(both)));
  }
  pass_an_hour();
  host_->cancel(ports::InvocationId(1), domain::Sequence(2));
  EXPECT_EQ(told(log_.of(1)), "ok, Cancelled: the invocation was cancelled");
  host_->cancel(ports::InvocationId(2), domain::Sequence(3));
  pass_an_hour();
  EXPECT_EQ(told(log_.of(2)), "ok, ok, NotBegun: nobody has begun it");
}

TEST_F(SlowFunction, ACurtailedTaskThatIsTheLastSucceeds) {
  host_->invoke(many(1));
  host_->curtail(ports::InvocationId(0));
  pass_an_hour();
  EXPECT_EQ(told(log_.of(0)), "ok");
}

TEST_F(SlowFunction, IsLostWhenTheServerStops) {
  host_->invoke(many(3));
  settle();
  host_.reset();
  EXPECT_EQ(log_.size(), 4U);
  EXPECT_EQ(told(log_.of(2)), "Stopped: the server stops");
  EXPECT_TRUE(log_.of(2).failure->lost);
}

TEST(Echo, AnswersACallWithItsPayload) {
  CallLog calls;
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({.kind = Builtin::echo}, clock, log.listener());
  host->call(calls.call(1, "echo", R"(["a",1.50])"));
  EXPECT_EQ(calls.told(1), R"(ok ["a",1.50])");
}

TEST(Simulate, AnswersACallWithAnEmptyObjectOrFails) {
  CallLog calls;
  EndedLog log;
  const testing::FakeClock clock;
  const auto well = make_builtin_host({}, clock, log.listener());
  const auto ill = make_builtin_host({.failure_rate = 1.0}, clock, log.listener());
  well->call(calls.call(1, "processor", "[]"));
  ill->call(calls.call(2, "processor", "[]"));
  EXPECT_EQ(calls.told(1), "ok {}");
  EXPECT_EQ(calls.told(2), R"(SimulatedFailure: {"errorType":"SimulatedFailure",)"
                           R"("errorMessage":"the built-in function failed at random"})");
}

TEST(Simulate, FailsAsManyCallsAsItsRateSays) {
  constexpr std::uint64_t kCalls = 2'000;
  CallLog calls;
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({.failure_rate = 0.3}, clock, log.listener());
  for (std::uint64_t i = 0; i < kCalls; ++i) host->call(calls.call(i, "processor", "[]"));
  int failed = 0;
  for (std::uint64_t i = 0; i < kCalls; ++i) failed += calls.of(i) ? 0 : 1;
  EXPECT_NEAR(failed, 600, 80);
}

TEST(Simulate, RefusesAPayloadOverTheLimit) {
  CallLog calls;
  EndedLog log;
  const testing::FakeClock clock;
  const auto host = make_builtin_host({}, clock, log.listener());
  host->call(calls.call(1, "processor", std::string(ports::kMaxCallBytes + 1, '1')));
  EXPECT_EQ(calls.of(1).error().error, "Lambda.RequestTooLargeException");
}

TEST_F(SlowFunction, ACallTakesItsTimeAndMayBeCancelled) {
  host_->call(calls_.call(1, "processor", "{}"));
  host_->call(calls_.call(2, "processor", "{}"));
  host_->curtail(testing::call_id(1));
  host_->cancel(testing::call_id(2), std::nullopt);
  EXPECT_EQ(calls_.told(2), "Cancelled: the call was cancelled");
  EXPECT_FALSE(calls_.has(1));
  pass_an_hour();
  EXPECT_EQ(calls_.told(1), "ok {}");
}

TEST_F(SlowFunction, CallsAreAnsweredWhenTheServerStops) {
  host_->call(calls_.call(1, "processor", "{}"));
  settle();
  host_->call(calls_.call(2, "processor", "{}"));
  host_.reset();
  ASSERT_EQ(calls_.size(), 2U);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(calls_.told(n), "Lambda.ServiceException: the server stops");
  }
}

}  // namespace
}  // namespace ordo::functions
