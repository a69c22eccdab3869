#include "functions/http_auction_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ordo::functions {
namespace {

using domain::RecordId;
using ::testing::HasSubstr;

net::Exchanged says(std::string body, int status = 200) {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}
ports::AuctionAnswer answer_of(const net::Exchanged& exchanged) {
  return read_auction_answer(exchanged, {RecordId("a"), RecordId("b")});
}
base::Error fault_of(const net::Exchanged& exchanged) {
  const ports::AuctionAnswer answer = answer_of(exchanged);
  EXPECT_FALSE(answer.has_value());
  return answer ? base::Error{} : answer.error();
}
base::Error fault_of(std::string body) {
  return fault_of(says(std::move(body)));
}

TEST(AuctionQuestion, HasEachOrderWithItsNumberDigitForDigit) {
  domain::Order first;
  first.record = {RecordId("a"), "say \"x\"", "4.50"};
  domain::Order second;
  second.record = {RecordId("b"), "", "100000000000000000000000000001"};
  EXPECT_EQ(auction_question({first, second}),
            R"({"orders":[{"record_id":"a","parameter_1":"say \"x\"","parameter_2":4.50},)"
            R"({"record_id":"b","parameter_1":"","parameter_2":100000000000000000000000000001}]})");
}

TEST(AuctionAnswer, IsNotReadyOrHasResultsOfAllOrSomeOrNone) {
  const auto not_ready = answer_of(says(R"({"results":false})"));
  ASSERT_TRUE(not_ready.has_value());
  EXPECT_FALSE(not_ready->has_value());
  const auto all = answer_of(says(
      R"({"as_of":1,"results":[{"record_id":"b","accepted":false,"price":2.5},
          {"record_id":"a","accepted":true}]})",
      201));
  const std::vector<ports::AuctionResult> wanted{{RecordId("b"), false}, {RecordId("a"), true}};
  ASSERT_TRUE(all.has_value()) << all.error().message;
  EXPECT_EQ(**all, wanted);
  const auto some = answer_of(says(R"({"results":[{"record_id":"a","accepted":false}]})"));
  ASSERT_TRUE(some.has_value());
  EXPECT_EQ((*some)->size(), 1U);
  const auto none = answer_of(says(R"({"results":[]})"));
  ASSERT_TRUE(none.has_value());
  EXPECT_TRUE((*none)->empty());
}

TEST(AuctionAnswer, ThatMakesNoSenseIsInvalidAndSaysWhatIsWrong) {
  for (const char* const body :
       {"{}", R"({"results":true})", R"({"results":"false"})", R"({"results":null})"}) {
    const base::Error error = fault_of(body);
    EXPECT_EQ(error.code, base::ErrorCode::invalid);
    EXPECT_THAT(error.message, HasSubstr("\"results\" is wanted")) << body;
  }
  for (const char* const body : {"", "ready", "[]", R"({"results":[)"}) {
    EXPECT_EQ(fault_of(body).code, base::ErrorCode::invalid) << body;
  }
  for (const char* const second :
       {"1", "{}", R"({"record_id":"b"})", R"({"record_id":"b","accepted":"true"})",
        R"({"record_id":1,"accepted":true})"}) {
    const base::Error error =
        fault_of(std::string(R"({"results":[{"record_id":"a","accepted":true},)") + second + "]}");
    EXPECT_EQ(error.code, base::ErrorCode::invalid);
    EXPECT_THAT(error.message, HasSubstr("/results/1: \"record_id\", a text")) << second;
  }
}

TEST(AuctionAnswer, IsOnlyOfOrdersThatItWasAskedAboutAndOnceOfEach) {
  EXPECT_THAT(fault_of(R"({"results":[{"record_id":"c","accepted":true}]})").message,
              HasSubstr(R"(/results/0: nobody asked about the order "c")"));
  const std::string one = R"({"record_id":"a","accepted":true})";
  EXPECT_THAT(fault_of(R"({"results":[)" + one + "," + one + "]}").message,
              HasSubstr(R"(/results/1: a second result of the order "a")"));
}

TEST(AuctionAnswer, OfAnotherStatusIsUnavailable) {
  for (const int status : {301, 400, 404, 425, 429, 500, 503}) {
    const base::Error error = fault_of(says(" closed ", status));
    EXPECT_EQ(error.code, base::ErrorCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr("answered " + std::to_string(status)));
    EXPECT_THAT(error.message, ::testing::EndsWith(": closed"));
  }
  EXPECT_EQ(fault_of(says(std::string("\0\xff", 2), 500)).message, "the auction answered 500");
  EXPECT_THAT(fault_of(says("", 302)).message, HasSubstr("redirects are not followed"));
}

TEST(AuctionAnswer, ThatDidNotComeIsUnavailableAndOneThatIsTooLargeInvalid) {
  const auto failed = [](net::ExchangeFault fault, int status = 0) {
    return fault_of(std::unexpected(net::ExchangeError{fault, "h.example:443 is odd", status}));
  };
  using enum net::ExchangeFault;
  for (const auto fault :
       {invalid, busy, address_not_allowed, unreachable, tls, timeout, broken, cancelled}) {
    EXPECT_EQ(failed(fault).code, base::ErrorCode::unavailable);
    EXPECT_THAT(failed(fault).message, HasSubstr("h.example:443 is odd"));
  }
  EXPECT_EQ(failed(too_large, 200).code, base::ErrorCode::invalid);
  EXPECT_THAT(failed(too_large, 503).message, HasSubstr("answered 503"));
}

}  // namespace
}  // namespace ordo::functions
