// A stop while tasks run, and the start after it. The handler is the test's own web hook, which
// outlives the servers that call it.
#include <boost/json.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "e2e/serving.h"
#include "support/net_server.h"

namespace ordo::e2e {
namespace {

class Drain : public ::testing::Test {
 protected:
  // Held until the test answers it.
  struct Run {
    std::string task;
    std::uint64_t attempt = 0;
    net::Reply reply;

    void end(int status = 200) {
      reply([status] { return testing::text_answer(R"({"ok":true})", status); });
    }
  };

  void serve(const std::string& drain_timeout) {
    server_ = std::make_unique<ServerProcess>(ServerSetup{
        .data = data_.path(),
        .config = "[server]\ndrain_timeout = \"" + drain_timeout +
                  "\"\n[functions.processor]\nallow_private = true\nurl = \"http://127.0.0.1:" +
                  std::to_string(handler_->port()) +
                  "/\"\n[queues.tasks]\nconcurrency = 2\n"
                  "backoff = { base = \"1ms\", max = \"1ms\", jitter = \"none\" }\n"});
    client_.emplace(server_->port());
  }
  void submit(const std::string& id, const std::string& lane) {
    const HttpAnswer answer = client_->post(
        "/tasks", R"({"title":"x","task_id":")" + id + R"(","lane":")" + lane + R"("})");
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  Run next_run() {
    auto [request, reply] = held_.take();
    const boost::json::value task = boost::json::parse(request.body);
    return {text(task, "task_id"), task.at("attempt").to_number<std::uint64_t>(), std::move(reply)};
  }
  // From now on nothing new may start.
  void ask_to_stop() {
    server_->signal(SIGTERM);
    ASSERT_TRUE(eventually([this] { return server_->log().contains("draining"); }));
  }
  std::string status(const std::string& id) {
    return text(client_->get("/tasks/" + id).json(), "status");
  }
  // "lost succeeded"
  std::string attempts(const std::string& id) {
    std::string all;
    const boost::json::value found = client_->get("/tasks/" + id + "/attempts").json();
    for (const boost::json::value& attempt : found.at("items").as_array()) {
      all += (all.empty() ? "" : " ") + text(attempt, "outcome");
    }
    return all;
  }

  testing::HeldRequests held_;
  std::unique_ptr<net::Server> handler_ = testing::start(testing::test_options(), held_.handler());
  TempDir data_;
  std::unique_ptr<ServerProcess> server_;
  std::optional<HttpClient> client_;
};

TEST_F(Drain, WhatRunsEndsAndTheRestRunsInOrderAfterTheRestart) {
  serve("60s");
  submit("a1", "a");
  Run a1 = next_run();
  submit("b1", "b");
  Run b1 = next_run();
  submit("a2", "a");
  submit("c1", "c");
  submit("a3", "a");
  EXPECT_EQ(a1.task + " " + b1.task, "a1 b1");
  ask_to_stop();
  a1.end();
  b1.end(500);
  ASSERT_EQ(server_->wait_for_exit(), 0) << server_->log();
  EXPECT_FALSE(server_->log().contains("handlers still run")) << server_->log();
  EXPECT_EQ(held_.size(), 0U) << "nothing new may start";

  serve("60s");
  EXPECT_EQ(status("a1"), "succeeded");
  std::string lane_a;
  for (int i = 0; i < 4; ++i) {
    Run run = next_run();
    EXPECT_EQ(run.attempt, run.task == "b1" ? 2U : 1U) << run.task;
    if (run.task.starts_with('a')) lane_a += run.task + " ";
    run.end();
  }
  EXPECT_EQ(lane_a, "a2 a3 ");
  for (const std::string id : {"a1", "a2", "a3", "b1", "c1"}) {
    EXPECT_TRUE(eventually([&] { return status(id) == "succeeded"; })) << id;
    EXPECT_EQ(attempts(id), id == "b1" ? "failed succeeded" : "succeeded") << id;
  }
  EXPECT_EQ(held_.size(), 0U);
}

TEST_F(Drain, AHandlerThatDoesNotEndInTimeIsLostAndTriedAgain) {
  serve("200ms");
  submit("a1", "a");
  submit("a2", "a");
  Run endless = next_run();
  EXPECT_EQ(endless.task, "a1");
  ask_to_stop();
  ASSERT_EQ(server_->wait_for_exit(), 0) << server_->log();
  EXPECT_TRUE(server_->log().contains("handlers still run")) << server_->log();
  endless.end();  // nobody hears it any more

  serve("60s");
  Run again = next_run();
  EXPECT_EQ(again.task, "a1");
  EXPECT_EQ(again.attempt, 2U);
  EXPECT_EQ(attempts("a1"), "lost running");
  EXPECT_EQ(status("a2"), "queued");
  again.end();
  Run next = next_run();
  EXPECT_EQ(next.task, "a2");
  EXPECT_EQ(next.attempt, 1U);
  next.end();
  EXPECT_TRUE(eventually([&] { return status("a2") == "succeeded"; }));
  EXPECT_EQ(attempts("a1"), "lost succeeded");
}

}  // namespace
}  // namespace ordo::e2e
