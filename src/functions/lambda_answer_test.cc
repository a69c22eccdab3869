#include "functions/lambda_answer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "support/ended_log.h"
#include "support/json_generators.h"

namespace ordo::functions {
namespace {

using testing::running_task;

std::vector<domain::Task> tasks_of(std::size_t count) {
  std::vector<domain::Task> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(running_task('t' + std::to_string(i)));
  return tasks;
}

std::string told(const LambdaOutcome& outcome) {
  return testing::told(ports::Ended{{}, outcome.results, outcome.failure});
}

struct Case {
  std::size_t tasks;
  const char* body;
  const char* outcome;
};

class LambdaResponse : public ::testing::TestWithParam<Case> {};

TEST_P(LambdaResponse, MeansWhatItMeansOnAws) {
  const Case& each = GetParam();
  EXPECT_EQ(told(read_response(each.body, tasks_of(each.tasks))), each.outcome) << each.body;
}

constexpr const char* kReturned = "BatchItemFailure: the function returned this task";
constexpr const char* kNoId =
    "MalformedResponse: an element of batchItemFailures has no itemIdentifier";

INSTANTIATE_TEST_SUITE_P(
    OfOneTask, LambdaResponse,
    ::testing::Values(Case{1, R"({"sum": 3})", R"(ok {"sum":3})"}, Case{1, "{}", "ok {}"},
                      Case{1, "", "ok"}, Case{1, " \n", "ok"}, Case{1, "null", "ok"},
                      Case{1, "[1,2]", "ok"}, Case{1, "\"done\"", "ok"}, Case{1, "17", "ok"},
                      Case{1, R"({"batchItemFailures": []})", "ok"},
                      Case{1, R"({"batchItemFailures": null, "sum": 3})", "ok"},
                      Case{1, R"({"batchItemFailures": [{"itemIdentifier": "t0"}]})", kReturned}));

INSTANTIATE_TEST_SUITE_P(
    OfABatch, LambdaResponse,
    ::testing::Values(
        Case{3, R"({"sum": 3})", "ok, ok, ok"}, Case{3, "", "ok, ok, ok"},
        Case{3, R"({"batchItemFailures": []})", "ok, ok, ok"},
        Case{3, R"({"batchItemFailures": null})", "ok, ok, ok"},
        Case{3, R"({"batchItemFailures": [{"itemIdentifier": "t0"}]})", kReturned},
        Case{3, R"({"batchItemFailures": [{"itemIdentifier": "t2"}, {"itemIdentifier": "t1"}]})",
             "ok, BatchItemFailure: the function returned this task"},
        Case{3, R"({"batchItemFailures": [{"itemIdentifier": "t2"}]})",
             "ok, ok, BatchItemFailure: the function returned this task"}));

INSTANTIATE_TEST_SUITE_P(
    Malformed, LambdaResponse,
    ::testing::Values(
        Case{2, R"({"batchItemFailures": "t0"})",
             "MalformedResponse: batchItemFailures is not an array"},
        Case{2, R"({"batchItemFailures": {}})",
             "MalformedResponse: batchItemFailures is not an array"},
        Case{2, R"({"batchItemFailures": [""]})", kNoId},
        Case{2, R"({"batchItemFailures": [{}]})", kNoId},
        Case{2, R"({"batchItemFailures": [{"itemIdentifier": ""}]})", kNoId},
        Case{2, R"({"batchItemFailures": [{"itemIdentifier": null}]})", kNoId},
        Case{2, R"({"batchItemFailures": [{"itemIdentifier": 1}]})", kNoId},
        Case{2, R"({"batchItemFailures": [{"itemId": "t1"}]})", kNoId},
        Case{2, R"({"batchItemFailures": [{"itemIdentifier": "t1"}, {"itemIdentifier": "x"}]})",
             "MalformedResponse: batchItemFailures names \"x\", which is no task of this "
             "invocation"}));

TEST(LambdaResponse, WhatIsNoJsonFailsAll) {
  for (const char* body : {"{", "done", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "\xff"}) {
    const LambdaOutcome outcome = read_response(body, tasks_of(2));
    EXPECT_TRUE(outcome.results.empty()) << body;
    ASSERT_TRUE(outcome.failure.has_value()) << body;
    EXPECT_EQ(outcome.failure->type, "MalformedResponse") << body;
    EXPECT_FALSE(outcome.failure->message.empty()) << body;
  }
}

// In a lane, nothing after a failure may count as done.
RC_GTEST_PROP(LambdaBatch, EverythingFromTheFirstNamedTaskOnIsReturned, ()) {
  const auto count = testing::pick<std::size_t>(1, 11);
  const auto tasks = tasks_of(count);
  std::size_t first = count;
  std::string list;
  for (int named = testing::pick(0, 6); named > 0; --named) {
    const auto index = testing::pick<std::size_t>(0, count);
    first = std::min(first, index);
    if (!list.empty()) list += " ,";
    list += R"({"itemIdentifier":)";
    base::append_json_string(list, tasks[index].id.value());
    list += "}";
  }
  const LambdaOutcome outcome = read_response(R"({"batchItemFailures":[)" + list + "]}", tasks);
  RC_ASSERT(outcome.results.size() == first);
  RC_ASSERT(outcome.failure.has_value() == (first < count));
}

RC_GTEST_PROP(LambdaBatch, AnyBytesGiveAnOutcomeForEveryTask, ()) {
  const auto count = testing::pick<std::size_t>(1, 11);
  const auto body = testing::one_in(2)
                        ? *rc::gen::arbitrary<std::string>()
                        : R"({"batchItemFailures":)" + testing::RandomJson::value().text + "}";
  const LambdaOutcome outcome = read_response(body, tasks_of(count));
  RC_ASSERT(outcome.results.size() <= count);
  RC_ASSERT(outcome.failure.has_value() == (outcome.results.size() < count));
}

RC_GTEST_PROP(LambdaResponse, AnyObjectIsTheResultOfASingleTask, ()) {
  const auto json = testing::RandomJson::object();
  const LambdaOutcome outcome = read_response(json.text, tasks_of(1));
  RC_ASSERT(told(outcome) == "ok " + json.compact);
}

TEST(LambdaError, IsTheTypeAndTheMessageOfTheBody) {
  const domain::Failure failure = read_error(
      R"({"errorMessage": "no such file", "errorType": "IOError", "stackTrace": ["a", "b"]})");
  EXPECT_EQ(failure, (domain::Failure{"IOError", "no such file"}));
}

TEST(LambdaError, WhatIsMissingOrOfAnotherKindIsMadeUp) {
  EXPECT_EQ(read_error("{}"), (domain::Failure{"Unhandled", ""}));
  EXPECT_EQ(read_error(R"({"errorType": "", "errorMessage": "m"})"),
            (domain::Failure{"Unhandled", "m"}));
  EXPECT_EQ(read_error(R"({"errorType": 7, "errorMessage": ["m"]})"),
            (domain::Failure{"Unhandled", ""}));
  EXPECT_EQ(read_error("segfault"), (domain::Failure{"Unhandled", "segfault"}));
}

RC_GTEST_PROP(LambdaError, IsAlwaysShortAndReadable, (const std::string& body)) {
  const domain::Failure failure = read_error(body + body + body);
  RC_ASSERT(failure.message.size() <= domain::kMaxErrorBytes);
  RC_ASSERT(base::is_valid_utf8(failure.message) && base::is_valid_utf8(failure.type));
}

TEST(LambdaCallResponse, IsAnyJsonAsItIs) {
  for (const char* body : {"{}", "[1,2.50]", "\"a\"", "null", "true", "1e400",
                           R"({"batchItemFailures":[{"itemIdentifier":"a"}]})"}) {
    EXPECT_EQ(read_call_response(body), ports::CallOutcome(body));
  }
  EXPECT_EQ(read_call_response(" {\"a\" : 1}\n"), ports::CallOutcome(R"({"a":1})"));
  EXPECT_EQ(read_call_response(" \n"), ports::CallOutcome("null"));
}

TEST(LambdaCallResponse, ThatIsNoJsonIsAFault) {
  for (const char* body : {"NaN", "{\"a\":}", "{} {}", "\xff"}) {
    const auto outcome = read_call_response(body);
    ASSERT_FALSE(outcome.has_value()) << body;
    EXPECT_EQ(outcome.error().error, "Runtime.MalformedResponse");
    EXPECT_TRUE(base::parse_json_object(outcome.error().cause).has_value())
        << outcome.error().cause;
  }
}

TEST(LambdaCallError, IsItsTypeAndTheWholeObjectAsItCame) {
  const std::string body =
      R"({"errorMessage": "no stock", "errorType": "OrderRejected", "stackTrace": ["a", "b"]})";
  EXPECT_EQ(read_call_error(body), (ports::CallFault{"OrderRejected", body}));
}

TEST(LambdaCallError, WithoutATypeIsUnhandled) {
  EXPECT_EQ(read_call_error(R"({"a":1})"), (ports::CallFault{"Unhandled", R"({"a":1})"}));
  EXPECT_EQ(read_call_error("out of \"luck\""),
            (ports::CallFault{"Unhandled",
                              R"({"errorType":"Unhandled","errorMessage":"out of \"luck\""})"}));
}

TEST(LambdaCallError, IsBounded) {
  const std::string body = R"({"errorType":")" + std::string(1000, 'E') + R"(","errorMessage":")" +
                           std::string(100'000, 'm') + "\"}";
  const ports::CallFault fault = read_call_error(body);
  EXPECT_EQ(fault.error, std::string(ports::kMaxCallErrorBytes, 'E'));
  EXPECT_EQ(fault.cause, body.substr(0, ports::kMaxCallCauseBytes));
}

RC_GTEST_PROP(LambdaCallError, IsReadWhateverCame, (const std::string& body)) {
  const ports::CallFault fault = read_call_error(body);
  RC_ASSERT(!fault.error.empty());
  RC_ASSERT(base::is_valid_utf8(fault.error) && base::is_valid_utf8(fault.cause));
}

}  // namespace
}  // namespace ordo::functions
