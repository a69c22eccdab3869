// Calls of a Lambda function, alone and beside tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lambda_under_test.h"
#include "support/temp_dir.h"

namespace ordo {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::LambdaUnderTest;
using ::testing::MatchesRegex;
using testing::running_task;
using ::testing::StartsWith;
using testing::told;

class LambdaCall : public ::testing::Test {
 protected:
  functions::LambdaSpec handler(const std::string& script) const {
    return testing::shell_handler(script, directory_.path().string());
  }
  // Its processes do nothing before open_gate().
  functions::LambdaSpec gated(const std::string& script) const {
    EXPECT_EQ(std::system(("mkfifo " + directory_.file("gate")).c_str()), 0);
    return handler("read -r go <\"$TMP/gate\"\n" + script);
  }
  void open_gate() const { std::ofstream(directory_.file("gate")) << "go\n"; }

  testing::TempDir directory_;
};

constexpr const char* kEcho = R"(while next; do answer "$event"; done)";

TEST_F(LambdaCall, IsGivenItsPayloadAndAnswersWithAnyJson) {
  LambdaUnderTest lambda(handler(kEcho));
  std::uint64_t n = 0;
  for (const char* json : {R"({"sku":"a-1","pieces":[1,2.50]})", "[]", R"("text")", "7", "null"}) {
    lambda.call(++n, json);
    EXPECT_EQ(lambda.calls.told(n), std::string("ok ") + json);
  }
}

TEST_F(LambdaCall, FailsWithTheErrorThatTheFunctionSent) {
  LambdaUnderTest lambda(handler(R"(while next; do fail "$event"; done)"));
  lambda.call(1, R"({"errorMessage": "no stock", "errorType": "OrderRejected", "sku": "a-1"})");
  EXPECT_EQ(lambda.calls.told(1),
            R"(OrderRejected: {"errorMessage": "no stock", "errorType": "OrderRejected", )"
            R"("sku": "a-1"})");
}

TEST_F(LambdaCall, ThatIsAnsweredWithNoJsonIsMalformed) {
  LambdaUnderTest lambda(handler(R"(while next; do answer 'done!'; done)"));
  lambda.call(1, "{}");
  EXPECT_EQ(lambda.calls.of(1).error().error, "Runtime.MalformedResponse");
}

TEST_F(LambdaCall, OfAProcessThatDiesIsAnExitErrorAndTheNextOneRuns) {
  LambdaUnderTest lambda(handler(R"(
while next; do case $event in *bad*) exit 3 ;; *) answer "$event" ;; esac; done)"));
  lambda.call(1, R"("bad")");
  lambda.call(2, R"("good")");
  EXPECT_THAT(lambda.calls.told(1),
              MatchesRegex("Runtime.ExitError: .*RequestId: [-0-9a-f]{36} Error: Runtime exited "
                           "with error: exit status 3.*"));
  EXPECT_EQ(lambda.calls.told(2), R"(ok "good")");
}

TEST_F(LambdaCall, ThatTakesTooLongIsTimedOutAsLambdaSaysIt) {
  auto spec = handler(R"(
while next; do case $event in *slow*) sleep 1000 ;; *) answer "$event" ;; esac; done)");
  spec.timeout = base::Millis(700);
  LambdaUnderTest lambda(spec);
  lambda.call(1, R"("slow")");
  lambda.call(2, R"("quick")");
  EXPECT_THAT(lambda.calls.told(1),
              MatchesRegex("Sandbox.Timedout: .*RequestId: [-0-9a-f]{36} Error: Task timed out "
                           "after 0.70 seconds.*"));
  EXPECT_EQ(lambda.calls.told(2), R"(ok "quick")");
}

TEST_F(LambdaCall, OfOneThatNeverGetsReadyIsAnInitError) {
  LambdaUnderTest lambda(testing::shell_function("echo nothing works >&2; exit 7"));
  lambda.call(1, "{}");
  EXPECT_EQ(lambda.calls.told(1),
            R"(InitError: {"errorType":"InitError","errorMessage":"the process ended with exit )"
            R"(code 7 before it was ready; its last words: nothing works"})");
}

TEST_F(LambdaCall, MayCarryAndBeAnsweredWithMuch) {
  LambdaUnderTest lambda(handler(R"(
while next; do
  printf %s "$event" >"$TMP/answer"
  curl -sS -o /dev/null --data-binary @"$TMP/answer" "$api/invocation/$id/response"
done)"));
  const std::string large = '"' + std::string(ports::kMaxCallBytes - 2, 'x') + '"';
  lambda.call(1, large);
  EXPECT_TRUE(lambda.calls.of(1) == ports::CallOutcome(large));
  lambda.call(2, large + ' ');
  EXPECT_EQ(lambda.calls.of(2).error().error, "Lambda.RequestTooLargeException");
}

TEST_F(LambdaCall, IsCancelledWhetherItRunsOrWaits) {
  LambdaUnderTest lambda(handler(R"(
while next; do
  case $event in *slow*) echo at work; sleep 1000 ;; *) answer "$event" ;; esac
done)"));
  lambda.call(1, R"("slow")");
  lambda.line("at work");
  for (const std::uint64_t n : {2, 3}) lambda.call(n, std::to_string(n));
  for (const std::uint64_t n : {2, 1, 77}) lambda.cancel_call(n);
  EXPECT_EQ(lambda.calls.told(1), "Cancelled: the call was cancelled");
  EXPECT_EQ(lambda.calls.told(2), "Cancelled: the call was cancelled");
  EXPECT_EQ(lambda.calls.told(3), "ok 3");
}

TEST_F(LambdaCall, TakesTurnsWithTasks) {
  LambdaUnderTest lambda(gated(R"(
while next; do
  case $event in *Records*) echo task ;; *) echo "call $event" ;; esac
  answer '{}'
done)"));
  for (const std::uint64_t n : {1, 2, 3}) lambda.invoke(n, {running_task("t")});
  for (const std::uint64_t n : {1, 2}) lambda.call(n, std::to_string(n));
  open_gate();
  EXPECT_TRUE(lambda.log.wait_for(3));
  EXPECT_TRUE(lambda.calls.wait_for(2));
  std::string order;
  for (const auto& line : lambda.lines()) order += line.line + ", ";
  EXPECT_EQ(order, "task, call 1, task, call 2, task, ");
}

TEST_F(LambdaCall, GetsATurnWithinARunOfTasks) {
  LambdaUnderTest lambda(gated(R"(
while next; do
  case $event in *Records*) echo task ;; *) echo "call $event" ;; esac
  answer '{}'
done)"));
  ports::Invocation run = testing::invocation(1, "resize", {});
  for (int i = 0; i < 4; ++i) run.tasks.push_back(running_task(std::to_string(i)));
  run.one_by_one = true;
  lambda.invoke(std::move(run));
  lambda.call(1, "1");
  open_gate();
  EXPECT_EQ(told(lambda.log.of(1)), "ok {}, ok {}, ok {}, ok {}");
  EXPECT_EQ(lambda.calls.told(1), "ok {}");
  std::string order;
  for (const auto& line : lambda.lines()) order += line.line + ", ";
  EXPECT_EQ(order, "task, call 1, task, task, task, ");
}

TEST_F(LambdaCall, ItsOutputIsThatOfNoTask) {
  LambdaUnderTest lambda(handler(R"(while next; do echo working; answer '{}'; done)"));
  lambda.call(1, "{}");
  EXPECT_EQ(lambda.calls.told(1), "ok {}");
  EXPECT_FALSE(lambda.line("working").task_id.has_value());
}

TEST_F(LambdaCall, IsAnsweredWhenTheHostEnds) {
  LambdaUnderTest lambda(handler("next; echo at work; sleep 1000"));
  lambda.call(1, "{}");
  lambda.line("at work");
  lambda.call(2, "{}");
  lambda.stop();
  ASSERT_EQ(lambda.calls.size(), 2U);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(lambda.calls.told(n), "Lambda.ServiceException: the server stops");
  }
}

TEST_F(LambdaCall, CallsAndTasksSideBySideEachEndOnceThroughCrashesAndTheEndOfTheHost) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 25;
  auto spec = handler(R"(
while next; do
  case $event in
    *die*) kill -9 $$ ;;
    *no*) fail '{"errorType":"OrderRejected","errorMessage":"no"}' ;;
    *) answer '{}' ;;
  esac
done)");
  spec.processes = 4;
  LambdaUnderTest lambda(spec);
  const auto work_of = [](std::uint64_t i) {
    return i % 12 == 5 ? "die" : i % 3 == 0 ? "no" : "go";
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&lambda, &work_of, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const std::uint64_t n = thread * kEach + i;
          lambda.call(n, '"' + std::string(work_of(i)) + '"');
          lambda.invoke(n, {running_task(work_of(i + 1) + std::to_string(n))});
          if (i % 5 == 0) lambda.cancel_call(n - i / 2);
          if (i % 7 == 0) lambda.cancel(n - i / 2);
        }
      });
    }
  }
  EXPECT_TRUE(lambda.calls.wait_for(kThreads * kEach / 2));
  lambda.stop();
  ASSERT_EQ(lambda.calls.size(), kThreads * kEach);
  ASSERT_EQ(lambda.log.size(), kThreads * kEach);
  for (std::uint64_t n = 0; n < kThreads * kEach; ++n) {
    EXPECT_THAT(lambda.calls.told(n),
                AnyOf("ok {}", StartsWith("OrderRejected: "),
                      HasSubstr("Runtime exited with error: signal: killed"),
                      StartsWith("Cancelled: "), StartsWith("Lambda.ServiceException: ")));
  }
}

}  // namespace
}  // namespace ordo
