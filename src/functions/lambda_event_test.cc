#include "functions/lambda_event.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/digest.h"
#include "domain/task_text.h"
#include "support/ended_log.h"
#include "support/json_generators.h"

namespace ordo::functions {
namespace {

using testing::running_task;

domain::Task invoice() {
  domain::Task task = running_task("invoice-17", R"({"n":1.50})");
  task.queue = domain::QueueName("mail");
  task.lane = domain::LaneKey("customer 42");
  task.sequence = domain::Sequence(17);
  task.attempts = 2;
  task.created_at = base::WallTime::from_ms(1'000);
  task.started_at = base::WallTime::from_ms(2'000);
  return task;
}

std::string body_of(const domain::Task& task) {
  std::string text;
  domain::append_task(text, task);
  return text;
}

TEST(LambdaEvent, IsThatOfAnSqsFifoQueue) {
  const std::vector tasks{invoice()};
  const std::string body = body_of(tasks[0]);
  const boost::json::value expected = {
      {"Records",
       boost::json::array{{{"messageId", "invoice-17"},
                           {"receiptHandle", "invoice-17#2"},
                           {"body", body},
                           {"attributes",
                            {{"ApproximateReceiveCount", "2"},
                             {"SentTimestamp", "1000"},
                             {"SequenceNumber", "00000000000000000017"},
                             {"MessageGroupId", "customer 42"},
                             {"MessageDeduplicationId", "invoice-17"},
                             {"SenderId", "ordo"},
                             {"ApproximateFirstReceiveTimestamp", "2000"}}},
                           {"messageAttributes", boost::json::object()},
                           {"md5OfBody", base::md5_hex(body)},
                           {"eventSource", "aws:sqs"},
                           {"eventSourceARN", "arn:aws:sqs:eu-central-1:000000000000:mail.fifo"},
                           {"awsRegion", "eu-central-1"}}}}};
  EXPECT_EQ(boost::json::parse(lambda_event(tasks, "eu-central-1")), expected);
}

TEST(LambdaEvent, HasARecordForEachTaskInTheirOrder) {
  const std::vector tasks{running_task("c"), running_task("a"), running_task("b")};
  const auto event = boost::json::parse(lambda_event(tasks, "us-east-1"));
  std::string ids;
  for (const auto& record : event.at("Records").as_array()) {
    ids += std::string_view(record.at("messageId").as_string());
  }
  EXPECT_EQ(ids, "cab");
}

TEST(LambdaEvent, ATaskThatNeverStartedWasFirstReceivedWhenItWasSent) {
  domain::Task task = invoice();
  task.started_at.reset();
  const auto event = boost::json::parse(lambda_event({&task, 1}, "us-east-1"));
  EXPECT_EQ(event.at("Records").at(0).at("attributes").at("ApproximateFirstReceiveTimestamp"),
            "1000");
}

RC_GTEST_PROP(LambdaEvent, CarriesAnyTaskWhole, ()) {
  domain::Task task = invoice();
  task.id = domain::TaskId(testing::any_characters(10));
  task.lane = domain::LaneKey(testing::any_characters(10));
  task.content.title = testing::any_characters(20);
  task.content.payload = testing::RandomJson::object().compact;
  const auto event = boost::json::parse(lambda_event({&task, 1}, "us-east-1"));
  const auto& record = event.at("Records").at(0);
  RC_ASSERT(record.at("body").as_string() == body_of(task));
  RC_ASSERT(record.at("messageId").as_string() == task.id.value());
  RC_ASSERT(record.at("attributes").at("MessageGroupId").as_string() == task.lane.value());
}

TEST(XrayTraceId, SaysWhatTheTraceparentSays) {
  EXPECT_EQ(xray_trace_id("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1");
  EXPECT_EQ(xray_trace_id("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=0");
}

TEST(XrayTraceId, IsEmptyForWhatIsNoTraceparent) {
  for (const char* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                           "00-4bf92f3577b34da6a3ce929d0e0e473X-00f067aa0ba902b7-01",
                           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736\r\n0f067aa0ba902b7-01"}) {
    EXPECT_EQ(xray_trace_id(text), "") << text;
  }
}

}  // namespace
}  // namespace ordo::functions
