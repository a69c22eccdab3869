// The Runtime API byte for byte: the process is a shell that only says where the API is, and the
// test speaks in its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "functions/runtime_api.h"
#include "lambda_under_test.h"
#include "support/raw_connection.h"

namespace ordo {
namespace {

using ::testing::HasSubstr;
using testing::RawConnection;
using testing::running_task;
using ::testing::StartsWith;
using testing::told;

constexpr std::string_view kRoot = "/2018-06-01/runtime/";

class RuntimeProtocol : public ::testing::Test {
 protected:
  static functions::LambdaSpec spec() {
    auto spec = testing::shell_function("echo api $AWS_LAMBDA_RUNTIME_API; exec sleep 1000");
    spec.region = "eu-central-1";
    return spec;
  }
  static std::string request(std::string_view method, std::string_view path,
                             std::string_view body = {}) {
    return std::string(method) + " " + std::string(kRoot) + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }
  static std::string field(std::string_view answer, std::string_view name) {
    const std::size_t at = answer.find("\r\n" + std::string(name) + ": ");
    if (at == std::string_view::npos) return "";
    const std::size_t from = at + name.size() + 4;
    return std::string(answer.substr(from, answer.find('\r', from) - from));
  }
  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  std::string call(std::string_view method, std::string_view path, std::string_view body = {}) {
    EXPECT_TRUE(connection_.send(request(method, path, body)));
    return connection_.read_answer();
  }
  // Hands `tasks` to the process; its request id.
  std::string work(std::uint64_t id, std::vector<domain::Task> tasks) {
    lambda_.invoke(id, std::move(tasks));
    return field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  }
  // Of the sequences 1 and 2, one by one.
  void invoke_two() {
    ports::Invocation two =
        testing::invocation(1, "resize", {running_task("a"), running_task("b")});
    two.one_by_one = true;
    for (std::uint64_t i = 0; i < 2; ++i) two.tasks[i].sequence = domain::Sequence(i + 1);
    lambda_.invoke(std::move(two));
  }
  static std::string answer_to(const std::string& id) { return "invocation/" + id + "/response"; }

  testing::LambdaUnderTest lambda_{spec()};
  std::uint16_t port_ = [this] {
    const std::string line = lambda_.line("api ").line;
    return static_cast<std::uint16_t>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
  }();
  RawConnection connection_{port_};
};

TEST_F(RuntimeProtocol, NextCarriesTheEventAndItsHeaders) {
  domain::Task task = running_task("a");
  task.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::int64_t before = system::SystemClock().wall().ms();
  lambda_.invoke(1, {task});
  const std::string answer = call("GET", "invocation/next");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(field(answer, "Lambda-Runtime-Aws-Request-Id").size(), 36U);
  EXPECT_EQ(field(answer, "Lambda-Runtime-Invoked-Function-Arn"),
            "arn:aws:lambda:eu-central-1:000000000000:function:resize");
  EXPECT_EQ(field(answer, "Lambda-Runtime-Trace-Id"),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1");
  const std::int64_t deadline = std::stoll(field(answer, "Lambda-Runtime-Deadline-Ms"));
  EXPECT_GE(deadline, before + 30'000);
  EXPECT_LE(deadline, system::SystemClock().wall().ms() + 30'000);
  const auto event = boost::json::parse(body_of(answer));
  EXPECT_EQ(event.at("Records").at(0).at("messageId"), "a");
}

TEST_F(RuntimeProtocol, AnAnswerIsAcceptedAndEndsTheInvocation) {
  const std::string id = work(1, {running_task("a")});
  const std::string answer = call("POST", answer_to(id), R"({"sum": 3})");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(body_of(answer), R"({"status":"OK"})");
  EXPECT_EQ(told(lambda_.log.of(1)), R"(ok {"sum":3})");
}

TEST_F(RuntimeProtocol, OneProcessWorksOffWhatWaitsOneAfterAnother) {
  lambda_.invoke(1, {running_task("a")});
  const std::string first = work(2, {running_task("b")});
  EXPECT_THAT(call("POST", answer_to(first)), StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(told(lambda_.log.of(1)), "ok");
  EXPECT_FALSE(lambda_.log.has(2));
  const std::string answer = call("GET", "invocation/next");
  EXPECT_THAT(answer, HasSubstr(R"("messageId":"b")"));
}

TEST_F(RuntimeProtocol, TasksOneByOneAreCallsOfTheirOwn) {
  invoke_two();
  lambda_.invoke(2, {running_task("c")});
  for (const char* task : {"a", "b"}) {
    const std::string next = call("GET", "invocation/next");
    const auto records = boost::json::parse(body_of(next)).at("Records").as_array();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].at("messageId"), task);
    EXPECT_FALSE(lambda_.log.has(1));
    const std::string id = field(next, "Lambda-Runtime-Aws-Request-Id");
    EXPECT_THAT(call("POST", answer_to(id), R"({"did": ")" + std::string(task) + "\"}"),
                StartsWith("HTTP/1.1 202"));
    if (*task == 'a') {
      EXPECT_EQ(lambda_.log.progress_of(1), 1U);
    }
  }
  EXPECT_EQ(told(lambda_.log.of(1)), R"(ok {"did":"a"}, ok {"did":"b"})");
}

TEST_F(RuntimeProtocol, AFunctionIsGivenNothingBeforeItsProcessAsks) {
  EXPECT_EQ(lambda_.capacity(), 0U);
  connection_.send(request("GET", "invocation/next"));
  EXPECT_TRUE(lambda_.log.wait_for_calls(1)) << "somebody is told";
  EXPECT_EQ(lambda_.capacity(), 1U);
  EXPECT_EQ(lambda_.log.size(), 0U);
}

TEST_F(RuntimeProtocol, ACancelOfATaskThatDoesNotRunLetsTheOneThatRunsEnd) {
  invoke_two();
  const std::string id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  lambda_.cancel(1, domain::Sequence(2));
  EXPECT_THAT(call("POST", answer_to(id), "{}"), StartsWith("HTTP/1.1 202"));
  const ports::Ended ended = lambda_.log.of(1);
  EXPECT_EQ(ended.results.size(), 1U);
  ASSERT_TRUE(ended.failure);
  EXPECT_TRUE(ended.failure->not_begun);
}

TEST_F(RuntimeProtocol, ACancelOfTheTaskThatRunsEndsItsProcess) {
  invoke_two();
  call("GET", "invocation/next");
  lambda_.cancel(1, domain::Sequence(1));
  EXPECT_EQ(told(lambda_.log.of(1)), "Cancelled: the invocation was cancelled");
}

TEST_F(RuntimeProtocol, NoTwoCallsHaveTheSameId) {
  constexpr int kTasks = 200;
  ports::Invocation all = testing::invocation(1, "resize", {});
  for (int i = 0; i < kTasks; ++i) all.tasks.push_back(running_task(std::to_string(i)));
  all.one_by_one = true;
  lambda_.invoke(std::move(all));
  std::set<std::string> ids;
  std::string last;
  for (int i = 0; i < kTasks; ++i) {
    const std::string id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
    EXPECT_TRUE(ids.insert(id).second) << id;
    if (i > 0) {
      // The last answer once more, as one whose connection broke would send it.
      EXPECT_THAT(call("POST", answer_to(last), "{}"), StartsWith("HTTP/1.1 400"));
    }
    EXPECT_THAT(call("POST", answer_to(id), "{}"), StartsWith("HTTP/1.1 202"));
    last = id;
  }
}

TEST_F(RuntimeProtocol, TasksOneByOneEndWithTheFirstThatFails) {
  ports::Invocation all =
      testing::invocation(1, "resize", {running_task("a"), running_task("b"), running_task("c")});
  all.one_by_one = true;
  lambda_.invoke(std::move(all));
  std::string id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  call("POST", answer_to(id), "{}");
  id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  call("POST", "invocation/" + id + "/error", R"({"errorType": "E", "errorMessage": "m"})");
  EXPECT_EQ(told(lambda_.log.of(1)), "ok {}, E: m");
}

TEST_F(RuntimeProtocol, AnErrorFailsTheInvocationByItsBody) {
  const std::string id = work(1, {running_task("a"), running_task("b")});
  const std::string answer = call("POST", "invocation/" + id + "/error",
                                  R"({"errorMessage": "no", "errorType": "IOError"})");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(told(lambda_.log.of(1)), "IOError: no");
}

TEST_F(RuntimeProtocol, AnotherRequestIdIs400) {
  const std::string id = work(1, {running_task("a")});
  const std::string answer = call("POST", answer_to("another"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(boost::json::parse(body_of(answer)).at("errorType"), "InvalidRequestID");
  EXPECT_THAT(call("POST", "invocation/another/error"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(call("POST", answer_to(id)), StartsWith("HTTP/1.1 202"));
}

TEST_F(RuntimeProtocol, AnAnswerBeforeAnyWorkIs400) {
  EXPECT_THAT(call("POST", answer_to("any")), StartsWith("HTTP/1.1 400"));
}

TEST_F(RuntimeProtocol, ACallThatIsNotDueIs403) {
  const std::string id = work(1, {running_task("a")});
  EXPECT_THAT(call("GET", "invocation/next"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(call("POST", "init/error"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(call("POST", answer_to(id), "{}"), StartsWith("HTTP/1.1 202"));
  const std::string twice = call("POST", answer_to(id), "[]");
  EXPECT_THAT(twice, StartsWith("HTTP/1.1 403"));
  EXPECT_EQ(boost::json::parse(body_of(twice)).at("errorType"), "InvalidStateTransition");
  EXPECT_THAT(call("POST", "invocation/" + id + "/error"), StartsWith("HTTP/1.1 403"));
  EXPECT_EQ(told(lambda_.log.of(1)), "ok {}");
}

TEST_F(RuntimeProtocol, ASecondNextTakesThePlaceOfTheFirst) {
  const std::string id = work(1, {running_task("a")});
  // Sent in one go, the first next has been read by the time that the answer before it leaves.
  ASSERT_TRUE(connection_.send(request("POST", answer_to(id)) + request("GET", "invocation/next")));
  EXPECT_THAT(connection_.read_answer(), StartsWith("HTTP/1.1 202"));
  RawConnection second(port_);
  ASSERT_TRUE(second.send(request("GET", "invocation/next")));
  EXPECT_THAT(connection_.read_answer(), StartsWith("HTTP/1.1 403"));
  lambda_.invoke(2, {running_task("b")});
  EXPECT_THAT(second.read_answer(), StartsWith("HTTP/1.1 200"));
}

// The API does one thing after the other: what an answer came after has happened.
// One thread sees the end of a connection before it takes a newer one.
TEST_F(RuntimeProtocol, ANextThatWasHungUpOnIsGivenNothing) {
  const auto ask_anew = [this] {
    RawConnection newer(port_);
    EXPECT_TRUE(newer.send(request("GET", "nothing")));
    EXPECT_THAT(newer.read_answer(), StartsWith("HTTP/1.1 404"));
  };
  {
    RawConnection leaves(port_);
    ASSERT_TRUE(leaves.send(request("GET", "invocation/next")));
    ask_anew();
  }
  ask_anew();
  const std::string id = work(1, {running_task("a")});
  EXPECT_THAT(call("POST", answer_to(id)), StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(told(lambda_.log.of(1)), "ok");
}

TEST_F(RuntimeProtocol, ABodyOverTheLimitIs413AndFailsTheInvocation) {
  const std::string id = work(1, {running_task("a")});
  EXPECT_TRUE(connection_.send("POST " + std::string(kRoot) + answer_to(id) +
                               " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                               std::to_string(functions::kMaxLambdaAnswerBytes + 1) + "\r\n\r\n"));
  const std::string answer = connection_.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(boost::json::parse(body_of(answer)).at("errorType"), "RequestEntityTooLarge");
  EXPECT_EQ(told(lambda_.log.of(1)),
            "Function.ResponseSizeTooLarge: the answer is over 6291456 bytes");
}

TEST_F(RuntimeProtocol, ABodyOverTheLimitMayBeSentToItsEnd) {
  const std::string id = work(1, {running_task("a")});
  const std::string answer =
      call("POST", answer_to(id), std::string(2 * functions::kMaxLambdaAnswerBytes, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
}

TEST_F(RuntimeProtocol, AChunkedBodyIsTaken) {
  const std::string id = work(1, {running_task("a")});
  EXPECT_TRUE(connection_.send("POST " + std::string(kRoot) + answer_to(id) +
                               " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                               "4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n"));
  EXPECT_THAT(connection_.read_answer(), StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(told(lambda_.log.of(1)), R"(ok {"a":1})");
}

TEST_F(RuntimeProtocol, WhatIsNotThereIs404AndTheWrongMethod405) {
  for (const char* path : {"", "invocation", "invocation/", "invocation/x", "invocation//response",
                           "invocation/x/y", "init", "exit/error"}) {
    EXPECT_THAT(call("POST", path), StartsWith("HTTP/1.1 404")) << path;
  }
  EXPECT_EQ(field(call("POST", "invocation/next"), "Allow"), "GET");
  EXPECT_EQ(field(call("GET", "invocation/x/response"), "Allow"), "POST");
}

TEST_F(RuntimeProtocol, ACancelBeforeItStartsEndsAtOnce) {
  lambda_.invoke(1, {running_task("a")});
  lambda_.cancel(1);
  EXPECT_EQ(told(lambda_.log.of(1)), "Cancelled: the invocation was cancelled");
}

TEST_F(RuntimeProtocol, ACurtailedInvocationThatWaitsEndsAtOnce) {
  lambda_.invoke(1, {running_task("a")});
  lambda_.curtail(1);
  lambda_.curtail(77);
  EXPECT_EQ(told(lambda_.log.of(1)), "NotBegun: nobody has begun it");
  EXPECT_TRUE(lambda_.log.of(1).failure->not_begun);
}

TEST_F(RuntimeProtocol, ACurtailedInvocationThatRunsEndsBeforeItsNextTask) {
  invoke_two();
  const std::string id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  lambda_.curtail(1);
  // What waits behind it has been curtailed: so has this.
  lambda_.invoke(2, {running_task("c")});
  lambda_.curtail(2);
  EXPECT_TRUE(lambda_.log.of(2).failure->not_begun);
  EXPECT_FALSE(lambda_.log.has(1));
  EXPECT_THAT(call("POST", answer_to(id), "{}"), StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(told(lambda_.log.of(1)), "ok {}, NotBegun: nobody has begun it");
  EXPECT_TRUE(lambda_.log.of(1).failure->not_begun);
}

TEST_F(RuntimeProtocol, TheRestOfOneThatWaitsForAProcessIsCurtailedAtOnce) {
  invoke_two();
  const std::string id = field(call("GET", "invocation/next"), "Lambda-Runtime-Aws-Request-Id");
  call("POST", answer_to(id), "{}");
  EXPECT_EQ(lambda_.log.progress_of(1), 1U);
  lambda_.curtail(1);
  EXPECT_EQ(told(lambda_.log.of(1)), "ok {}, NotBegun: nobody has begun it");
}

TEST_F(RuntimeProtocol, WhatRunsIsLostWhenTheHostEndsAndWhatWaitsHasNotBegun) {
  work(1, {running_task("a")});
  lambda_.invoke(2, {running_task("b")});
  lambda_.stop();
  EXPECT_EQ(told(lambda_.log.of(1)), "Stopped: the server stops");
  EXPECT_TRUE(lambda_.log.of(1).failure->lost);
  EXPECT_TRUE(lambda_.log.of(2).failure->not_begun);
  EXPECT_FALSE(lambda_.log.of(2).failure->lost);
}

}  // namespace
}  // namespace ordo
