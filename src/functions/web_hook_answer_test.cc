#include "functions/web_hook_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "net/retry_after.h"

namespace ordo::functions {
namespace {

using ::testing::HasSubstr;

constexpr auto kNow = base::WallTime::from_ms(784'111'777'000);  // 1994-11-06T08:49:37Z

net::Exchanged answer(int status, std::string body = "", std::string retry_after = "") {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  if (!retry_after.empty()) response.headers.add("retry-after", std::move(retry_after));
  return response;
}
net::Exchanged fault(net::ExchangeFault what, int status = 0, std::string retry_after = "") {
  net::ExchangeError error{what, "example.org:443 and so on", status};
  if (!retry_after.empty()) error.headers.add("retry-after", std::move(retry_after));
  return std::unexpected(std::move(error));
}
HookOutcome outcome_of(const net::Exchanged& exchanged) {
  return read_hook_answer(exchanged, kNow);
}
domain::Failure failure_of(const net::Exchanged& exchanged) {
  const HookOutcome outcome = outcome_of(exchanged);
  EXPECT_FALSE(outcome.has_value());
  return outcome ? domain::Failure{} : outcome.error();
}

TEST(WebHookAnswer, AnObjectInASuccessIsTheResult) {
  for (const int status : {200, 201, 202, 204, 299}) {
    const HookOutcome outcome = outcome_of(answer(status, " {\"n\": 1.50, \"a\": [ ] }\n"));
    ASSERT_TRUE(outcome.has_value()) << status;
    EXPECT_EQ(*outcome, R"({"n":1.50,"a":[]})");
  }
}

TEST(WebHookAnswer, AnythingElseInASuccessIsNoResult) {
  for (const std::string body : {"", " ", "OK", "[1]", "\"a\"", "null", "1", "{", "{}x",
                                 R"({"a":1,"a":2})", "{\"a\":\"\xff\"}", "<html>"}) {
    const HookOutcome outcome = outcome_of(answer(200, body));
    ASSERT_TRUE(outcome.has_value()) << body;
    EXPECT_EQ(*outcome, std::nullopt) << body;
  }
}

TEST(WebHookAnswer, AnyOtherStatusIsAFailureThatQuotesTheAnswer) {
  for (const int status : {100, 199, 300, 400, 404, 500, 503}) {
    const domain::Failure failure = failure_of(answer(status, " no stock \n"));
    EXPECT_EQ(failure.type, "HttpStatus");
    EXPECT_THAT(failure.message, HasSubstr(std::to_string(status)));
    EXPECT_THAT(failure.message, ::testing::EndsWith(": no stock"));
    EXPECT_FALSE(failure.permanent || failure.lost || failure.retry_after) << status;
  }
  EXPECT_EQ(failure_of(answer(500)).message, "the web hook answered 500");
  EXPECT_THAT(failure_of(answer(302)).message, HasSubstr("redirects are not followed"));
}

TEST(WebHookAnswer, GoneAndUnprocessableAreForGood) {
  EXPECT_TRUE(failure_of(answer(410)).permanent);
  EXPECT_TRUE(failure_of(answer(422, "no", "5")).permanent);
}

TEST(WebHookAnswer, QuotesTheStartOfATextAndNoBinaryData) {
  // Two bytes a character: the 500th byte would cut one in half.
  std::string text = "a";
  for (int i = 0; i < 1000; ++i) text += "\xc3\xa9";
  const std::string message = failure_of(answer(500, text)).message;
  EXPECT_EQ(message, "the web hook answered 500: " + text.substr(0, 499));
  for (const std::string& binary : {std::string("\x89PNG\xff"), std::string("a\0b", 3)}) {
    EXPECT_EQ(failure_of(answer(500, binary)).message, "the web hook answered 500");
  }
}

TEST(WebHookAnswer, AnyFailureMayAskForAPause) {
  EXPECT_EQ(failure_of(answer(429, "", "7")).retry_after, base::Millis(7'000));
  EXPECT_EQ(failure_of(answer(503, "", "Sun, 06 Nov 1994 08:50:07 GMT")).retry_after,
            base::Millis(30'000));
  EXPECT_EQ(failure_of(answer(500, "", "999999")).retry_after, net::kMaxRetryAfter);
  EXPECT_EQ(failure_of(answer(503, "", "later")).retry_after, std::nullopt);
  EXPECT_TRUE(outcome_of(answer(200, "", "7")).has_value());
}

TEST(WebHookAnswer, NoAnswerIsNamedByItsCause) {
  using enum net::ExchangeFault;
  const std::pair<net::ExchangeFault, const char*> causes[] = {
      {invalid, "InvalidRequest"},
      {busy, "Busy"},
      {unreachable, "Unreachable"},
      {address_not_allowed, "AddressNotAllowed"},
      {tls, "TlsError"},
      {timeout, "Timeout"},
      {broken, "BrokenAnswer"},
      {too_large, "BrokenAnswer"},
      {cancelled, "Stopped"},
  };
  for (const auto& [cause, name] : causes) {
    const domain::Failure failure = failure_of(fault(cause));
    EXPECT_EQ(failure.type, name);
    EXPECT_EQ(failure.permanent, cause == invalid || cause == address_not_allowed) << name;
    EXPECT_EQ(failure.lost, cause == cancelled) << name;
    EXPECT_EQ(failure.retry_after, std::nullopt);
    EXPECT_EQ(failure.message.contains("example.org"), cause != cancelled) << name;
  }
}

TEST(WebHookAnswer, OfARefusalTheHeadIsEnough) {
  using enum net::ExchangeFault;
  for (const net::ExchangeFault cause : {too_large, broken, timeout}) {
    const domain::Failure failure = failure_of(fault(cause, 429, "2"));
    EXPECT_EQ(failure.type, "HttpStatus");
    EXPECT_EQ(failure.message, "the web hook answered 429");
    EXPECT_EQ(failure.retry_after, base::Millis(2'000));
    EXPECT_TRUE(failure_of(fault(cause, 410)).permanent);
    EXPECT_TRUE(failure_of(fault(cause, 422)).permanent);
    EXPECT_FALSE(failure_of(fault(cause, 500)).permanent);
  }
}

TEST(WebHookAnswer, ASuccessMayBeTooLongButMustBeWhole) {
  const HookOutcome done = outcome_of(fault(net::ExchangeFault::too_large, 200));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(*done, std::nullopt);
  EXPECT_EQ(failure_of(fault(net::ExchangeFault::timeout, 200)).type, "Timeout");
  EXPECT_EQ(failure_of(fault(net::ExchangeFault::broken, 200)).type, "BrokenAnswer");
}

net::Exchanged answered(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string told(const net::Exchanged& exchanged) {
  const ports::CallOutcome outcome = read_hook_call(exchanged);
  return outcome ? "ok " + *outcome : outcome.error().error + ": " + outcome.error().cause;
}

TEST(HookCall, ASuccessIsAnyJson) {
  EXPECT_EQ(told(answered(200, " [1, \"a\"] ")), R"(ok [1,"a"])");
  EXPECT_EQ(told(answered(201, "7")), "ok 7");
  EXPECT_EQ(told(answered(204, "")), "ok null");
  EXPECT_EQ(told(answered(200, " \n")), "ok null");
  EXPECT_TRUE(told(answered(200, "thanks")).starts_with("Http.MalformedResponse: "));
}

TEST(HookCall, AnyOtherStatusIsNamedAndQuoted) {
  EXPECT_EQ(told(answered(503, "no stock\n")), "Http.StatusCode.503: no stock");
  EXPECT_EQ(told(answered(302, "")), "Http.StatusCode.302: ");
  EXPECT_EQ(told(answered(400, "\xff")), "Http.StatusCode.400: ");
  const std::string large(100'000, 'x');
  EXPECT_EQ(told(answered(500, large)),
            "Http.StatusCode.500: " + large.substr(0, ports::kMaxCallCauseBytes));
}

TEST(HookCall, AnAnswerThatDidNotComeWholeIsNamed) {
  using enum net::ExchangeFault;
  const auto ended = [](net::ExchangeFault fault, int status = 0) {
    return told(std::unexpected(net::ExchangeError{fault, "a:80: why", status}));
  };
  EXPECT_EQ(ended(timeout), "Http.Timeout: a:80: why");
  EXPECT_EQ(ended(unreachable), "Http.Unreachable: a:80: why");
  EXPECT_EQ(ended(address_not_allowed), "Http.AddressNotAllowed: a:80: why");
  EXPECT_EQ(ended(broken, 200), "Http.BrokenAnswer: a:80: why");
  EXPECT_EQ(ended(broken, 500), "Http.StatusCode.500: ");
  EXPECT_EQ(ended(too_large, 200), "Http.ResponseTooLarge: a:80: why");
  EXPECT_EQ(ended(cancelled, 200), "Lambda.ServiceException: the server stops");
}

}  // namespace
}  // namespace ordo::functions
