// A function on the runtime loop, run by this project's own Lambda host and by another Runtime API
// that shares no code with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>

#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "aws/queue_event.h"
#include "functions/lambda_event.h"
#include "functions/lambda_under_test.h"
#include "support/temp_dir.h"

namespace ordo {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using testing::LambdaUnderTest;
using testing::running_task;
using testing::told;

functions::LambdaSpec echo_function() {
  functions::LambdaSpec spec;
  spec.name = "echo";
  spec.command = {ORDO_ECHO_FUNCTION};
  spec.init_timeout = base::Millis(60'000);  // these machines may be busy
  return spec;
}

TEST(RuntimeLoopInHost, IsGivenItsCallAndAnswers) {
  LambdaUnderTest lambda(echo_function());
  lambda.call(1, R"({"do":"tell","text":"café"})");
  const auto answer = lambda.calls.of(1);
  ASSERT_TRUE(answer);
  const auto seen = json::parse(*answer);
  EXPECT_EQ(seen.at("event"), R"({"do":"tell","text":"café"})");
  EXPECT_EQ(seen.at("request_id").as_string().size(), 36U);
  EXPECT_EQ(seen.at("function_arn"), "arn:aws:lambda:us-east-1:000000000000:function:echo");
  EXPECT_GT(seen.at("left_ms").to_number<int>(), 0);
  EXPECT_LE(seen.at("left_ms").to_number<int>(), 30'000);
  EXPECT_EQ(seen.at("trace_id_of_environment"), nullptr);
}

TEST(RuntimeLoopInHost, FailsAsItsHandlerDoesAndGoesOn) {
  LambdaUnderTest lambda(echo_function());
  lambda.call(1, R"({"do":"fail","type":"OrderRejected","message":"no \"stock\""})");
  EXPECT_EQ(lambda.calls.told(1),
            R"(OrderRejected: {"errorMessage":"no \"stock\"","errorType":"OrderRejected",)"
            R"("stackTrace":[]})");
  lambda.call(2, R"({"do":"throw","message":"out of paper"})");
  EXPECT_THAT(lambda.calls.told(2), HasSubstr("Runtime.UnhandledException: "));
  EXPECT_THAT(lambda.calls.told(2), HasSubstr("out of paper"));
  lambda.call(3, R"({"do":"fill","bytes":7})");
  EXPECT_EQ(lambda.calls.told(3), R"(ok "aaaaa")");
}

TEST(RuntimeLoopInHost, AnAnswerMayBeAsLargeAsLambdaTakes) {
  LambdaUnderTest lambda(echo_function());
  lambda.call(1, R"({"do":"fill","bytes":6291456})");
  EXPECT_EQ(lambda.calls.of(1).value_or("").size(), 6'291'456U);
  lambda.call(2, R"({"do":"fill","bytes":6291457})");
  EXPECT_EQ(lambda.calls.of(2).error().error, "Function.ResponseSizeTooLarge");
  lambda.call(3, R"({"do":"fill","bytes":7})");
  EXPECT_EQ(lambda.calls.told(3), R"(ok "aaaaa")");
}

TEST(RuntimeLoopInHost, ReturnsABatchInPart) {
  LambdaUnderTest lambda(echo_function());
  lambda.invoke(1, {running_task("a"), running_task("b")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok, ok");
  lambda.invoke(2, {running_task("a"), running_task("b", R"("bad")"), running_task("c")});
  EXPECT_EQ(told(lambda.log.of(2)), "ok, BatchItemFailure: the function returned this task");
}

TEST(RuntimeLoopInHost, ReadsTheQueuesEventOfThisProject) {
  domain::Task task = running_task("invoice-17", R"({"n":1})");
  task.queue = domain::QueueName("mail");
  task.lane = domain::LaneKey("customer 42");
  task.sequence = domain::Sequence(17);
  task.attempts = 2;
  const std::vector tasks{task};
  const auto messages = aws::read_queue_event(functions::lambda_event(tasks, "eu-central-1"));
  ASSERT_TRUE(messages) << messages.error().message;
  const aws::QueueMessage& message = messages->at(0);
  EXPECT_EQ(message.message_id, "invoice-17");
  EXPECT_EQ(message.receive_count, 2);
  EXPECT_EQ(message.group, "customer 42");
  EXPECT_EQ(message.sequence_number, "00000000000000000017");
  EXPECT_EQ(message.queue_name, "mail.fifo");
  EXPECT_EQ(message.base_name, "mail");
  EXPECT_EQ(json::parse(message.body).at("task_id"), "invoice-17");
}

TEST(RuntimeLoopInHost, ThatCannotGetReadySaysWhy) {
  auto spec = echo_function();
  spec.environment["ECHO_INIT_FAILS"] = "1";
  LambdaUnderTest lambda(spec);
  lambda.call(1, "{}");
  EXPECT_THAT(lambda.calls.told(1), HasSubstr("InitError"));
  EXPECT_THAT(lambda.calls.told(1), HasSubstr("Config.Missing: there is nothing to echo"));
}

// What the other Runtime API heard of the function while it went through the steps.
std::vector<json::value> heard_of(const std::vector<json::value>& steps,
                                  const std::string& environment = "") {
  const testing::TempDir directory;
  std::ofstream file(directory.file("steps"));
  for (const json::value& step : steps) file << json::serialize(step) << '\n';
  file.close();
  const std::string command = environment +
                              " python3 " ORDO_SOURCE_DIR
                              "/tests/aws/runtime_api.py " ORDO_ECHO_FUNCTION " <" +
                              directory.file("steps");
  const std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 65536> buffer;
  while (const std::size_t got = ::fread(buffer.data(), 1, buffer.size(), out.get())) {
    text.append(buffer.data(), got);
  }
  std::vector<json::value> heard;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) heard.push_back(json::parse(line));
  return heard;
}

// "response 202, exit 0": all but that it got ready.
std::string summary(const std::vector<json::value>& heard) {
  std::string text;
  for (const json::value& one : heard) {
    const auto& what = one.as_object();
    if (what.at("heard") == "ready") continue;
    if (!text.empty()) text += ", ";
    text += what.at("heard").as_string();
    for (const char* key : {"status", "code"}) {
      if (what.contains(key)) text += " " + json::serialize(what.at(key));
    }
  }
  return text;
}

json::value invoke(const json::value& event) {
  return {{"invoke", event}};
}

TEST(RuntimeLoopElsewhere, IsGivenItsInvocationAndAnswers) {
  const auto heard = heard_of({{{"invoke", R"({"do": "tell",  "n": 1.50})"},
                                {"trace_id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"},
                                {"timeout_ms", 60'000}},
                               invoke({{"do", "tell"}})});
  ASSERT_EQ(summary(heard), "response 202, response 202, exit 0");
  EXPECT_EQ(heard.at(0).at("heard"), "ready");
  EXPECT_EQ(heard.at(1).at("content_type"), "application/json");
  EXPECT_EQ(heard.at(1).at("error_type"), nullptr);
  const auto first = json::parse(heard.at(1).at("body").as_string());
  EXPECT_EQ(first.at("event"), R"({"do": "tell",  "n": 1.50})");
  EXPECT_EQ(first.at("request_id"), heard.at(1).at("request_id"));
  EXPECT_EQ(first.at("function_arn"), "arn:aws:lambda:xx-1:123456789012:function:f");
  EXPECT_GT(first.at("left_ms").to_number<int>(), 0);
  EXPECT_LE(first.at("left_ms").to_number<int>(), 60'000);
  EXPECT_EQ(first.at("trace_id"), "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1");
  EXPECT_EQ(first.at("trace_id_of_environment"), first.at("trace_id"));
  const auto second = json::parse(heard.at(2).at("body").as_string());
  EXPECT_EQ(second.at("trace_id_of_environment"), nullptr);
  EXPECT_NE(second.at("request_id"), first.at("request_id"));
}

TEST(RuntimeLoopElsewhere, FailsAsItsHandlerDoesAndGoesOn) {
  const auto heard =
      heard_of({invoke({{"do", "fail"}, {"type", "OrderRejected"}, {"message", "no stock"}}),
                invoke({{"do", "throw"}, {"message", "out of paper"}}), invoke("no JSON"),
                invoke({{"do", "fill"}, {"bytes", 7}})});
  ASSERT_EQ(summary(heard), "error 202, error 202, error 202, response 202, exit 0");
  EXPECT_EQ(heard.at(1).at("error_type"), "OrderRejected");
  EXPECT_EQ(json::parse(heard.at(1).at("body").as_string()),
            (json::value{{"errorMessage", "no stock"},
                         {"errorType", "OrderRejected"},
                         {"stackTrace", json::array()}}));
  EXPECT_EQ(heard.at(2).at("error_type"), "Runtime.UnhandledException");
  EXPECT_EQ(heard.at(3).at("error_type"), "Runtime.UnhandledException");
  EXPECT_EQ(heard.at(4).at("body"), "\"aaaaa\"");
}

TEST(RuntimeLoopElsewhere, AnAnswerThatIsTooLargeIsAnError) {
  const auto heard =
      heard_of({invoke({{"do", "fill"}, {"bytes", 6'291'456}}),
                invoke({{"do", "fill"}, {"bytes", 6'291'457}}),
                {{"invoke", {{"do", "fill"}, {"bytes", 7}}}, {"refuse", json::array{413}}}});
  ASSERT_EQ(summary(heard), "response 202, error 202, response 413, error 202, exit 0");
  EXPECT_EQ(heard.at(1).at("bytes"), 6'291'456);
  EXPECT_EQ(heard.at(2).at("error_type"), "Function.ResponseSizeTooLarge");
  EXPECT_EQ(heard.at(4).at("error_type"), "Function.ResponseSizeTooLarge");
}

TEST(RuntimeLoopElsewhere, ARefusedAnswerDoesNotEndIt) {
  const json::value once = {{"invoke", {{"do", "tell"}}}, {"refuse", json::array{400}}};
  EXPECT_EQ(summary(heard_of({once, invoke({{"do", "tell"}})})),
            "response 400, response 202, exit 0");
}

TEST(RuntimeLoopElsewhere, ALostConnectionIsAskedForAgain) {
  EXPECT_EQ(summary(heard_of({{{"hang_up", true}},
                              {{"next", 502}},
                              {{"invoke", {{"do", "tell"}}}, {"refuse", json::array{503}}},
                              {{"hang_up", true}},
                              invoke({{"do", "tell"}})})),
            "response 503, response 202, response 202, exit 0");
}

TEST(RuntimeLoopElsewhere, ABrokenApiEndsItWithAnError) {
  EXPECT_EQ(summary(heard_of({invoke({{"do", "tell"}}), {{"next", 500}}, invoke("{}")})),
            "response 202, exit 1");
}

TEST(RuntimeLoopElsewhere, AnApiThatHasGoneEndsItWithAnError) {
  EXPECT_EQ(summary(heard_of({invoke({{"do", "tell"}}), {{"close", true}}})),
            "response 202, exit 1");
}

TEST(RuntimeLoopElsewhere, ASignalEndsItWell) {
  EXPECT_EQ(summary(heard_of({{{"signal", SIGTERM}}})), "exit 0");
  EXPECT_EQ(summary(heard_of({invoke({{"do", "tell"}}), {{"signal", SIGTERM}}})),
            "response 202, exit 0");
}

TEST(RuntimeLoopElsewhere, ThatCannotGetReadySaysWhy) {
  const auto heard = heard_of({}, "ECHO_INIT_FAILS=1");
  ASSERT_EQ(summary(heard), "init_error 202, exit 1");
  EXPECT_EQ(heard.at(0).at("error_type"), "Config.Missing");
  EXPECT_EQ(json::parse(heard.at(0).at("body").as_string()).at("errorMessage"),
            "there is nothing to echo");
}

}  // namespace
}  // namespace ordo
