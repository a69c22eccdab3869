#include "aws/queue_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFifoRecord = R"json({
  "messageId": "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5",
  "receiptHandle": "AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw==",
  "body": "{\"task_id\":\"a\",\"text\":\"caf\u00e9\"}",
  "attributes": {
    "ApproximateReceiveCount": "3",
    "SentTimestamp": "1573251510774",
    "SequenceNumber": "18849496460467696128",
    "MessageGroupId": "customer 42",
    "SenderId": "AIDAIO23YVJENQZJOL4VO",
    "MessageDeduplicationId": "a",
    "ApproximateFirstReceiveTimestamp": "1573251510774"
  },
  "messageAttributes": {},
  "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
  "eventSource": "aws:sqs",
  "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:orders.fifo",
  "awsRegion": "us-east-2"
})json";

constexpr const char* kStandardRecord = R"json({
  "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
  "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
  "body": "Test message.",
  "attributes": {
    "ApproximateReceiveCount": "1",
    "SentTimestamp": "1545082649183",
    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
    "ApproximateFirstReceiveTimestamp": "1545082649185"
  },
  "messageAttributes": {
    "kind": {"stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
  },
  "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
  "eventSource": "aws:sqs",
  "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
  "awsRegion": "us-east-2"
})json";

std::string queue_event(const std::string& records) {
  return R"({"Records":[)" + records + "]}";
}

TEST(QueueEvent, HasItsMessagesInTheirOrder) {
  const auto messages =
      read_queue_event(queue_event(std::string(kFifoRecord) + "," + kStandardRecord));
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(*messages,
            (std::vector{QueueMessage{.message_id = "11d6ee51-4cc7-4302-9e22-7cd8afdaadf5",
                                      .receipt_handle = "AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw==",
                                      .body = R"({"task_id":"a","text":"café"})",
                                      .receive_count = 3,
                                      .group = "customer 42",
                                      .deduplication_id = "a",
                                      .sequence_number = "18849496460467696128",
                                      .sent_at = base::WallTime::from_ms(1'573'251'510'774),
                                      .queue_arn = "arn:aws:sqs:us-east-2:123456789012:orders.fifo",
                                      .queue_name = "orders.fifo",
                                      .base_name = "orders"},
                         QueueMessage{.message_id = "059f36b4-87a3-44ab-83d2-661975830a7d",
                                      .receipt_handle = "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                                      .body = "Test message.",
                                      .receive_count = 1,
                                      .group = "",
                                      .deduplication_id = "",
                                      .sequence_number = "",
                                      .sent_at = base::WallTime::from_ms(1'545'082'649'183),
                                      .queue_arn = "arn:aws:sqs:us-east-2:123456789012:my-queue",
                                      .queue_name = "my-queue",
                                      .base_name = "my-queue"}}));
}

TEST(QueueEvent, MayBeEmpty) {
  const auto messages = read_queue_event(queue_event(""));
  ASSERT_TRUE(messages);
  EXPECT_TRUE(messages->empty());
}

TEST(QueueEvent, ThatIsMalformedIsNamedByWhatItLacks) {
  const auto without = [](const std::string& key) {
    auto record = boost::json::parse(kFifoRecord).as_object();
    if (record.erase(key) == 0) record["attributes"].as_object().erase(key);
    return queue_event(std::string(kStandardRecord) + "," + boost::json::serialize(record));
  };
  const auto with = [](const std::string& key, const boost::json::value& value) {
    auto record = boost::json::parse(kFifoRecord).as_object();
    record["attributes"].as_object()[key] = value;
    return queue_event(boost::json::serialize(record));
  };
  std::vector<std::pair<std::string, std::string>> cases{
      {"", "is not understood"},
      {"[]", "is not understood"},
      {"{}", "has no Records"},
      {R"({"Records":{}})", "has no Records"},
      {queue_event("7"), "has a record 1 that is no object"},
      {without("attributes"), "has no ApproximateReceiveCount in record 2"},
      {with("ApproximateReceiveCount", "x"),
       "has a ApproximateReceiveCount that is no number in record 1"},
      {with("ApproximateReceiveCount", "-1"), "that is no number in record 1"},
      {with("SentTimestamp", "1.5"), "has a SentTimestamp that is no number in record 1"},
      {with("SentTimestamp", 7), "has no SentTimestamp in record 1"},
  };
  for (const char* key : {"messageId", "receiptHandle", "body", "eventSourceARN",
                          "ApproximateReceiveCount", "SentTimestamp"}) {
    cases.emplace_back(without(key), std::string("has no ") + key + " in record 2");
  }
  for (const auto& [event, fault] : cases) {
    const auto messages = read_queue_event(event);
    ASSERT_FALSE(messages) << event;
    EXPECT_EQ(messages.error().code, base::ErrorCode::invalid);
    EXPECT_THAT(messages.error().message, HasSubstr(fault)) << event;
  }
}

TEST(BatchAnswer, NamesWhatIsToComeAgain) {
  EXPECT_EQ(batch_answer({}), R"({"batchItemFailures":[]})");
  const std::vector<std::string> ids{"a", "b\"c"};
  EXPECT_EQ(batch_answer(ids),
            R"({"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b\"c"}]})");
}

}  // namespace
}  // namespace ordo::aws
