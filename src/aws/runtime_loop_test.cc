#include "aws/runtime_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/net_server.h"

namespace ordo::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HeldRequests;

constexpr const char* kNextPath = "/2018-06-01/runtime/invocation/next";

net::ServerOptions api_options() {
  net::ServerOptions options = testing::test_options();
  options.body_limit = [](const net::Request&) { return 16UL * 1024 * 1024; };
  return options;
}

net::Response invocation(std::string event, std::string id = "id-1") {
  net::Response response = testing::text_answer(std::move(event));
  response.headers.add("Lambda-Runtime-Aws-Request-Id", std::move(id));
  response.headers.add("Lambda-Runtime-Deadline-Ms", "1790000000123");
  response.headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:x:1:function:f");
  return response;
}

// The loop on a thread of its own; the test is the API.
class RuntimeLoopTest : public ::testing::Test {
 protected:
  ~RuntimeLoopTest() override { server_.reset(); }

  void run(InvocationHandler handler) {
    ended_ = std::async(std::launch::async, [this, handler = std::move(handler)] {
      return loop_.run(handler, stop_.get_token());
    });
  }
  // Answers what is asked next and says what that was.
  net::Request answer(net::Response response) {
    auto [request, reply] = held_.take();
    reply([response = std::move(response)]() mutable { return std::move(response); });
    return request;
  }
  net::Request answer(int status, std::string body = "{}") {
    return answer(testing::text_answer(std::move(body), status));
  }
  // Runs one invocation; what the loop posted of it.
  net::Request posted_of(InvocationHandler handler, net::Response next) {
    run(std::move(handler));
    EXPECT_EQ(answer(std::move(next)).path, kNextPath);
    return answer(202);
  }
  base::Result<void> ended() { return ended_.get(); }
  base::Result<void> over() {
    answer(410);
    return ended();
  }
  std::vector<base::Millis> pauses() {
    const std::lock_guard lock(mutex_);
    return pauses_;
  }
  std::vector<std::string> troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

  HeldRequests held_;
  std::unique_ptr<net::Server> server_ = testing::start(api_options(), held_.handler());
  std::mutex mutex_;
  std::vector<base::Millis> pauses_;
  std::vector<std::string> troubles_;
  std::stop_source stop_;
  RuntimeLoop loop_{"127.0.0.1:" + std::to_string(server_->port()),
                    {[this](base::Millis time) {
                       const std::lock_guard lock(mutex_);
                       pauses_.push_back(time);
                     },
                     [this](std::string_view what) {
                       const std::lock_guard lock(mutex_);
                       troubles_.emplace_back(what);
                     }}};
  std::future<base::Result<void>> ended_;
};

HandlerOutcome echo_event(const RuntimeInvocation& invocation) {
  return invocation.event;
}

TEST_F(RuntimeLoopTest, AHandlerIsGivenAllOfItsInvocation) {
  RuntimeInvocation seen;
  std::string trace;
  net::Response next = invocation(R"({"n":1})");
  next.headers.add("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
  const net::Request posted = posted_of(
      [&](const RuntimeInvocation& one) {
        seen = one;
        trace = ::getenv("_X_AMZN_TRACE_ID");
        return R"({"did":1})";
      },
      next);
  EXPECT_EQ(posted.method, "POST");
  EXPECT_EQ(posted.path, "/2018-06-01/runtime/invocation/id-1/response");
  EXPECT_EQ(posted.headers.get("Content-Type"), "application/json");
  EXPECT_FALSE(posted.headers.has("Lambda-Runtime-Function-Error-Type"));
  EXPECT_EQ(posted.body, R"({"did":1})");
  EXPECT_TRUE(over());
  EXPECT_EQ(seen.request_id, "id-1");
  EXPECT_EQ(seen.event, R"({"n":1})");
  EXPECT_EQ(seen.deadline, base::WallTime::from_ms(1'790'000'000'123));
  EXPECT_EQ(seen.function_arn, "arn:aws:lambda:x:1:function:f");
  EXPECT_EQ(seen.trace_id, "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
  EXPECT_EQ(trace, seen.trace_id);
  EXPECT_EQ(::getenv("_X_AMZN_TRACE_ID"), nullptr);
  EXPECT_TRUE(troubles().empty());
}

TEST_F(RuntimeLoopTest, OneInvocationFollowsAnotherOnOneConnection) {
  run(echo_event);
  for (const char* id : {"a", "b", "c"}) {
    answer(invocation(std::string("\"") + id + "\"", id));
    const net::Request posted = answer(202);
    EXPECT_EQ(posted.path, std::string("/2018-06-01/runtime/invocation/") + id + "/response");
    EXPECT_EQ(posted.body, std::string("\"") + id + "\"");
  }
  EXPECT_TRUE(over());
  EXPECT_EQ(server_->stats().connections_total, 1U);
}

TEST_F(RuntimeLoopTest, AnUntracedInvocationDoesNotSeeTheTraceOfTheOneBefore) {
  std::vector<bool> traced;
  run([&](const RuntimeInvocation&) {
    traced.push_back(::getenv("_X_AMZN_TRACE_ID") != nullptr);
    return "{}";
  });
  net::Response first = invocation("{}");
  first.headers.add("Lambda-Runtime-Trace-Id", "Root=1-1-1");
  answer(first);
  answer(202);
  answer(invocation("{}"));
  answer(202);
  EXPECT_TRUE(over());
  EXPECT_THAT(traced, ElementsAre(true, false));
}

TEST_F(RuntimeLoopTest, AnErrorIsToldWithItsType) {
  const net::Request posted = posted_of(
      [](const RuntimeInvocation&) -> HandlerOutcome {
        return std::unexpected(HandlerError{"Queue.BadEvent", "no \"Records\""});
      },
      invocation("{}"));
  EXPECT_EQ(posted.path, "/2018-06-01/runtime/invocation/id-1/error");
  EXPECT_EQ(posted.headers.get("Lambda-Runtime-Function-Error-Type"), "Queue.BadEvent");
  EXPECT_EQ(posted.body,
            R"({"errorMessage":"no \"Records\"","errorType":"Queue.BadEvent","stackTrace":[]})");
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, WhatAHandlerThrowsIsAnError) {
  run([](const RuntimeInvocation& one) -> HandlerOutcome {
    if (one.event == "1") throw std::runtime_error("out of stock");
    throw 7;
  });
  for (const char* event : {"1", "2"}) {
    answer(invocation(event));
    const net::Request posted = answer(202);
    EXPECT_EQ(posted.headers.get("Lambda-Runtime-Function-Error-Type"),
              "Runtime.UnhandledException");
    EXPECT_THAT(posted.body, HasSubstr(*event == '1' ? "out of stock" : "no exception"));
  }
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, AnErrorThatIsNoTextIsToldAsFarAsItIs) {
  const net::Request posted = posted_of(
      [](const RuntimeInvocation&) -> HandlerOutcome {
        return std::unexpected(
            HandlerError{"bad\r\nX-Injected: 1", "caf\xc3\xa9 \xff" + std::string(100'000, 'a')});
      },
      invocation("{}"));
  EXPECT_EQ(posted.headers.get("Lambda-Runtime-Function-Error-Type"), "Unhandled");
  EXPECT_FALSE(posted.headers.has("X-Injected"));
  EXPECT_EQ(boost::json::parse(posted.body).at("errorMessage"), "caf\xc3\xa9 ");
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, ALongErrorIsCutOff) {
  const net::Request posted = posted_of(
      [](const RuntimeInvocation&) -> HandlerOutcome {
        return std::unexpected(HandlerError{"Long", std::string(1'000'000, 'a')});
      },
      invocation("{}"));
  EXPECT_EQ(boost::json::parse(posted.body).at("errorMessage").as_string().size(),
            kMaxErrorMessageBytes);
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, AnAnswerThatLambdaDoesNotTakeIsAnError) {
  run([](const RuntimeInvocation& one) { return std::string(std::stoul(one.event), '7'); });
  answer(invocation(std::to_string(kMaxHandlerAnswerBytes + 1)));
  const net::Request refused = answer(202);
  EXPECT_EQ(refused.path, "/2018-06-01/runtime/invocation/id-1/error");
  EXPECT_EQ(refused.headers.get("Lambda-Runtime-Function-Error-Type"),
            "Function.ResponseSizeTooLarge");
  EXPECT_THAT(refused.body, HasSubstr("6291457 bytes"));
  answer(invocation(std::to_string(kMaxHandlerAnswerBytes)));
  const net::Request taken = answer(202);
  EXPECT_EQ(taken.path, "/2018-06-01/runtime/invocation/id-1/response");
  EXPECT_EQ(taken.body.size(), kMaxHandlerAnswerBytes);
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, AnAnswerThatTheApiFindsTooLargeIsAnError) {
  run(echo_event);
  answer(invocation("[1,2]"));
  EXPECT_EQ(answer(413).path, "/2018-06-01/runtime/invocation/id-1/response");
  const net::Request posted = answer(202);
  EXPECT_EQ(posted.path, "/2018-06-01/runtime/invocation/id-1/error");
  EXPECT_EQ(boost::json::parse(posted.body).at("errorType"), "Function.ResponseSizeTooLarge");
  EXPECT_TRUE(over());
}

TEST_F(RuntimeLoopTest, AnEventThatIsTooLargeIsAnErrorThatNobodyHandles) {
  bool called = false;
  const net::Request posted = posted_of(
      [&](const RuntimeInvocation&) {
        called = true;
        return "{}";
      },
      invocation(std::string(kMaxEventBytes + 1, '1')));
  EXPECT_EQ(posted.path, "/2018-06-01/runtime/invocation/id-1/error");
  EXPECT_EQ(boost::json::parse(posted.body).at("errorType"), "Runtime.EventTooLarge");
  EXPECT_TRUE(over());
  EXPECT_FALSE(called);
}

TEST_F(RuntimeLoopTest, AnAnswerThatIsNotWantedDoesNotEndTheLoop) {
  run(echo_event);
  for (const int status : {400, 403}) {
    answer(invocation("{}"));
    answer(status, R"({"errorType":"InvalidRequestID"})");
  }
  answer(invocation("{}"));
  answer(202);
  EXPECT_TRUE(over());
  EXPECT_EQ(troubles().size(), 2U);
  EXPECT_THAT(troubles().front(), HasSubstr("400 to invocation/id-1/response"));
  EXPECT_THAT(troubles().front(), HasSubstr("InvalidRequestID"));
  EXPECT_TRUE(pauses().empty());
}

TEST_F(RuntimeLoopTest, ABrokenApiEndsTheLoopWithAnErrorAtOnce) {
  run(echo_event);
  answer(500);
  const auto end = ended();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.error().message, HasSubstr("500"));
  EXPECT_TRUE(pauses().empty());

  run(echo_event);
  answer(invocation("{}"));
  answer(500);
  EXPECT_FALSE(ended());
}

TEST_F(RuntimeLoopTest, AFailureOfTheApiIsTriedAgainAfterAPause) {
  run(echo_event);
  answer(502);
  answer(503);
  answer(invocation("{}"));
  answer(504);
  EXPECT_EQ(answer(202).path, "/2018-06-01/runtime/invocation/id-1/response");
  answer(502);
  EXPECT_TRUE(over());
  EXPECT_THAT(pauses(), ElementsAre(kFirstRuntimePause, 2 * kFirstRuntimePause, kFirstRuntimePause,
                                    kFirstRuntimePause));
}

TEST_F(RuntimeLoopTest, AnInvocationWithoutAnIdOrADeadlineIsAFailure) {
  run(echo_event);
  answer(200);
  net::Response endless = testing::text_answer("{}");
  endless.headers.add("Lambda-Runtime-Aws-Request-Id", "id");
  endless.headers.add("Lambda-Runtime-Deadline-Ms", "soon");
  answer(endless);
  EXPECT_TRUE(over());
  EXPECT_EQ(pauses().size(), 2U);
}

TEST_F(RuntimeLoopTest, ManyFailuresInARowEndTheLoop) {
  run(echo_event);
  for (int i = 0; i < kMaxRuntimeFailures; ++i) answer(403);
  const auto end = ended();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.error().message, HasSubstr("8 times in a row"));
  ASSERT_EQ(pauses().size(), std::size_t{kMaxRuntimeFailures - 1});
  EXPECT_EQ(pauses().back(), kLongestRuntimePause);
}

TEST_F(RuntimeLoopTest, AnApiThatHasGoneEndsTheLoopWithAnError) {
  server_.reset();
  run(echo_event);
  const auto end = ended();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, base::ErrorCode::unavailable);
  EXPECT_THAT(end.error().message, HasSubstr("AWS_LAMBDA_RUNTIME_API"));
  EXPECT_EQ(pauses().size(), std::size_t{kMaxRuntimeFailures - 1});
}

TEST_F(RuntimeLoopTest, ALoopThatIsToStopLeavesOffWaiting) {
  run(echo_event);
  const auto asked = held_.take();
  stop_.request_stop();
  EXPECT_TRUE(ended());
  EXPECT_TRUE(troubles().empty());
}

TEST_F(RuntimeLoopTest, ALoopThatIsToStopFinishesWhatItHasBegun) {
  run([this](const RuntimeInvocation&) {
    stop_.request_stop();
    return "[]";
  });
  answer(invocation("{}"));
  EXPECT_EQ(answer(202).body, "[]");
  EXPECT_TRUE(ended());
}

TEST_F(RuntimeLoopTest, AnApiThatGoesWhileTheLoopIsToStopIsNoError) {
  run([this](const RuntimeInvocation&) {
    stop_.request_stop();
    server_.reset();
    return "[]";
  });
  answer(invocation("{}"));
  EXPECT_TRUE(ended());
}

TEST_F(RuntimeLoopTest, AFunctionThatCannotGetReadySaysSo) {
  auto failed = std::async(std::launch::async, [this] {
    return loop_.fail_init({"Config.Missing", "ORDO_TASKS_TABLE is not set"});
  });
  const net::Request posted = answer(202);
  EXPECT_TRUE(failed.get());
  EXPECT_EQ(posted.method, "POST");
  EXPECT_EQ(posted.path, "/2018-06-01/runtime/init/error");
  EXPECT_EQ(posted.headers.get("Lambda-Runtime-Function-Error-Type"), "Config.Missing");
  EXPECT_EQ(boost::json::parse(posted.body).at("errorMessage"), "ORDO_TASKS_TABLE is not set");
}

}  // namespace
}  // namespace ordo::aws
