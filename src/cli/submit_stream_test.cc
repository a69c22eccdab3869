#include "cli/submit_stream.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "net/server.h"
#include "support/fake_clock.h"

namespace ordo::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

net::Response answer(int status, std::string body, std::string retry_after = "") {
  net::Response out;
  out.status = status;
  out.body = std::move(body);
  if (!retry_after.empty()) out.headers.add("Retry-After", std::move(retry_after));
  return out;
}

const std::string kOneAccepted = R"({"results":[{"status":201,"task":{}}]})";

// A server that answers what it is told to, and remembers what it was asked.
class SubmitStreamTest : public ::testing::Test {
 protected:
  SubmitStreamTest() {
    net::ServerOptions options;
    options.port = 0;
    options.threads = 1;
    options.body_limit = [](const net::Request&) { return base::kMaxBatchBodyBytes; };
    options.refuse = [](const net::WireFault& fault, const net::Request&) {
      return answer(fault.status, "");
    };
    auto started =
        net::Server::start(std::move(options), [this](net::Request request, net::Reply reply) {
          const std::scoped_lock lock(mutex_);
          bodies_.push_back(request.body);
          net::Response next = answers_.empty() ? answer(500, "{}") : std::move(answers_.front());
          if (!answers_.empty()) answers_.pop_front();
          reply([next = std::move(next)] { return next; });
        });
    server_ = std::move(*started);
    environment_.new_task_id = [this] { return "id" + std::to_string(++ids_); };
    environment_.now = [this] { return clock_.mono(); };
    environment_.pause = [this](base::Millis time) {
      pauses_.push_back(time.count());
      clock_.advance(time);
    };
  }

  StreamOutcome run(std::string text, base::Millis retry_for = std::chrono::seconds(30)) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        fmemopen(text.data(), text.size(), "r"), std::fclose);
    Remote remote("http://127.0.0.1:" + std::to_string(server_->port()));
    return submit_stream(file.get(), remote, environment_, {.batch = 1, .retry_for = retry_for});
  }

  testing::FakeClock clock_;
  Environment environment_;
  std::mutex mutex_;
  std::deque<net::Response> answers_;
  std::vector<std::string> bodies_;
  std::vector<std::int64_t> pauses_;
  int ids_ = 0;
  std::unique_ptr<net::Server> server_;
};

TEST_F(SubmitStreamTest, SendsTheSameTasksAgainToABusyServer) {
  answers_.push_back(answer(429, "{}"));
  answers_.push_back(answer(503, "{}", "2"));
  answers_.push_back(answer(503, "{}", "999"));
  answers_.push_back(answer(200, kOneAccepted));
  const StreamOutcome outcome = run("{\"title\":\"x\"}\n");
  EXPECT_EQ(outcome.accepted, 1U);
  EXPECT_EQ(outcome.stopped, "");
  EXPECT_THAT(pauses_, ElementsAre(200, 2000, 5000));
  EXPECT_EQ(bodies_.size(), 4U);
  EXPECT_EQ(bodies_.front(), bodies_.back()) << "the given id makes the second try harmless";
}

TEST_F(SubmitStreamTest, GivesUpInTheEndAndSaysWhere) {
  for (int i = 0; i < 100; ++i) answers_.push_back(answer(503, R"({"detail":"disk full"})"));
  const StreamOutcome outcome = run("{}\n{}\n", std::chrono::seconds(3));
  EXPECT_EQ(outcome.accepted, 0U);
  EXPECT_EQ(outcome.stopped, "disk full (503); stopped at line 1: lines 1 to 1 were not accepted");
  EXPECT_LE(clock_.mono() - base::MonoTime::from_ns(1'000'000'000), std::chrono::seconds(3));
}

TEST_F(SubmitStreamTest, CountsReplaysAndRefusals) {
  answers_.push_back(answer(200, R"({"results":[{"status":200,"task":{}}]})"));
  answers_.push_back(answer(200, R"({"results":[{"status":409,"problem":{"detail":"d"}}]})"));
  const StreamOutcome outcome = run("{}\n{}\n");
  EXPECT_EQ(outcome.replayed, 1U);
  EXPECT_EQ(outcome.refused, 1U);
  EXPECT_EQ(outcome.stopped, "");
}

TEST_F(SubmitStreamTest, AnAnswerThatDoesNotFitStopsIt) {
  answers_.push_back(answer(200, R"({"results":[]})"));
  EXPECT_THAT(run("{}\n{}\n").stopped, HasSubstr("may or may not have been accepted"));
  EXPECT_EQ(bodies_.size(), 1U);
}

TEST_F(SubmitStreamTest, WhatIsWrongWithALineIsToldWithoutItsControls) {
  answers_.push_back(answer(
      200,
      R"({"results":[{"status":400,"problem":{"errors":[{"pointer":"/\u001b[2J","message":"m"}]}}]})"));
  ::testing::internal::CaptureStderr();
  (void)run("{\"\\u001b[31m\":1,\"\\u001b[31m\":1}\n{\"a\x1b\":1\n{}\n");
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(told, '\n'), 3) << told;
  EXPECT_EQ(told.find('\x1b'), std::string::npos) << told;
}

TEST_F(SubmitStreamTest, ARefusedBatchStopsIt) {
  answers_.push_back(answer(404, R"({"detail":"no such thing"})"));
  EXPECT_THAT(run("{}\n").stopped, HasSubstr("no such thing (404)"));
}

}  // namespace
}  // namespace ordo::cli
