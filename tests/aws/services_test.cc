// The clients of this home against services that others wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "aws/dynamo_tables.h"
#include "aws/function_invoker.h"
#include "aws/s3_objects.h"
#include "aws/sns_notifier.h"
#include "aws/sqs.h"
#include "base/json.h"
#include "base/percent.h"
#include "support/aws_emulator.h"

namespace ordo::testing {
namespace {

using aws::SqsMessage;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string member_of(const std::string& object, std::string_view name) {
  return std::string(base::text_of(base::parse_json_object(object).value(), name));
}

class Services : public ::testing::Test {
 protected:
  // The URL of a new queue.
  std::string make_queue(const std::string& name, const std::string& attributes) {
    const auto made = sqs.call(
        "CreateQueue", R"({"QueueName":")" + name + R"(","Attributes":)" + attributes + "}");
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made ? member_of(*made, "QueueUrl") : "";
  }
  std::string make_fifo_queue() {
    return make_queue(unique_name("services") + ".fifo",
                      R"({"FifoQueue":"true","VisibilityTimeout":"60"})");
  }
  // What SNS answers to an action with a form.
  std::string sns(const std::string& form) {
    aws::ServiceClient client(emulated.context(), emulated.endpoint("sns"));
    net::Request request;
    request.method = "POST";
    request.path = "/";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = form + "&Version=2010-03-31";
    const auto answer = client.call(request);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer ? answer->body : "";
  }
  static std::string between(const std::string& text, const std::string& from,
                             const std::string& to) {
    const std::size_t begin = text.find(from) + from.size();
    return text.substr(begin, text.find(to, begin) - begin);
  }

  EmulatedAws emulated;
  aws::JsonService sqs{emulated.context(), emulated.endpoint("sqs"), aws::kSqsTarget};
};

TEST_F(Services, AFifoQueueKeepsTheOrderOfAGroup) {
  aws::SqsQueue queue(sqs, make_fifo_queue());
  std::vector<SqsMessage> messages;
  for (int i = 0; i < 23; ++i) {
    const std::string n = std::to_string(i);
    messages.push_back({.body = R"({"n":)" + n + ",\"text\":\"\xc3\xa4\"}",
                        .group = i % 2 == 0 ? "even" : "odd",
                        .deduplication_id = "task-" + n,
                        .attributes = {{"trace", "Root=" + n}}});
  }
  for (const auto& sent : queue.send(messages)) {
    ASSERT_TRUE(sent.has_value()) << sent.error().message;
    EXPECT_FALSE(sent->message_id.empty() || sent->sequence_number.empty());
  }
  // Again: SQS has them.
  for (const auto& sent : queue.send(messages)) EXPECT_TRUE(sent.has_value());
  const std::vector<std::string> counts = {"ApproximateNumberOfMessages"};
  EXPECT_EQ(queue.attributes(counts)->at(counts[0]), "23");

  std::vector<std::string> even;
  for (bool any = true; any;) {
    const auto received = queue.receive();
    ASSERT_TRUE(received.has_value()) << received.error().message;
    any = !received->empty();
    std::vector<std::string> handles;
    for (const aws::SqsReceived& one : *received) {
      handles.push_back(one.receipt_handle);
      EXPECT_EQ(one.receive_count, 1U);
      EXPECT_TRUE(one.sent_at.has_value());
      EXPECT_EQ("task-" + member_of(one.body, "n"), one.deduplication_id);
      EXPECT_EQ(one.attributes.at("trace"), "Root=" + member_of(one.body, "n"));
      if (one.group == "even") even.push_back(member_of(one.body, "n"));
    }
    for (const auto& removed : queue.remove(handles)) EXPECT_TRUE(removed.has_value());
  }
  EXPECT_THAT(even, ::testing::ElementsAre("0", "2", "4", "6", "8", "10", "12", "14", "16", "18",
                                           "20", "22"));
  EXPECT_EQ(queue.attributes(counts)->at(counts[0]), "0");
}

TEST_F(Services, AMessageThatIsMadeVisibleComesAgain) {
  aws::SqsQueue queue(sqs, make_fifo_queue());
  const std::vector<SqsMessage> one = {{.body = "{}", .group = "g", .deduplication_id = "d"}};
  ASSERT_TRUE(queue.send(one)[0].has_value());
  const auto first = queue.receive();
  ASSERT_THAT(*first, SizeIs(1));
  EXPECT_THAT(queue.receive().value(), SizeIs(0));
  const std::vector<aws::SqsVisibility> now = {{first->front().receipt_handle}};
  ASSERT_TRUE(queue.change_visibility(now)[0].has_value());
  const auto again = queue.receive();
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ(again->front().receive_count, 2U);
  const std::vector<aws::SqsVisibility> unknown = {{"no handle"}};
  EXPECT_FALSE(queue.change_visibility(unknown)[0].has_value());
}

TEST_F(Services, AQueueThatIsNotThereIsSaidSo) {
  aws::SqsQueue queue(sqs, emulated.endpoint("sqs").url + "/123456789012/none.fifo");
  const auto received = queue.receive();
  ASSERT_FALSE(received.has_value());
  EXPECT_TRUE(aws::is_missing(received.error())) << received.error().code;
  EXPECT_EQ(to_error(received.error()).code, base::ErrorCode::unavailable);
}

TEST_F(Services, ATopicPassesANoticeOn) {
  const std::string name = unique_name("services");
  aws::SqsQueue queue(sqs, make_queue(name, "{}"));
  const std::string topic = between(sns("Action=CreateTopic&Name=" + name), "<TopicArn>", "<");
  const std::vector<std::string> arn = {"QueueArn"};
  sns("Action=Subscribe&Protocol=sqs&TopicArn=" + base::percent_encode(topic) +
      "&Endpoint=" + base::percent_encode(queue.attributes(arn)->at("QueueArn")));
  const ports::Notice notice{.number = 7,
                             .kind = "task.dead",
                             .at = base::WallTime::from_ms(1'767'323'045'678),
                             .data = "{\"task_id\":\"a-1\",\"title\":\"5% & + \xc3\xa4\"}"};
  aws::SnsNotifier channel(emulated.context(), emulated.endpoint("sns"), topic);
  const auto told = channel.notify(notice);
  ASSERT_TRUE(told.has_value()) << told.error().message;
  const auto received = queue.receive({.wait = std::chrono::seconds(5)});
  ASSERT_THAT(received.value(), SizeIs(1));
  const std::string& envelope = received->front().body;
  EXPECT_EQ(member_of(envelope, "Subject"), "Task a-1 is dead");
  EXPECT_EQ(member_of(envelope, "Message"), aws::sns_message(notice));
  EXPECT_THAT(envelope, HasSubstr(R"("Value": "task.dead")"));

  aws::SnsNotifier nowhere(emulated.context(), emulated.endpoint("sns"), topic + "-not");
  EXPECT_EQ(nowhere.notify(notice).error().code, base::ErrorCode::unavailable);
}

TEST_F(Services, AFunctionThatIsNotThereIsSaidSo) {
  aws::FunctionInvoker invoker(emulated.context(), emulated.endpoint("lambda"));
  const auto outcome = invoker.invoke(unique_name("none"), "{}");
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().error, "Lambda.ResourceNotFoundException") << outcome.error().cause;
}

}  // namespace
}  // namespace ordo::testing
