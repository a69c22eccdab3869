#include "aws/sns_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>

#include "base/json.h"
#include "base/percent.h"
#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedService;

ports::Notice dead_task(const std::string& payload = "{}") {
  return {.number = 42,
          .kind = "task.dead",
          .at = base::WallTime::from_ms(1'767'323'045'678),
          .data = R"({"task_id":"a-1","payload":)" + payload + R"(,"last_error":"x"})"};
}
ports::Notice message_about(const std::string& subject) {
  ports::Notice notice;
  notice.kind = ports::kMessageNotice;
  notice.data = R"({"topic":"orders","subject":)";
  base::append_json_string(notice.data, subject);
  notice.data += R"(,"message":{}})";
  return notice;
}

class Topic : public ::testing::Test {
 protected:
  base::Result<void> tell(const std::string& topic = "arn:aws:sns:eu-central-1:1:t") {
    SnsNotifier channel(service.context(), service.endpoint("sns"), topic);
    return channel.notify(dead_task());
  }
  // What the service says of the next notice, as ours; "" when it takes it.
  std::string code_when(int status, const std::string& code, const std::string& message) {
    for (unsigned i = 0; i < kMaxTries; ++i) {
      service.then(status, fmt::format("<ErrorResponse><Error><Code>{}</Code><Message>{}</Message>"
                                       "</Error></ErrorResponse>",
                                       code, message));
      if (status != 500) break;
    }
    const auto told = tell();
    if (told) return "";
    EXPECT_THAT(told.error().message, HasSubstr("sns Publish"));
    return told.error().code == base::ErrorCode::invalid ? "invalid" : "unavailable";
  }

  ScriptedService service;
};

TEST_F(Topic, IsToldAForm) {
  service.then(200, "<PublishResponse/>");
  EXPECT_TRUE(tell().has_value());
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "POST /");
  EXPECT_THAT(std::string(asked[0].headers.get("Content-Type")),
              HasSubstr("application/x-www-form-urlencoded"));
  EXPECT_EQ(base::percent_decode(asked[0].body, false),
            "Action=Publish&Version=2010-03-31&TopicArn=arn:aws:sns:eu-central-1:1:t"
            "&Subject=Task a-1 is dead"
            R"(&Message={"number":42,"kind":"task.dead","at":"2026-01-02T03:04:05.678Z",)"
            R"("data":{"task_id":"a-1","payload":{},"last_error":"x"}})"
            "&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String"
            "&MessageAttributes.entry.1.Value.StringValue=task.dead");
}

TEST_F(Topic, ThatKeepsOrderKnowsRepetitions) {
  EXPECT_TRUE(tell("arn:aws:sns:eu-central-1:1:t.fifo").has_value());
  EXPECT_THAT(service.asked()[0].body,
              HasSubstr("&MessageGroupId=task.dead&MessageDeduplicationId=notice_42"));
}

TEST_F(Topic, ThatRefusesANoticeNeverTakesIt) {
  EXPECT_EQ(code_when(400, "InvalidParameter", "Invalid parameter: Message too long"), "invalid");
  EXPECT_EQ(code_when(400, "ParameterValueInvalid", "x"), "invalid");
}

TEST_F(Topic, ThatFailsMayBePutRight) {
  EXPECT_EQ(code_when(400, "InvalidParameter", "Invalid parameter: TopicArn Reason: no"),
            "unavailable");
  EXPECT_EQ(code_when(404, "NotFound", "Topic does not exist"), "unavailable");
  EXPECT_EQ(code_when(403, "AuthorizationError", "no"), "unavailable");
  EXPECT_EQ(code_when(400, "KMSAccessDenied", "no"), "unavailable");
  EXPECT_EQ(code_when(500, "InternalError", "no"), "unavailable");
}

TEST(SnsSubject, IsALineOfAscii) {
  EXPECT_EQ(sns_subject(dead_task()), "Task a-1 is dead");
  EXPECT_EQ(sns_subject(message_about("  Order\n\trejected: \xc3\xa4 \xf0\x9f\x99\x82 ")),
            "Order rejected: ? ?");
  EXPECT_EQ(sns_subject(message_about("")), "message");
  EXPECT_EQ(sns_subject(message_about(std::string(100, 'x'))), std::string(100, 'x'));
  EXPECT_EQ(sns_subject(message_about(std::string(101, 'x'))), std::string(97, 'x') + "...");
  EXPECT_EQ(sns_subject({}), "ordo");
}

TEST(SnsMessage, GoesWithoutLongMembersWhenItIsTooLong) {
  const std::string long_payload = '"' + std::string(kMaxSnsMessageBytes, 'x') + '"';
  const std::string message = sns_message(dead_task(long_payload));
  EXPECT_EQ(message, R"({"number":42,"kind":"task.dead","at":"2026-01-02T03:04:05.678Z",)"
                     R"("data":{"task_id":"a-1","last_error":"x","omitted":["payload"]}})");
  EXPECT_THAT(sns_message(dead_task('"' + std::string(100'000, 'x') + '"')),
              Not(HasSubstr("omitted")));
}

}  // namespace
}  // namespace ordo::aws
