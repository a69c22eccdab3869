#include "aws/service_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "aws/json_service.h"
#include "base/iso8601.h"
#include "support/listener.h"
#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using testing::ScriptedService;
using ::testing::SizeIs;

net::Request post(std::string body = "{}") {
  net::Request request;
  request.method = "POST";
  request.path = "/a%20b";
  request.query = "b=2&a";
  request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}
std::string authorization_of(const net::Request& request) {
  return std::string(request.headers.get("Authorization"));
}
// Whether what came is what was signed.
void expect_signed(const net::Request& came, const Credentials& credentials,
                   const SigningScope& scope, base::WallTime when) {
  net::Request again;
  again.method = came.method;
  again.path = came.path;
  again.query = came.query;
  again.body = came.body;
  for (const char* const name : {"Host", "Content-Type"}) {
    again.headers.add(name, std::string(came.headers.get(name)));
  }
  sign(again, scope, credentials, when);
  EXPECT_EQ(authorization_of(came), authorization_of(again));
  EXPECT_EQ(came.headers.get("X-Amz-Date"), again.headers.get("X-Amz-Date"));
}

class ServiceCalls : public ::testing::Test {
 protected:
  std::expected<net::Response, ServiceError> call(const CallLimits& limits = {}) {
    return client.call(post(), limits);
  }

  ScriptedService service;
  ServiceClient client{service.context(), service.endpoint()};
};

TEST_F(ServiceCalls, AreSignedAsTheyAreSent) {
  service.then(200, "done");
  EXPECT_EQ(call()->body, "done");
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].path + "?" + asked[0].query, "/a%20b?b=2&a");
  EXPECT_EQ(asked[0].headers.get("X-Amz-Security-Token"), "session");
  expect_signed(asked[0], *service.credentials.get(), service.endpoint().scope,
                service.clock.wall());
}

TEST_F(ServiceCalls, GoUnderThePathOfTheEndpoint) {
  Endpoint endpoint = service.endpoint("s3");
  endpoint.url += "/bucket";
  ServiceClient bucket(service.context(), endpoint);
  ASSERT_TRUE(bucket.call(post()).has_value());
  EXPECT_EQ(service.asked()[0].path, "/bucket/a%20b");
}

TEST_F(ServiceCalls, UseOneConnectionAgain) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(call().has_value());
  EXPECT_EQ(service.connections(), 1U);
}

TEST_F(ServiceCalls, AreTriedAgainAndSignedAnew) {
  service.then(500);
  service.then(400, R"({"__type":"x#ThrottlingException","message":"slowly"})");
  service.then(503, "<Error><Code>SlowDown</Code></Error>");
  service.then(429);
  service.then(200, "at last");
  EXPECT_EQ(call()->body, "at last");
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(5));
  const auto pauses = service.pauses();
  ASSERT_THAT(pauses, SizeIs(4));
  EXPECT_THAT(pauses, Each(AllOf(Ge(base::Millis(0)), Le(kPauseCap))));
  base::WallTime when = testing::FakeClock().wall();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    expect_signed(asked[i], *service.credentials.get(), service.endpoint().scope, when);
    if (i < pauses.size()) when = when + pauses[i];
  }
}

TEST_F(ServiceCalls, EndAfterSoManyTries) {
  for (unsigned i = 0; i < kMaxTries + 1; ++i) service.then(503, "away");
  const auto answer = call();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 503);
  EXPECT_EQ(answer.error().message, "away");
  EXPECT_EQ(answer.error().call, "sqs");
  EXPECT_THAT(service.asked(), SizeIs(kMaxTries));
}

TEST_F(ServiceCalls, AreNotTriedAgainWhenRefused) {
  service.then(400, R"({"__type":"x#ValidationException","message":"bad"})");
  const auto answer = call();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "ValidationException");
  EXPECT_THAT(service.asked(), SizeIs(1));
}

TEST_F(ServiceCalls, ThatMayNotBeRepeatedAreNotOnceTheyMayBeDone) {
  const CallLimits once{.repeatable = false};
  service.then(500);
  const auto answer = call(once);
  ASSERT_FALSE(answer.has_value());
  EXPECT_TRUE(answer.error().perhaps_done);
  EXPECT_THAT(service.asked(), SizeIs(1));
  // Throttled is not done.
  service.then(429);
  EXPECT_TRUE(call(once).has_value());
  EXPECT_THAT(service.asked(), SizeIs(3));
}

TEST_F(ServiceCalls, WaitAsLongAsTheServiceAsks) {
  service.then(503, "", {{"Retry-After", "11"}});
  EXPECT_TRUE(call().has_value());
  EXPECT_THAT(service.pauses(), ::testing::ElementsAre(base::Millis(11'000)));
}

TEST_F(ServiceCalls, EndWhenTheNextTryWouldBeTooLate) {
  service.then(503, "", {{"Retry-After", "25"}});
  const auto answer = call();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().retry_after, base::Millis(25'000));
  EXPECT_THAT(service.pauses(), SizeIs(0));
}

TEST_F(ServiceCalls, EndWhenNobodyWaitsAnyMore) {
  WorkEnd end;
  CallContext context = service.context();
  context.end = &end;
  ServiceClient bounded(context, service.endpoint());
  EXPECT_TRUE(bounded.call(post()).has_value());

  end.set(service.clock.mono() + base::Millis(2'000));
  service.then(503, "", {{"Retry-After", "1"}});
  EXPECT_TRUE(bounded.call(post()).has_value());
  service.then(503, "", {{"Retry-After", "1"}});
  const auto too_late = bounded.call(post());
  ASSERT_FALSE(too_late.has_value());
  EXPECT_EQ(too_late.error().status, 503) << "what is known of it";
  EXPECT_THAT(service.pauses(), SizeIs(1));

  service.clock.advance(base::Millis(1'000));
  const std::size_t asked = service.asked().size();
  const auto after = bounded.call(post());
  ASSERT_FALSE(after.has_value());
  EXPECT_EQ(after.error().code, kTimeIsUp);
  EXPECT_FALSE(after.error().perhaps_done);
  EXPECT_EQ(to_error(after.error()).code, base::ErrorCode::unavailable);
  EXPECT_EQ(service.asked().size(), asked) << "nothing is begun";
}

TEST_F(ServiceCalls, WithoutAnAnswerSayWhetherTheyMayBeDone) {
  std::uint16_t port = 0;
  {
    const testing::Listener gone("");
    port = gone.port();
  }
  ServiceClient nowhere(service.context(),
                        {"http://127.0.0.1:" + std::to_string(port), {"eu-central-1", "sqs"}});
  const auto unreachable = nowhere.call(post());
  ASSERT_FALSE(unreachable.has_value());
  EXPECT_EQ(unreachable.error().code, kUnreachable);
  EXPECT_FALSE(unreachable.error().perhaps_done);
  EXPECT_THAT(service.pauses(), SizeIs(kMaxTries - 1));

  const testing::Listener broken("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                                 testing::Listener::After::close);
  ServiceClient half(service.context(), {"http://127.0.0.1:" + std::to_string(broken.port()),
                                         {"eu-central-1", "sqs"}});
  const auto lost = half.call(post(), {.repeatable = false});
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, kNoAnswer);
  EXPECT_TRUE(lost.error().perhaps_done);
  EXPECT_EQ(lost.error().status, 0);
}

TEST_F(ServiceCalls, OfASilentServiceEnd) {
  const testing::Listener silent("");
  ServiceClient waiting(service.context(), {"http://127.0.0.1:" + std::to_string(silent.port()),
                                            {"eu-central-1", "sqs"}});
  const auto answer = waiting.call(post(), {.one_try = base::Millis(50), .repeatable = false});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, kNoAnswer);
}

TEST_F(ServiceCalls, EndWhenTheProgramStops) {
  service.http.stop();
  const auto answer = call();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, kStopped);
  EXPECT_THAT(service.pauses(), SizeIs(0));
}

TEST_F(ServiceCalls, AllowForAClockThatIsWrong) {
  const std::string late = "Fri, 02 Jan 2026 04:04:05 GMT";  // an hour on
  service.then(403, R"({"__type":"x#InvalidSignatureException","message":"Signature expired"})",
               {{"Date", late}});
  EXPECT_TRUE(call().has_value());
  EXPECT_TRUE(call().has_value());
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_EQ(asked[0].headers.get("X-Amz-Date"), "20260102T030405Z");
  EXPECT_EQ(asked[1].headers.get("X-Amz-Date"), "20260102T040405Z");
  EXPECT_EQ(asked[2].headers.get("X-Amz-Date"), "20260102T040405Z");
  EXPECT_THAT(service.pauses(), SizeIs(0));
}

TEST_F(ServiceCalls, WithABadSecretAreRefusedAtOnce) {
  service.then(403, R"({"__type":"x#InvalidSignatureException","message":"no match"})",
               {{"Date", "Fri, 02 Jan 2026 03:04:06 GMT"}});
  const auto answer = call();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "InvalidSignatureException");
  EXPECT_THAT(to_error(answer.error()).message, Not(HasSubstr("not-to-be-told")));
  EXPECT_THAT(service.asked(), SizeIs(1));
}

class RenewedCredentials : public CredentialsSource {
 public:
  base::Result<Credentials> get() override {
    return Credentials{"AKID" + std::to_string(rejected.size()), "secret", "t"};
  }
  void reject(const Credentials& used) override { rejected.insert(used.access_key_id); }
  std::set<std::string> rejected;
};

TEST_F(ServiceCalls, GoOnWithNewCredentialsWhenASessionIsOver) {
  RenewedCredentials renewed;
  ServiceClient calls(service.context(renewed), service.endpoint());
  service.then(400, R"({"__type":"x#ExpiredTokenException","message":"over"})");
  EXPECT_TRUE(calls.call(post()).has_value());
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(authorization_of(asked[0]), HasSubstr("Credential=AKID0/"));
  EXPECT_THAT(authorization_of(asked[1]), HasSubstr("Credential=AKID1/"));
  // Once: it may be over for good.
  service.then(400, R"({"__type":"x#ExpiredTokenException","message":"over"})");
  service.then(400, R"({"__type":"x#ExpiredTokenException","message":"over"})");
  EXPECT_FALSE(calls.call(post()).has_value());
  EXPECT_THAT(service.asked(), SizeIs(4));
}

class NoCredentials : public CredentialsSource {
 public:
  base::Result<Credentials> get() override {
    return base::fail(base::ErrorCode::unavailable, "set AWS_ACCESS_KEY_ID");
  }
  void reject(const Credentials& /*used*/) override {}
};

TEST_F(ServiceCalls, WithoutCredentialsAreNotSent) {
  NoCredentials none;
  ServiceClient calls(service.context(none), service.endpoint());
  const auto answer = calls.call(post());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, kNoCredentials);
  EXPECT_EQ(to_error(answer.error()).code, base::ErrorCode::unavailable);
  EXPECT_THAT(to_error(answer.error()).message, HasSubstr("set AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(service.asked(), SizeIs(0));
}

TEST_F(ServiceCalls, ComeFromAnyThread) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 25;
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kCalls; ++n) done += call().has_value() ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(done, kThreads * kCalls);
  EXPECT_LE(service.connections(), static_cast<std::uint64_t>(kThreads));
}

TEST(FullJitter, IsAnythingUpToABoundThatDoubles) {
  testing::SeededRandom random;
  base::Millis bound = kPauseBase;
  for (unsigned failed = 1; failed < 70; ++failed) {
    base::Millis most{0};
    for (int i = 0; i < 200; ++i) {
      const base::Millis pause = full_jitter(failed, random);
      EXPECT_GE(pause.count(), 0);
      EXPECT_LE(pause, bound) << failed;
      most = std::max(most, pause);
    }
    EXPECT_GT(most, bound / 2) << failed;
    bound = std::min(bound * 2, kPauseCap);
  }
}

TEST(HttpDate, IsReadInItsUsualForm) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            base::parse_time("1994-11-06T08:49:37Z").value());
  for (const char* const text :
       {"", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Non 1994 08:49:37 GMT",
        "Sun, 36 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(JsonCalls, NameTheirActionAndReturnTheBody) {
  ScriptedService service;
  JsonService sqs(service.context(), service.endpoint(), kSqsTarget);
  service.then(200, R"({"QueueUrl":"u"})");
  EXPECT_EQ(sqs.call("GetQueueUrl", R"({"QueueName":"q"})"), R"({"QueueUrl":"u"})");
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "POST /");
  EXPECT_EQ(asked[0].headers.get("X-Amz-Target"), "AmazonSQS.GetQueueUrl");
  EXPECT_EQ(asked[0].headers.get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(asked[0].body, R"({"QueueName":"q"})");
  service.then(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"})");
  const auto missing = sqs.call("GetQueueUrl", "{}");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().call, "sqs GetQueueUrl");
  EXPECT_TRUE(is_missing(missing.error()));
}

}  // namespace
}  // namespace ordo::aws
