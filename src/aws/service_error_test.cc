#include "aws/service_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/net_server.h"

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;
using testing::text_answer;

constexpr base::WallTime kReadAt = base::WallTime::from_ms(1'767'323'045'678);

ServiceError error_in(int status, std::string body, std::string type_header = "") {
  net::Response response = text_answer(std::move(body), status);
  if (!type_header.empty()) response.headers.add("x-amzn-ErrorType", std::move(type_header));
  return read_service_error(response, kReadAt);
}

TEST(ServiceErrorOf, JsonHasATypeAndAMessage) {
  const ServiceError error = error_in(
      400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"})");
  EXPECT_EQ(error.code, "QueueDoesNotExist");
  EXPECT_EQ(error.message, "no such queue");
  EXPECT_EQ(error.status, 400);
  EXPECT_THAT(error.body, HasSubstr("__type"));
  EXPECT_FALSE(error.perhaps_done);
  EXPECT_EQ(error_in(400, R"({"__type":"a#B","Message":"M"})").message, "M");
}

TEST(ServiceErrorOf, RestHasItsTypeInAHeader) {
  const ServiceError error = error_in(404, R"({"Type":"User","Message":"not here"})",
                                      "ResourceNotFoundException:http://internal.amazon.com/");
  EXPECT_EQ(error.code, "ResourceNotFoundException");
  EXPECT_EQ(error.message, "not here");
}

TEST(ServiceErrorOf, XmlHasACode) {
  const std::string xml =
      "<?xml version=\"1.0\"?><ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code>"
      "<Message>Topic does not exist</Message></Error></ErrorResponse>";
  EXPECT_EQ(error_in(404, xml).code, "NotFound");
  EXPECT_EQ(error_in(404, xml).message, "Topic does not exist");
}

TEST(ServiceErrorOf, AnythingElseIsQuoted) {
  const ServiceError error = error_in(502, "Bad gateway <Code>");
  EXPECT_EQ(error.code, "Http502");
  EXPECT_EQ(error.message, "Bad gateway <Code>");
  EXPECT_TRUE(error.perhaps_done);
  EXPECT_EQ(error_in(404, "").message, "");
  EXPECT_EQ(error_in(500, "\xff").message, "");
}

TEST(ServiceErrorOf, SaysHowLongToWait) {
  net::Response response = text_answer("", 503);
  response.headers.add("Retry-After", "7");
  EXPECT_EQ(read_service_error(response, kReadAt).retry_after, base::Millis(7000));
  net::Response precise = text_answer("", 503);
  precise.headers.add("x-amz-retry-after", "250");
  EXPECT_EQ(read_service_error(precise, kReadAt).retry_after, base::Millis(250));
  EXPECT_FALSE(error_in(503, "").retry_after);
}

TEST(ServiceErrors, ArePassingWhenTheyMayGoAway) {
  for (const char* const code : {"ThrottlingException", "SlowDown", "TooManyRequestsException",
                                 "ProvisionedThroughputExceededException"}) {
    const ServiceError error{.status = 400, .code = code, .message = {}};
    EXPECT_TRUE(is_throttling(error) && is_passing(error)) << code;
  }
  for (const int status : {429, 500, 502, 503, 504}) {
    EXPECT_TRUE(is_passing(error_in(status, ""))) << status;
  }
  for (const std::string_view code : {kUnreachable, kNoAnswer}) {
    EXPECT_TRUE(is_passing({.status = 0, .code = std::string(code), .message = {}}));
  }
  for (const std::string_view code : {kNoCredentials, kUnsendable, kStopped, kAnswerTooLarge}) {
    EXPECT_FALSE(is_passing({.status = 0, .code = std::string(code), .message = {}}));
  }
  EXPECT_FALSE(is_passing(error_in(400, R"({"__type":"x#ValidationException"})")));
  EXPECT_FALSE(is_passing(error_in(501, "")));
}

TEST(ServiceErrors, BecomeOurs) {
  using enum base::ErrorCode;
  struct Case {
    int status;
    std::string_view code;
    base::ErrorCode ours;
    const char* says;
  };
  for (const Case& one :
       {Case{400, "ThrottlingException", unavailable, "Throttling"},
        Case{500, "InternalServerError", unavailable, "500"},
        Case{505, "Http505", unavailable, "505"}, Case{0, kUnreachable, unavailable, "Unreachable"},
        Case{0, kNoCredentials, unavailable, "NoCredentials"},
        Case{0, kStopped, unavailable, "Stopped"},
        Case{400, "AccessDeniedException", unavailable, "the role"},
        Case{403, "Http403", unavailable, "the role"},
        Case{400, "ExpiredTokenException", unavailable, "credentials is over"},
        Case{403, "RequestTimeTooSkewed", unavailable, "clock"},
        Case{400, "QueueDoesNotExist", unavailable, "deployed"},
        Case{404, "NoSuchBucket", unavailable, "deployed"},
        Case{400, "ConditionalCheckFailedException", conflict, "Conditional"},
        Case{413, "RequestTooLargeException", too_large, "413"},
        Case{0, kAnswerTooLarge, too_large, "AnswerTooLarge"},
        Case{0, kBadAnswer, internal, "BadAnswer"},
        Case{400, "ValidationException", invalid, "sqs Act: Validation"}}) {
    const base::Error error = to_error(
        {.status = one.status, .code = std::string(one.code), .message = "why", .call = "sqs Act"});
    EXPECT_EQ(error.code, one.ours) << one.code;
    EXPECT_THAT(error.message, HasSubstr(one.says));
    EXPECT_THAT(error.message, HasSubstr("sqs Act"));
    EXPECT_THAT(error.message, HasSubstr("why"));
  }
}

}  // namespace
}  // namespace ordo::aws
