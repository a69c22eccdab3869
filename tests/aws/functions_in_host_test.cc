// The functions of this home under this project's own Lambda host, as tests/aws/flow has them under
// another Runtime API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "aws/dynamo_tables.h"
#include "aws/sqs.h"
#include "functions/lambda_under_test.h"
#include "support/aws_emulator.h"

namespace ordo::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class FunctionsInHost : public ::testing::Test {
 protected:
  // The host calls a queue by its own name, as SQS would.
  FunctionsInHost() : queue_name_(unique_name("tasks")) {
    queue_url_ = make_queue(queue_name_ + ".fifo");
    letters_url_ = make_queue(queue_name_ + "-dead.fifo");
  }

  functions::LambdaSpec function(const std::string& name) {
    functions::LambdaSpec spec;
    spec.name = name;
    spec.command = {ORDO_LAMBDA_PROGRAM, name};
    spec.init_timeout = base::Millis(60'000);
    spec.region = "eu-central-1";
    const json::object queue{{"url", queue_url_}, {"dead_letter_url", letters_url_}};
    spec.environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                        {"AWS_SECRET_ACCESS_KEY", "secret"},
                        {"AWS_ENDPOINT_URL", aws_emulator().url()},
                        {"ORDO_TASKS_TABLE", tables_.options().tasks.name},
                        {"ORDO_ORDERS_TABLE", tables_.options().orders.name},
                        {"ORDO_QUEUES", json::serialize(json::object{{queue_name_, queue}})}};
    return spec;
  }

  // As API Gateway hands it over.
  json::value ask(LambdaUnderTest& api, const std::string& method, const std::string& path,
                  const std::string& body = "") {
    json::object event{{"httpMethod", method},
                       {"path", path},
                       {"multiValueHeaders", {{"Content-Type", {"application/json"}}}},
                       {"requestContext", {{"stage", "prod"}}},
                       {"isBase64Encoded", false}};
    if (!body.empty()) event["body"] = body;
    api.call(++calls_, json::serialize(event));
    const auto answer = api.calls.of(calls_);
    EXPECT_TRUE(answer) << answer.error().cause;
    return answer ? json::parse(*answer) : json::value();
  }

  // As the host hands it to a function: with what the message in the queue has, too.
  domain::Task stored(const std::string& id) {
    return looker_.tasks.find(domain::TaskId(id)).value().value();
  }

  const std::string queue_name_;

 private:
  std::string make_queue(const std::string& name) {
    const auto made = sqs_.call(
        "CreateQueue", R"({"QueueName":")" + name + R"(","Attributes":{"FifoQueue":"true"}})");
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::string(json::parse(made.value()).at("QueueUrl").as_string());
  }

  EmulatedAws emulated_;
  const HomeTables tables_{emulated_};
  DynamoStores looker_{emulated_, tables_.options()};
  aws::JsonService sqs_{emulated_.context(), emulated_.endpoint("sqs"), aws::kSqsTarget};
  std::string queue_url_;
  std::string letters_url_;
  std::uint64_t calls_ = 0;
};

TEST_F(FunctionsInHost, WhatApiAcceptsProcessorRuns) {
  LambdaUnderTest api(function("api"));
  const std::string body = R"({"task_id":"t1","title":"a","queue":")" + queue_name_ + "\"}";
  EXPECT_EQ(ask(api, "POST", "/tasks", body).at("statusCode"), 201);
  EXPECT_EQ(ask(api, "POST", "/tasks", "{").at("statusCode"), 400);

  LambdaUnderTest processor(function("processor"));
  processor.invoke(1, {stored("t1")});
  EXPECT_EQ(told(processor.log.of(1)), "ok");
  EXPECT_EQ(stored("t1").status, domain::TaskStatus::succeeded);
  const auto shown = ask(api, "GET", "/tasks/t1");
  EXPECT_EQ(json::parse(std::string(shown.at("body").as_string())).at("status"), "succeeded");
}

TEST_F(FunctionsInHost, WhatFailsIsReturnedByItsName) {
  LambdaUnderTest api(function("api"));
  for (const char* const id : {"t1", "t2"}) {
    const std::string body =
        std::string(R"({"task_id":")") + id + R"(","title":"a","queue":")" + queue_name_ + "\"}";
    ASSERT_EQ(ask(api, "POST", "/tasks", body).at("statusCode"), 201);
  }
  auto failing = function("processor");
  failing.environment["ORDO_FAILURE_RATE"] = "1";
  LambdaUnderTest processor(failing);
  processor.invoke(1, {stored("t1"), stored("t2")});
  EXPECT_THAT(told(processor.log.of(1)), HasSubstr("BatchItemFailure"));
  EXPECT_EQ(stored("t1").attempts, 1U);
  EXPECT_TRUE(stored("t1").next_attempt_at.has_value());
  EXPECT_EQ(stored("t2").attempts, 0U) << "it stands behind one that failed";
}

TEST_F(FunctionsInHost, WhatComesFromNoQueueOfOursIsReturned) {
  LambdaUnderTest processor(function("processor"));
  domain::Task lost = running_task("lost");
  lost.queue = domain::QueueName("elsewhere");
  processor.invoke(1, {lost});
  EXPECT_THAT(told(processor.log.of(1)), HasSubstr("BatchItemFailure"));
}

TEST_F(FunctionsInHost, ThoseOfSchedulesAndPipelinesAnswerTheirEvents) {
  LambdaUnderTest dead_letters(function("dead_letters"));
  dead_letters.call(1, "{}");
  EXPECT_EQ(json::parse(dead_letters.calls.of(1).value()).at(queue_name_),
            json::parse(R"({"dead":0,"recorded":0,"told":0})"));
  LambdaUnderTest announce(function("announce"));
  announce.call(1, "{}");
  EXPECT_EQ(announce.calls.told(1), R"(ok {"seen":0,"announced":0,"left_out":0})");

  LambdaUnderTest api(function("api"));
  const auto accepted =
      ask(api, "POST", "/orders", R"([{"record_id":"r1","parameter_1":"a","parameter_2":4}])");
  EXPECT_EQ(accepted.at("statusCode"), 201) << json::serialize(accepted);
  auto rejecting = function("collect_results");
  rejecting.environment["ORDO_AUCTION_REJECT_RATE"] = "1";
  LambdaUnderTest collect(rejecting);
  collect.call(1, R"({"call":"run/0"})");
  const auto order = json::parse(collect.calls.of(1).value()).at("orders").at(0);
  EXPECT_EQ(order.at("status"), "rejected");

  auto storing = function("store_result");
  storing.environment["ORDO_RESULTS_BUCKET"] = "nothing-goes-there";
  LambdaUnderTest store(storing);
  store.call(1, json::serialize(order));
  EXPECT_EQ(store.calls.of(1).error().error, "OrderRejected");
}

}  // namespace
}  // namespace ordo::testing
