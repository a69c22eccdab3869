// Calls of a web hook, alone and beside tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "functions/web_hook_host.h"
#include "net/webhook_signature.h"
#include "support/call_log.h"
#include "support/ended_log.h"
#include "support/fake_clock.h"
#include "support/net_server.h"

namespace ordo::functions {
namespace {

using ::testing::AnyOf;
using testing::CallLog;
using testing::EndedLog;
using testing::HeldRequests;
using testing::invocation;
using testing::just;
using testing::running_task;
using ::testing::StartsWith;

net::MakeResponse call_answer(std::string body, int status = 200) {
  return [body = std::move(body), status] { return testing::text_answer(body, status); };
}

class WebHookCall : public ::testing::Test {
 protected:
  void make(std::size_t max_in_flight = 64, const net::Server* server = nullptr) {
    WebHookSpec spec;
    spec.name = "crm";
    spec.url = "http://127.0.0.1:" + std::to_string((server ? server : server_.get())->port());
    spec.secrets = {kSecret};
    spec.allow_private = true;
    spec.max_in_flight = max_in_flight;
    hook_ = std::move(*make_web_hook_host(std::move(spec), client_, clock_, log_.listener()));
  }
  void call(std::uint64_t n, std::string payload = "{}", std::string key = {}) {
    hook_->call(calls_.call(n, "crm", std::move(payload), std::move(key)));
  }
  void invoke(std::uint64_t id) {
    hook_->invoke(just(invocation(id, "crm", {running_task(std::to_string(id))})));
  }

  static constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  EndedLog log_;
  CallLog calls_;
  const testing::FakeClock clock_;
  HeldRequests held_;
  const std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), held_.handler());
  net::AsyncClient client_;
  std::unique_ptr<ports::FunctionHost> hook_;
};

TEST_F(WebHookCall, IsThePayloadSigned) {
  make();
  call(1, R"({"sku":"a-1"})", "step-7");
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, R"({"sku":"a-1"})");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(request.headers.get("webhook-id"), "step-7");
  EXPECT_FALSE(request.headers.has("Ordo-Attempt"));
  const auto known = net::parse_webhook_secrets(std::vector<std::string>{kSecret});
  EXPECT_TRUE(
      net::verify_webhook(request.headers, *known, clock_.wall(), request.body).has_value());
  reply(call_answer("[1, 2]"));
  EXPECT_EQ(calls_.told(1), "ok [1,2]");
}

TEST_F(WebHookCall, WithoutAKeyHasAnIdOfItsOwn) {
  make();
  call(1);
  call(2);
  const std::string first(held_.take().first.headers.get("webhook-id"));
  const std::string second(held_.take().first.headers.get("webhook-id"));
  EXPECT_EQ(first.size(), 36U);
  EXPECT_EQ(second.size(), 36U);
  EXPECT_NE(first, second);
}

TEST_F(WebHookCall, FailsAsItsAnswerSays) {
  make();
  call(1);
  held_.take().second(call_answer("no stock", 503));
  EXPECT_EQ(calls_.told(1), "Http.StatusCode.503: no stock");
}

TEST_F(WebHookCall, MayBeAnsweredWithMuch) {
  make();
  const std::string large = '"' + std::string(ports::kMaxCallBytes - 2, 'x') + '"';
  call(1);
  held_.take().second(call_answer(large));
  EXPECT_TRUE(calls_.of(1) == ports::CallOutcome(large));
  call(2);
  held_.take().second(call_answer(large + ' '));
  EXPECT_EQ(calls_.of(2).error().error, "Http.ResponseTooLarge");
  call(3, std::string(ports::kMaxCallBytes + 1, '1'));
  EXPECT_EQ(calls_.of(3).error().error, "Lambda.RequestTooLargeException");
}

TEST_F(WebHookCall, TakesTurnsWithTasks) {
  make(1);
  for (const std::uint64_t n : {1, 2, 3}) invoke(n);
  for (const std::uint64_t n : {1, 2}) call(n, "\"call " + std::to_string(n) + '"');
  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    auto [request, reply] = held_.take();
    const bool task = request.headers.has("Ordo-Attempt");
    seen.push_back(task ? "task " + std::string(request.headers.get("webhook-id"))
                        : request.body.substr(1, 6));
    EXPECT_EQ(held_.size(), 0U);
    reply(call_answer("{}"));
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("task 1", "call 1", "task 2", "call 2", "task 3"));
  EXPECT_TRUE(log_.wait_for(3));
}

TEST_F(WebHookCall, EndsEarlyWhenItIsCancelledWhetherItRunsOrWaits) {
  make(1);
  for (const std::uint64_t n : {1, 2, 3}) call(n);
  auto under_way = held_.take();
  for (const std::uint64_t n : {1, 2, 3}) hook_->curtail(testing::call_id(n));
  for (const std::uint64_t n : {2, 1, 77}) hook_->cancel(testing::call_id(n), std::nullopt);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(calls_.told(n), "Cancelled: the call was cancelled");
  }
  held_.take().second(call_answer("3"));
  EXPECT_EQ(calls_.told(3), "ok 3");
}

TEST_F(WebHookCall, IsAnsweredWhenTheHostEnds) {
  make(1);
  call(1);
  call(2);
  auto under_way = held_.take();
  hook_.reset();
  ASSERT_EQ(calls_.size(), 2U);
  for (const std::uint64_t n : {1, 2}) {
    EXPECT_EQ(calls_.told(n), "Lambda.ServiceException: the server stops");
  }
}

TEST_F(WebHookCall, OneMayCallAgainFromItsAnswer) {
  make();
  ports::FunctionCall first = calls_.call(1, "crm", "1");
  first.answer = [this, told = std::move(first.answer)](ports::CallOutcome outcome) mutable {
    call(2);
    told(std::move(outcome));
  };
  hook_->call(std::move(first));
  held_.take().second(call_answer("1"));
  held_.take().second(call_answer("2"));
  EXPECT_EQ(calls_.told(1), "ok 1");
  EXPECT_EQ(calls_.told(2), "ok 2");
}

TEST_F(WebHookCall, CallsAndTasksSideBySideEachEndOnceAlsoWhenTheHostEnds) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 100;
  const auto answering =
      testing::start(testing::test_options(),
                     [](const net::Request&, net::Reply reply) { reply(call_answer("{}")); });
  make(8, answering.get());
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const std::uint64_t n = thread * kEach + i;
          call(n);
          invoke(n);
          if (i % 3 == 0) hook_->cancel(testing::call_id(n - i / 2), std::nullopt);
          if (i % 5 == 0) hook_->cancel(ports::InvocationId(n - i / 2), std::nullopt);
        }
      });
    }
  }
  hook_.reset();
  ASSERT_EQ(calls_.size(), kThreads * kEach);
  ASSERT_EQ(log_.size(), kThreads * kEach);
  for (std::uint64_t n = 0; n < kThreads * kEach; ++n) {
    EXPECT_THAT(calls_.told(n),
                AnyOf("ok {}", StartsWith("Cancelled: "), StartsWith("Lambda.ServiceException: ")));
  }
}

}  // namespace
}  // namespace ordo::functions
