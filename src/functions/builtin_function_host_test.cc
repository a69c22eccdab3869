#include "functions/builtin_function_host.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/call_log.h"
#include "support/ended_log.h"
#include "support/fake_clock.h"
#include "support/real_clock.h"

namespace ordo::functions {
namespace {

using testing::CallLog;
using testing::EndedLog;

// A function that answers when the test says so.
class Held {
 public:
  BuiltinFunction function() {
    return [this](std::string payload, BuiltinAnswer answer) {
      const std::lock_guard lock(mutex_);
      held_.emplace(std::move(payload), std::move(answer));
      changed_.notify_all();
    };
  }
  // The answer to `payload`; waits for it.
  BuiltinAnswer take(const std::string& payload) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60),
                           [&] { return held_.contains(payload); })) {
      ADD_FAILURE() << "nobody called with " << payload;
      return [](const ports::CallOutcome&) {};
    }
    auto node = held_.extract(payload);
    return std::move(node.mapped());
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  // Answers whatever comes, until it is asked to stop.
  void answer_all(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !held_.empty(); })) {
      auto node = held_.extract(held_.begin());
      lock.unlock();
      node.mapped()(node.key());
      lock.lock();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, BuiltinAnswer> held_;
};

class BuiltinFunctionTest : public ::testing::Test {
 protected:
  void make(std::size_t side_by_side = 64) {
    host_ = make_builtin_function_host(
        {.name = "store", .run = held_.function(), .side_by_side = side_by_side}, clock_,
        log_.listener());
  }
  void call(std::uint64_t n) { host_->call(calls_.call(n, "store", std::to_string(n))); }

  EndedLog log_;
  CallLog calls_;
  testing::FakeClock clock_;
  Held held_;
  std::unique_ptr<ports::FunctionHost> host_;
};

TEST_F(BuiltinFunctionTest, IsGivenThePayloadAndAnswersFromAnyThread) {
  make();
  call(1);
  call(2);
  held_.take("1")("[1]");
  std::jthread([answer = held_.take("2")] {
    answer(std::unexpected(ports::CallFault{"OrderRejected", "no"}));
  }).join();
  EXPECT_EQ(calls_.told(1), "ok [1]");
  EXPECT_EQ(calls_.told(2), "OrderRejected: no");
}

TEST_F(BuiltinFunctionTest, OnlyItsFirstAnswerCounts) {
  make();
  call(1);
  const BuiltinAnswer answer = held_.take("1");
  answer("1");
  answer("2");
  call(2);
  held_.take("2")("3");
  EXPECT_EQ(calls_.told(2), "ok 3");
  EXPECT_EQ(calls_.told(1), "ok 1");
}

TEST_F(BuiltinFunctionTest, MayAnswerAtOnce) {
  const auto host = make_builtin_function_host(
      {.name = "echo",
       .run = [](std::string payload, const BuiltinAnswer& answer) { answer(std::move(payload)); }},
      clock_, log_.listener());
  host->call(calls_.call(1, "echo", "[2]"));
  EXPECT_EQ(calls_.told(1), "ok [2]");
}

TEST_F(BuiltinFunctionTest, ThatThrowsOrSaysTooMuchFails) {
  const auto host =
      make_builtin_function_host({.name = "f",
                                  .run =
                                      [](const std::string& payload, const BuiltinAnswer& answer) {
                                        if (payload == "1") throw std::runtime_error("out of luck");
                                        answer(std::string(ports::kMaxCallBytes + 1, '1'));
                                      }},
                                 clock_, log_.listener());
  host->call(calls_.call(1, "f", "1"));
  host->call(calls_.call(2, "f", "2"));
  EXPECT_EQ(calls_.told(1), R"(Unhandled: {"errorType":"Unhandled","errorMessage":"out of luck"})");
  EXPECT_EQ(calls_.of(2).error().error, "Function.ResponseSizeTooLarge");
}

TEST_F(BuiltinFunctionTest, ThatDoesNotAnswerInTimeIsGivenUp) {
  const testing::RealClock real;
  const auto host = make_builtin_function_host(
      {.name = "store", .run = held_.function(), .timeout = base::Millis(30)}, real,
      log_.listener());
  host->call(calls_.call(1, "store", "1"));
  EXPECT_EQ(calls_.told(1), R"(Sandbox.Timedout: {"errorType":"Sandbox.Timedout",)"
                            R"("errorMessage":"Task timed out after 0.03 seconds"})");
  held_.take("1")("too late");
}

TEST_F(BuiltinFunctionTest, SoManyRunSideBySideAndTheRestWaitsInOrder) {
  make(2);
  for (const std::uint64_t n : {1, 2, 3, 4}) call(n);
  const auto first = held_.take("1");
  const auto second = held_.take("2");
  EXPECT_EQ(held_.size(), 0U);
  second("2");
  held_.take("3")("3");
  held_.take("4")("4");
  first("1");
  for (const std::uint64_t n : {1, 2, 3, 4}) EXPECT_EQ(calls_.told(n), "ok " + std::to_string(n));
}

TEST_F(BuiltinFunctionTest, ACancelEndsACallWhetherItRunsOrWaits) {
  make(1);
  call(1);
  call(2);
  call(3);
  const auto runs = held_.take("1");
  for (const std::uint64_t n : {2, 1, 77}) host_->cancel(testing::call_id(n), std::nullopt);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(calls_.told(n), "Cancelled: the call was cancelled");
  }
  runs("1");
  held_.take("3")("3");
  EXPECT_EQ(calls_.told(3), "ok 3");
}

TEST_F(BuiltinFunctionTest, ItsEndAnswersAllThatIsToCome) {
  make(1);
  call(1);
  call(2);
  const auto runs = held_.take("1");
  host_.reset();
  ASSERT_EQ(calls_.size(), 2U);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(calls_.told(n), "Lambda.ServiceException: the server stops");
  }
  runs("too late");
}

TEST_F(BuiltinFunctionTest, IsNotForTasks) {
  make();
  host_->invoke(testing::just(testing::invocation(1, "store", {testing::running_task("a")})));
  EXPECT_EQ(testing::told(log_.of(1)),
            "NotForTasks: \"store\" is for pipelines; give the queue another function");
  EXPECT_TRUE(log_.of(1).failure->permanent);
}

TEST_F(BuiltinFunctionTest, AnswersEachCallOnceWhoeverCallsCancelsAndAnswers) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 200;
  make(8);
  {
    const std::jthread answering([this](const std::stop_token& stop) { held_.answer_all(stop); });
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const std::uint64_t n = thread * kEach + i;
          call(n);
          if (i % 3 == 0) host_->cancel(testing::call_id(n - i / 2), std::nullopt);
        }
      });
    }
    threads.clear();
    // Some are under way still.
    host_.reset();
  }
  ASSERT_EQ(calls_.size(), kThreads * kEach);
  for (std::uint64_t n = 0; n < kThreads * kEach; ++n) {
    const std::string told = calls_.told(n);
    EXPECT_TRUE(told == "ok " + std::to_string(n) || told.starts_with("Cancelled: ") ||
                told.starts_with("Lambda.ServiceException: "))
        << told;
  }
}

}  // namespace
}  // namespace ordo::functions
