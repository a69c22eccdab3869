#include "aws/sqs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedService;
using ::testing::SizeIs;

class Queue : public ::testing::Test {
 protected:
  // The bodies of the requests.
  std::vector<json::object> bodies() {
    std::vector<json::object> out;
    for (const net::Request& request : service.asked()) {
      out.push_back(json::parse(request.body).as_object());
    }
    return out;
  }
  std::vector<std::size_t> batch_sizes() {
    std::vector<std::size_t> out;
    for (const json::object& body : bodies()) out.push_back(body.at("Entries").as_array().size());
    return out;
  }
  // All entries from `first` on succeed.
  void then_sent(int first, int count) {
    std::string list;
    for (int i = first; i < first + count; ++i) {
      if (!list.empty()) list += ',';
      list += R"({"Id":")" + std::to_string(i) + R"(","MessageId":"m)" + std::to_string(i) +
              R"(","SequenceNumber":"9"})";
    }
    service.then(200, R"({"Successful":[)" + list + "]}");
  }
  static std::string failed(int entry, bool ours) {
    return R"({"Id":")" + std::to_string(entry) + R"(","Code":"C","Message":"why","SenderFault":)" +
           (ours ? "true" : "false") + "}";
  }
  static std::vector<SqsMessage> messages(std::size_t count, const std::string& body = "{}") {
    return std::vector<SqsMessage>(count, {.body = body, .group = "lane"});
  }

  ScriptedService service;
  JsonService sqs{service.context(), service.endpoint(), kSqsTarget};
  SqsQueue queue{sqs, "https://sqs/1/q.fifo"};
};

TEST_F(Queue, IsSentToByTens) {
  then_sent(0, 10);
  then_sent(10, 10);
  then_sent(20, 3);
  const auto outcomes = queue.send(messages(23));
  ASSERT_THAT(outcomes, SizeIs(23));
  EXPECT_EQ(outcomes[22]->message_id, "m22");
  EXPECT_EQ(outcomes[22]->sequence_number, "9");
  EXPECT_THAT(batch_sizes(), ElementsAre(10, 10, 3));
  EXPECT_THAT(queue.send({}), SizeIs(0));
}

TEST_F(Queue, IsSentNoMoreThanARequestHolds) {
  const auto large = messages(5, std::string(kMaxSqsBatchBytes / 2, 'x'));
  then_sent(0, 2);
  then_sent(2, 2);
  then_sent(4, 1);
  EXPECT_TRUE(queue.send(large)[4].has_value());
  EXPECT_THAT(batch_sizes(), ElementsAre(2, 2, 1));
}

TEST_F(Queue, IsSentAMessageThatIsTooLargeAlone) {
  std::vector<SqsMessage> some = messages(3);
  some[1].body.assign(kMaxSqsBatchBytes + 1, 'x');
  then_sent(0, 1);
  then_sent(1, 1);
  then_sent(2, 1);
  EXPECT_THAT(queue.send(some), SizeIs(3));
  EXPECT_THAT(batch_sizes(), ElementsAre(1, 1, 1));
}

TEST_F(Queue, IsSentWhatAMessageHas) {
  then_sent(0, 1);
  const std::vector<SqsMessage> one = {{.body = "{\"a\":\"\xc3\xa4\n\"}",
                                        .group = "g",
                                        .deduplication_id = "d",
                                        .delay = std::chrono::seconds(3),
                                        .attributes = {{"trace", "Root=1"}}}};
  EXPECT_TRUE(queue.send(one)[0].has_value());
  EXPECT_EQ(bodies()[0],
            json::parse(R"({"QueueUrl":"https://sqs/1/q.fifo","Entries":[{"Id":"0",)"
                        R"("MessageBody":"{\"a\":\"ä\n\"}","MessageGroupId":"g",)"
                        R"("MessageDeduplicationId":"d","DelaySeconds":3,"MessageAttributes":)"
                        R"({"trace":{"DataType":"String","StringValue":"Root=1"}}}]})"));
}

TEST_F(Queue, IsSentAgainWhatItFailedToTake) {
  service.then(200, R"({"Successful":[{"Id":"1","MessageId":"m1"}],"Failed":[)" + failed(2, false) +
                        "," + failed(0, false) + "]}");
  then_sent(0, 1);
  service.then(200, R"({"Failed":[)" + failed(2, false) + "]}");
  const auto outcomes = queue.send(messages(3));
  // The answer to the second request says nothing of the third message.
  EXPECT_EQ(outcomes[0]->message_id, "m0");
  EXPECT_EQ(outcomes[1]->message_id, "m1");
  EXPECT_EQ(outcomes[2].error().code, "C");
  EXPECT_EQ(batch_sizes()[1], 2U);
  EXPECT_THAT(service.pauses(), SizeIs(1));
}

TEST_F(Queue, HoldsBackAGroupBehindAMessageThatFails) {
  std::vector<SqsMessage> some = messages(12);
  some[11].group = "other";
  service.then(200, R"({"Failed":[)" + failed(3, true) + "]}");
  then_sent(11, 1);
  const auto outcomes = queue.send(some);
  EXPECT_EQ(outcomes[3].error().status, 400);
  EXPECT_EQ(outcomes[3].error().call, "sqs SendMessageBatch");
  EXPECT_EQ(outcomes[10].error().code, kSqsHeldBack);
  EXPECT_EQ(outcomes[11]->message_id, "m11");
  EXPECT_THAT(batch_sizes(), ElementsAre(10, 1));
}

TEST_F(Queue, GivesUpOnWhatItNeverTakes) {
  for (unsigned i = 0; i < kMaxTries; ++i) {
    service.then(200, R"({"Failed":[)" + failed(0, false) + "]}");
  }
  const auto outcomes = queue.send(messages(1));
  EXPECT_EQ(outcomes[0].error().code, "C");
  EXPECT_EQ(outcomes[0].error().status, 500);
  EXPECT_THAT(service.asked(), SizeIs(kMaxTries));
}

TEST_F(Queue, ThatFailsFailsAllOfABatch) {
  service.then(400, R"({"__type":"x#QueueDoesNotExist","message":"no"})");
  service.then(200, "not JSON");
  EXPECT_EQ(queue.send(messages(2))[1].error().code, "QueueDoesNotExist");
  EXPECT_EQ(queue.send(messages(1))[0].error().code, kBadAnswer);
  service.then(200, R"({"Successful":[{"Id":"7","MessageId":"m"}]})");
  EXPECT_EQ(queue.send(messages(1))[0].error().code, kBadAnswer);
}

TEST_F(Queue, GivesWhatItHas) {
  service.then(
      200,
      R"({"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"{}","MD5OfBody":"x",)"
      R"("Attributes":{"MessageGroupId":"g","MessageDeduplicationId":"d","SequenceNumber":"18",)"
      R"("ApproximateReceiveCount":"3","SentTimestamp":"1767323045678",)"
      R"("ApproximateFirstReceiveTimestamp":"1767323045679"},)"
      R"("MessageAttributes":{"trace":{"DataType":"String","StringValue":"Root=1"}}}]})");
  const auto received = queue.receive({.max_messages = 99,
                                       .wait = std::chrono::seconds(60),
                                       .visibility = std::chrono::seconds(5),
                                       .attempt_id = "again"});
  ASSERT_TRUE(received.has_value());
  ASSERT_THAT(*received, SizeIs(1));
  const SqsReceived& one = received->front();
  EXPECT_EQ(one.message_id + one.receipt_handle + one.body, "mr{}");
  EXPECT_EQ(one.group + one.deduplication_id + one.sequence_number, "gd18");
  EXPECT_EQ(one.receive_count, 3U);
  EXPECT_EQ(one.sent_at, base::WallTime::from_ms(1'767'323'045'678));
  EXPECT_EQ(one.first_received_at, base::WallTime::from_ms(1'767'323'045'679));
  EXPECT_EQ(one.attributes.at("trace"), "Root=1");
  EXPECT_EQ(bodies()[0],
            json::parse(R"({"QueueUrl":"https://sqs/1/q.fifo","MaxNumberOfMessages":10,)"
                        R"("WaitTimeSeconds":20,"AttributeNames":["All"],)"
                        R"("MessageAttributeNames":["All"],"VisibilityTimeout":5,)"
                        R"("ReceiveRequestAttemptId":"again"})"));
}

TEST_F(Queue, MayBeEmpty) {
  service.then(200, "{}");
  EXPECT_THAT(queue.receive().value(), SizeIs(0));
}

TEST_F(Queue, ChangesAndForgetsByTens) {
  const std::vector<SqsVisibility> changes(11, {"r", std::chrono::seconds(30)});
  then_sent(0, 10);
  service.then(200, R"({"Failed":[)" + failed(10, true) + "]}");
  const auto changed = queue.change_visibility(changes);
  EXPECT_TRUE(changed[9].has_value());
  EXPECT_EQ(changed[10].error().code, "C");
  const std::vector<std::string> handles = {"a", "b"};
  then_sent(0, 2);
  EXPECT_TRUE(queue.remove(handles)[1].has_value());
  EXPECT_EQ(bodies()[1].at("Entries"),
            json::parse(R"([{"Id":"10","ReceiptHandle":"r","VisibilityTimeout":30}])"));
  EXPECT_EQ(bodies()[2].at("Entries"),
            json::parse(R"([{"Id":"0","ReceiptHandle":"a"},{"Id":"1","ReceiptHandle":"b"}])"));
  EXPECT_EQ(service.asked()[2].headers.get("X-Amz-Target"), "AmazonSQS.DeleteMessageBatch");
}

TEST_F(Queue, TellsItsAttributes) {
  service.then(200, R"({"Attributes":{"ApproximateNumberOfMessages":"3"}})");
  const std::vector<std::string> names = {"ApproximateNumberOfMessages"};
  EXPECT_EQ(queue.attributes(names)->at("ApproximateNumberOfMessages"), "3");
  EXPECT_THAT(service.asked()[0].body,
              HasSubstr(R"("AttributeNames":["ApproximateNumberOfMessages"])"));
}

}  // namespace
}  // namespace ordo::aws
