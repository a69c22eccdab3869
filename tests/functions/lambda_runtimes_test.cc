// Real runtimes: AWS's for Python and Node as they are published, and the examples in C++ and in
// the shell that speak the Runtime API by themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "lambda_under_test.h"
#include "support/temp_dir.h"

namespace ordo {
namespace {

using testing::LambdaUnderTest;
using testing::running_task;
using ::testing::StartsWith;
using testing::told;

const std::string kRuntimes = ORDO_LAMBDA_RUNTIMES;
const std::string kExamples = ORDO_SOURCE_DIR "/examples/handlers/";

struct Runtime {
  std::string name;
  std::vector<std::string> command;
  std::string missing_name;  // how the example says that payload.name is missing
};

std::vector<std::string> python(const std::string& handler) {
  return {kRuntimes + "/python/bin/python", "-m", "awslambdaric", handler};
}
std::vector<std::string> node(const std::string& handler) {
  return {"node", kRuntimes + "/node/node_modules/aws-lambda-ric/bin/index.mjs", handler};
}

functions::LambdaSpec function(const Runtime& runtime, std::string task_root) {
  functions::LambdaSpec spec;
  spec.name = "greet";
  spec.command = runtime.command;
  spec.task_root = std::move(task_root);
  spec.init_timeout = base::Millis(60'000);  // these machines may be busy
  spec.environment["PYTHONDONTWRITEBYTECODE"] = "1";
  return spec;
}

#define NEEDS_RUNTIMES()                                                     \
  if (!std::filesystem::exists(kRuntimes + "/stamp")) {                      \
    GTEST_SKIP() << "no runtimes under " << kRuntimes << ": run ./dev test"; \
  }

class Example : public ::testing::TestWithParam<Runtime> {
 protected:
  void SetUp() override { NEEDS_RUNTIMES(); }
  static functions::LambdaSpec spec() { return function(GetParam(), kExamples + GetParam().name); }
};

TEST_P(Example, AnswersAndFailsAsItsTasksAsk) {
  LambdaUnderTest lambda(spec());
  lambda.invoke(1, {running_task("a", R"({"name":"Ada"})")});
  EXPECT_EQ(told(lambda.log.of(1)), R"(ok {"greeting":"Hello, Ada"})");
  lambda.invoke(2, {running_task("b")});
  EXPECT_EQ(told(lambda.log.of(2)), GetParam().missing_name);
  lambda.invoke(3, {running_task("c", R"({"name":"Grace"})")});
  EXPECT_EQ(told(lambda.log.of(3)), R"(ok {"greeting":"Hello, Grace"})");
}

TEST_P(Example, WhatItWritesCarriesTheTask) {
  LambdaUnderTest lambda(spec());
  lambda.invoke(1, {running_task("a", R"({"name":"Ada"})")});
  lambda.log.of(1);
  bool found = false;
  for (const auto& line : lambda.lines()) {
    if (line.line.find("greeting for task") == std::string::npos) continue;
    found = true;
    EXPECT_EQ(line.task_id, "a");
  }
  EXPECT_TRUE(found);
}

INSTANTIATE_TEST_SUITE_P(
    Runtimes, Example,
    ::testing::Values(
        Runtime{"python", python("handler.handler"), "ValueError: payload.name is missing"},
        Runtime{"node", node("handler.handler"), "TypeError: payload.name is missing"},
        Runtime{"cpp", {ORDO_EXAMPLE_HANDLER}, "InvalidArgument: payload.name is missing"},
        Runtime{"shell", {"./handler.sh"}, "MissingName: payload.name is missing"}),
    [](const auto& each) { return each.param.name; });

// Handlers that tell what they were given, and more.
constexpr const char* kPython = R"(
import os

def tell(event, context):
    return {"event": event, "id": context.aws_request_id, "name": context.function_name,
            "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis(),
            "memory": context.memory_limit_in_mb, "stream": context.log_stream_name,
            "trace": os.environ.get("_X_AMZN_TRACE_ID"), "root": os.environ["LAMBDA_TASK_ROOT"]}

def batch(event, context):
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"]
                                  if "bad" in r["messageId"]]}

def die(event, context):
    os._exit(9)

def large(event, context):
    return {"text": "a" * (7 * 1024 * 1024)}

class OrderRejected(Exception):
    pass

def called(event, context):
    if event == "boom":
        raise OrderRejected("no stock")
    return event
)";
constexpr const char* kNode = R"(
exports.tell = async (event, context) => ({
  event, id: context.awsRequestId, name: context.functionName, arn: context.invokedFunctionArn,
  left: context.getRemainingTimeInMillis(), memory: context.memoryLimitInMB,
  stream: context.logStreamName, trace: process.env._X_AMZN_TRACE_ID,
  root: process.env.LAMBDA_TASK_ROOT });
exports.batch = async (event) => ({
  batchItemFailures: event.Records.filter((r) => r.messageId.includes("bad"))
    .map((r) => ({ itemIdentifier: r.messageId })) });
exports.die = async () => process.exit(9);
exports.large = async () => ({ text: "a".repeat(7 * 1024 * 1024) });
class OrderRejected extends Error { name = "OrderRejected"; }
exports.called = async (event) => {
  if (event === "boom") throw new OrderRejected("no stock");
  return event;
};
)";

class Unmodified : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    NEEDS_RUNTIMES();
    std::ofstream(directory_.file("handlers.py")) << kPython;
    std::ofstream(directory_.file("handlers.js")) << kNode;
  }
  functions::LambdaSpec spec(const std::string& name) {
    const std::string handler = "handlers." + name;
    const Runtime runtime{GetParam(), GetParam() == "python" ? python(handler) : node(handler), {}};
    return function(runtime, directory_.path().string());
  }

  testing::TempDir directory_;
};

TEST_P(Unmodified, SeesTheDocumentedEventAndContext) {
  LambdaUnderTest lambda(spec("tell"));
  domain::Task task = running_task("invoice-17", R"({"n":1.5})");
  task.queue = domain::QueueName("mail");
  task.lane = domain::LaneKey("customer 42");
  task.sequence = domain::Sequence(17);
  task.attempts = 2;
  task.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  lambda.invoke(1, {task});
  const ports::Ended ended = lambda.log.of(1);
  ASSERT_FALSE(ended.failure.has_value()) << told(ended);
  const auto seen = boost::json::parse(ended.results.at(0).value());
  EXPECT_EQ(seen.at("id").as_string().size(), 36U);
  EXPECT_EQ(seen.at("name"), "greet");
  EXPECT_EQ(seen.at("arn"), "arn:aws:lambda:us-east-1:000000000000:function:greet");
  EXPECT_EQ(seen.at("memory"), "128");
  EXPECT_EQ(seen.at("stream"), "greet/[$LATEST]0");
  EXPECT_EQ(seen.at("root").as_string(), directory_.path().string());
  EXPECT_EQ(seen.at("trace"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1");
  EXPECT_GT(seen.at("left").to_number<double>(), 0);
  EXPECT_LE(seen.at("left").to_number<double>(), 30'000);
  const auto& record = seen.at("event").at("Records").at(0);
  EXPECT_EQ(record.at("messageId"), "invoice-17");
  EXPECT_EQ(record.at("eventSource"), "aws:sqs");
  EXPECT_EQ(record.at("attributes").at("ApproximateReceiveCount"), "2");
  EXPECT_EQ(record.at("attributes").at("MessageGroupId"), "customer 42");
  EXPECT_EQ(record.at("attributes").at("SequenceNumber"), "00000000000000000017");
  const auto body = boost::json::parse(record.at("body").as_string());
  EXPECT_EQ(body.at("task_id"), "invoice-17");
  EXPECT_EQ(body.at("payload").at("n"), 1.5);
}

TEST_P(Unmodified, ReturnsABatchInPart) {
  LambdaUnderTest lambda(spec("batch"));
  lambda.invoke(1, {running_task("a"), running_task("b"), running_task("c")});
  EXPECT_EQ(told(lambda.log.of(1)), "ok, ok, ok");
  lambda.invoke(2, {running_task("a"), running_task("bad"), running_task("c")});
  EXPECT_EQ(told(lambda.log.of(2)), "ok, BatchItemFailure: the function returned this task");
}

TEST_P(Unmodified, AProcessThatDiesIsReplaced) {
  LambdaUnderTest lambda(spec("die"));
  for (const std::uint64_t id : {1, 2}) {
    lambda.invoke(id, {running_task("a")});
    EXPECT_EQ(told(lambda.log.of(id)), "ProcessExited: the process ended with exit code 9");
  }
}

TEST_P(Unmodified, AnAnswerThatIsTooLargeFails) {
  LambdaUnderTest lambda(spec("large"));
  lambda.invoke(1, {running_task("a")});
  EXPECT_THAT(told(lambda.log.of(1)), StartsWith("Function.ResponseSizeTooLarge"));
}

TEST_P(Unmodified, AHandlerThatIsNotThereIsAnInitError) {
  LambdaUnderTest lambda(spec("nobody"));
  lambda.invoke(1, {running_task("a")});
  const std::string said = told(lambda.log.of(1));
  EXPECT_THAT(said, ::testing::HasSubstr("HandlerNotFound")) << said;
}

TEST_P(Unmodified, ACallIsGivenAnyJsonAndAnswersWithAny) {
  LambdaUnderTest lambda(spec("called"));
  std::uint64_t n = 0;
  for (const char* json : {R"({"order":{"sku":"a-1","pieces":[1,2]}})", "[]", R"("text")", "7",
                           "null", "true", R"({"Records":[]})"}) {
    lambda.call(++n, json);
    EXPECT_EQ(lambda.calls.told(n), std::string("ok ") + json);
  }
}

TEST_P(Unmodified, ACallFailsWithTheTypeAndTheWholeErrorOfTheHandler) {
  LambdaUnderTest lambda(spec("called"));
  lambda.call(1, R"("boom")");
  const auto outcome = lambda.calls.of(1);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().error, "OrderRejected");
  const auto cause = boost::json::parse(outcome.error().cause);
  EXPECT_EQ(cause.at("errorType"), "OrderRejected");
  EXPECT_EQ(cause.at("errorMessage"), "no stock");
  // Where it happened, by the name that each runtime has for it.
  EXPECT_TRUE(cause.at(GetParam() == "python" ? "stackTrace" : "trace").is_array());
}

TEST_P(Unmodified, ACallOfOneThatDiesOrSaysTooMuchFails) {
  LambdaUnderTest dying(spec("die"));
  dying.call(1, "{}");
  EXPECT_THAT(dying.calls.told(1),
              ::testing::MatchesRegex("Runtime.ExitError: .*RequestId: [-0-9a-f]{36} Error: "
                                      "Runtime exited with error: exit status 9.*"));
  LambdaUnderTest large(spec("large"));
  large.call(1, "{}");
  EXPECT_EQ(large.calls.of(1).error().error, "Function.ResponseSizeTooLarge");
}

INSTANTIATE_TEST_SUITE_P(Runtimes, Unmodified, ::testing::Values("python", "node"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace ordo
