#include "functions/web_hook_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "domain/task_text.h"
#include "net/webhook_signature.h"
#include "support/ended_log.h"
#include "support/fake_clock.h"
#include "support/net_server.h"

namespace ordo::functions {
namespace {

using testing::EndedLog;
using ::testing::HasSubstr;
using testing::HeldRequests;
using testing::invocation;
using testing::just;
using ::testing::Not;
using testing::running_task;
using testing::told;

constexpr const char* kHookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

net::MakeResponse hook_answer(std::string body, int status = 200) {
  return [body = std::move(body), status] { return testing::text_answer(body, status); };
}

class WebHook : public ::testing::Test {
 protected:
  WebHookSpec spec() const {
    WebHookSpec spec;
    spec.name = "crm";
    spec.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hooks/task?key=hush";
    spec.allow_private = true;
    return spec;
  }
  std::unique_ptr<ports::FunctionHost> host(WebHookSpec with) {
    auto made = make_web_hook_host(std::move(with), *client_, clock_, log_.listener());
    EXPECT_TRUE(made.has_value());
    return made ? std::move(*made) : nullptr;
  }
  std::unique_ptr<ports::FunctionHost> host() { return host(spec()); }

  EndedLog log_;
  const testing::FakeClock clock_;
  HeldRequests held_;
  const std::unique_ptr<net::Server> server_ =
      testing::start(testing::test_options(), held_.handler());
  std::unique_ptr<net::AsyncClient> client_ = std::make_unique<net::AsyncClient>();
};

TEST_F(WebHook, IsSentTheTaskAsTheApiShowsItWithItsAttempt) {
  const auto hook = host();
  domain::Task task = running_task("a.1:x", R"({"n":1})");
  task.attempts = 3;
  task.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  hook->invoke(just(invocation(1, "crm", {task})));
  auto [request, reply] = held_.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path + "?" + request.query, "/hooks/task?key=hush");
  std::string shown;
  domain::append_task(shown, task);
  EXPECT_EQ(request.body, shown.substr(0, shown.size() - 1) + R"(,"attempt":3})");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(request.headers.get("User-Agent"), "ordo");
  EXPECT_EQ(request.headers.get("webhook-id"), "a.1:x");
  EXPECT_EQ(request.headers.get("Ordo-Attempt"), "3");
  EXPECT_EQ(request.headers.get("traceparent"), task.traceparent);
  EXPECT_FALSE(request.headers.has("webhook-signature"));
  reply(hook_answer(R"({"ok": true})"));
  EXPECT_EQ(told(log_.of(1)), R"(ok {"ok":true})");
}

TEST_F(WebHook, IsSignedWithEachSecret) {
  WebHookSpec with = spec();
  with.secrets = {kHookSecret, "the next one"};
  const auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  auto [request, reply] = held_.take();
  for (const std::string& secret : with.secrets) {
    const auto known = net::parse_webhook_secrets(std::vector{secret});
    EXPECT_TRUE(
        net::verify_webhook(request.headers, *known, clock_.wall(), request.body).has_value());
    EXPECT_FALSE(net::verify_webhook(request.headers, *known, clock_.wall(), request.body + " ")
                     .has_value());
  }
  EXPECT_FALSE(request.headers.has("traceparent"));
  reply(hook_answer("thanks"));
  EXPECT_EQ(told(log_.of(1)), "ok");
}

TEST_F(WebHook, SaysHowItFailedAndWhenToComeBack) {
  const auto hook = host();
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  held_.take().second([] {
    net::Response response = testing::text_answer("no stock", 503);
    response.headers.add("Retry-After", "7");
    return response;
  });
  const ports::Ended ended = log_.of(1);
  EXPECT_EQ(told(ended), "HttpStatus: the web hook answered 503: no stock");
  EXPECT_EQ(ended.failure->retry_after, base::Millis(7'000));
}

TEST_F(WebHook, IsNotFollowedElsewhere) {
  const auto hook = host();
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  held_.take().second([] {
    net::Response response = testing::text_answer("", 307);
    response.headers.add("Location", "/elsewhere");
    return response;
  });
  EXPECT_THAT(told(log_.of(1)), HasSubstr("307; redirects are not followed"));
  EXPECT_EQ(held_.size(), 0U);
}

TEST_F(WebHook, TakesTheTasksOfABatchOneAfterTheOther) {
  const auto hook = host();
  hook->invoke(
      just(invocation(1, "crm", {running_task("a"), running_task("b"), running_task("c")})));
  auto first = held_.take();
  EXPECT_EQ(first.first.headers.get("webhook-id"), "a");
  EXPECT_EQ(held_.size(), 0U);
  first.second(hook_answer(R"({"n":1})"));
  auto second = held_.take();
  EXPECT_EQ(second.first.headers.get("webhook-id"), "b");
  second.second(hook_answer("no", 500));
  EXPECT_EQ(told(log_.of(1)), R"(ok {"n":1}, HttpStatus: the web hook answered 500: no)");
  EXPECT_EQ(server_->stats().requests, 2U);

  hook->invoke(just(invocation(2, "crm", {running_task("a"), running_task("b")})));
  held_.take().second(hook_answer("fine"));
  held_.take().second(hook_answer("{}"));
  EXPECT_EQ(told(log_.of(2)), "ok, ok {}");
  EXPECT_EQ(server_->stats().connections_total, 1U);
}

TEST_F(WebHook, RunsSoManySideBySideAndNoMore) {
  WebHookSpec with = spec();
  with.max_in_flight = 2;
  const auto hook = host(with);
  std::vector<ports::Invocation> many;
  for (std::uint64_t i = 0; i < 6; ++i) {
    many.push_back(invocation(i, "crm", {running_task("t" + std::to_string(i))}));
  }
  hook->invoke(std::move(many));
  for (int round = 0; round < 3; ++round) {
    auto one = held_.take();
    auto two = held_.take();
    EXPECT_EQ(held_.size(), 0U);
    one.second(hook_answer(""));
    two.second(hook_answer(""));
  }
  EXPECT_TRUE(log_.wait_for(6));
  for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(told(log_.of(i)), "ok");
}

TEST_F(WebHook, GivesUpAfterItsTimeLimit) {
  WebHookSpec with = spec();
  with.timeout = base::Millis(50);
  const auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  const std::string text = told(log_.of(1));
  EXPECT_THAT(text, ::testing::StartsWith("Timeout: "));
  EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST_F(WebHook, OffThePublicInternetIsRefusedForGood) {
  WebHookSpec with = spec();
  with.allow_private = false;
  const auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  const ports::Ended ended = log_.of(1);
  EXPECT_EQ(ended.failure->type, "AddressNotAllowed");
  EXPECT_TRUE(ended.failure->permanent);
  EXPECT_EQ(server_->stats().connections_total, 0U);
}

TEST_F(WebHook, ThatNobodyServesIsUnreachable) {
  WebHookSpec with = spec();
  {
    const auto gone = testing::start(testing::test_options(), testing::echo());
    with.url = "http://127.0.0.1:" + std::to_string(gone->port());
  }
  const auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  EXPECT_EQ(log_.of(1).failure->type, "Unreachable");
}

TEST_F(WebHook, EndsEarlyWhenItIsCancelledWhetherItRunsOrWaits) {
  WebHookSpec with = spec();
  with.max_in_flight = 1;
  const auto hook = host(with);
  std::vector<ports::Invocation> three;
  for (std::uint64_t i = 0; i < 3; ++i) {
    three.push_back(invocation(i, "crm", {running_task("a"), running_task("b")}));
  }
  hook->invoke(std::move(three));
  held_.take().second(hook_answer("{}"));
  auto under_way = held_.take();
  hook->cancel(ports::InvocationId(1), std::nullopt);
  hook->cancel(ports::InvocationId(0), std::nullopt);
  hook->cancel(ports::InvocationId(0), std::nullopt);
  hook->cancel(ports::InvocationId(77), std::nullopt);
  EXPECT_EQ(told(log_.of(0)), "ok {}, Cancelled: the invocation was cancelled");
  EXPECT_EQ(told(log_.of(1)), "Cancelled: the invocation was cancelled");
  EXPECT_FALSE(log_.of(0).failure->lost);
  held_.take().second(hook_answer(""));
  held_.take().second(hook_answer(""));
  EXPECT_EQ(told(log_.of(2)), "ok, ok");
}

TEST_F(WebHook, TellsOfEachTaskThatGoesOneByOne) {
  const auto hook = host();
  ports::Invocation both = invocation(1, "crm", {running_task("a"), running_task("b")});
  both.one_by_one = true;
  hook->invoke(just(std::move(both)));
  held_.take().second(hook_answer(R"({"n":1})"));
  EXPECT_EQ(log_.progress_of(1), 1U);
  held_.take().second(hook_answer(R"({"n":2})"));
  EXPECT_EQ(told(log_.of(1)), R"(ok {"n":1}, ok {"n":2})");
  EXPECT_EQ(log_.tellings_of(1), 2U);
}

TEST_F(WebHook, ACurtailedInvocationEndsBeforeItsNextTask) {
  WebHookSpec with = spec();
  with.max_in_flight = 1;
  const auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a"), running_task("b")})));
  hook->invoke(just(invocation(2, "crm", {running_task("c")})));
  auto under_way = held_.take();
  for (const std::uint64_t id : {2, 1, 77}) hook->curtail(ports::InvocationId(id));
  EXPECT_EQ(told(log_.of(2)), "NotBegun: nobody has begun it");
  EXPECT_TRUE(log_.of(2).failure->not_begun);
  EXPECT_FALSE(log_.has(1));
  under_way.second(hook_answer("{}"));
  EXPECT_EQ(told(log_.of(1)), "ok {}, NotBegun: nobody has begun it");
  EXPECT_TRUE(log_.of(1).failure->not_begun);
  EXPECT_EQ(server_->stats().requests, 1U);
}

TEST_F(WebHook, ItsEndEndsAllThatIsToCome) {
  WebHookSpec with = spec();
  with.max_in_flight = 1;
  auto hook = host(with);
  hook->invoke(just(invocation(1, "crm", {running_task("a")})));
  hook->invoke(just(invocation(2, "crm", {running_task("b")})));
  auto under_way = held_.take();
  hook.reset();
  ASSERT_EQ(log_.size(), 2U);
  EXPECT_TRUE(log_.of(1).failure->lost);
  EXPECT_TRUE(log_.of(2).failure->not_begun);
  EXPECT_FALSE(log_.of(2).failure->lost);
}

TEST_F(WebHook, EndsEachInvocationOnceWhoeverAsksAndCancelsAtTheSameTime) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 100;
  const auto answering = testing::start(testing::test_options(), testing::echo());
  WebHookSpec with = spec();
  with.url = "http://127.0.0.1:" + std::to_string(answering->port());
  with.max_in_flight = 8;
  const auto hook = host(with);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&hook, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const std::uint64_t id = thread * kEach + i;
          hook->invoke(just(invocation(id, "crm", {running_task("a"), running_task("b")})));
          if (i % 3 == 0) hook->cancel(ports::InvocationId(id - i / 2), std::nullopt);
        }
      });
    }
  }
  ASSERT_TRUE(log_.wait_for(kThreads * kEach));
  for (std::uint64_t id = 0; id < kThreads * kEach; ++id) {
    EXPECT_THAT(
        told(log_.of(id)),
        ::testing::AnyOf("ok, ok", ::testing::EndsWith("Cancelled: the invocation was cancelled")));
  }
}

TEST_F(WebHook, AnInvocationWithoutTasksIsDone) {
  host()->invoke(just(invocation(1, "crm", {})));
  EXPECT_EQ(told(log_.of(1)), "");
}

TEST_F(WebHook, WithABadUrlOrSecretCannotBeMade) {
  WebHookSpec bad_url = spec();
  bad_url.url = "ftp://hush.example";
  WebHookSpec bad_secret = spec();
  bad_secret.secrets = {"whsec_hush!"};
  for (const WebHookSpec& bad : {bad_url, bad_secret}) {
    const auto made = make_web_hook_host(bad, *client_, clock_, log_.listener());
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, base::ErrorCode::invalid);
    EXPECT_THAT(made.error().message, HasSubstr("crm"));
    EXPECT_THAT(made.error().message, Not(HasSubstr("hush")));
  }
}

}  // namespace
}  // namespace ordo::functions
