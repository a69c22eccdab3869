// The same submission again makes no second task.
#include <gmock/gmock.h>

#include <thread>

#include "serving.h"

namespace ordo::e2e {
namespace {

class Idempotency : public Serving {
 protected:
  static void expect_replay(const HttpAnswer& answer, const boost::json::value& task) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Idempotent-Replay"), "true");
    EXPECT_EQ(answer.json(), task);
  }
  HttpAnswer send_keyed(std::string_view key, std::string_view body) {
    return client_.post("/tasks", body, {{"Idempotency-Key", std::string(key)}});
  }
  std::size_t count() { return walk_tasks(client_).size(); }
};

constexpr std::string_view kBody = R"({"task_id":"t1","title":"a","payload":{"x":[1, 2]}})";

TEST_F(Idempotency, TheSameIdAndBodyReplays) {
  const boost::json::value task = create(kBody);
  expect_replay(client_.post("/tasks", kBody), task);
  // White space and the order of fields say nothing.
  expect_replay(
      client_.post("/tasks",
                   "{ \"payload\": {\"x\":[1,2]},\n \"title\":\"a\", \"task_id\":\"t1\"}"),
      task);
  EXPECT_EQ(count(), 1);
}

TEST_F(Idempotency, TheSameIdWithAnotherBodyConflicts) {
  create(kBody);
  EXPECT_TRUE(is_problem(client_.post("/tasks", R"({"task_id":"t1","title":"b"})"), 409));
  EXPECT_EQ(text(client_.get("/tasks/t1").json(), "title"), "a");
}

TEST_F(Idempotency, TheSameKeyAndBodyReplays) {
  const HttpAnswer first = send_keyed("k-1", R"({"title":"a"})");
  ASSERT_EQ(first.status, 201);
  EXPECT_FALSE(first.has("Idempotent-Replay"));
  expect_replay(send_keyed("k-1", R"({"title":"a"})"), first.json());
  EXPECT_TRUE(is_problem(send_keyed("k-1", R"({"title":"b"})"), 409));
  EXPECT_EQ(send_keyed("k-2", R"({"title":"a"})").status, 201);
  EXPECT_EQ(count(), 2);
}

TEST_F(Idempotency, AReplayShowsTheTaskAsItIsNow) {
  const boost::json::value task = create(kBody);
  const HttpAnswer keyed = send_keyed("k", R"({"title":"keyed"})");
  const boost::json::value changed = client_.patch("/tasks/t1", R"({"title":"b"})").json();
  expect_replay(client_.post("/tasks", kBody), changed);
  const std::string cancel = "/tasks/" + text(keyed.json(), "task_id") + "/cancel";
  const boost::json::value cancelled = client_.call("POST", cancel).json();
  expect_replay(send_keyed("k", R"({"title":"keyed"})"), cancelled);
}

TEST_F(Idempotency, SurvivesARestart) {
  const boost::json::value task = create(kBody);
  const boost::json::value keyed = send_keyed("k", R"({"title":"keyed"})").json();
  server_.signal(SIGKILL);
  server_.wait_for_exit();
  ServerProcess again({data_.path()});
  HttpClient client(again.port());
  expect_replay(client.post("/tasks", kBody), task);
  expect_replay(client.post("/tasks", R"({"title":"keyed"})", {{"Idempotency-Key", "k"}}), keyed);
  EXPECT_TRUE(
      is_problem(client.post("/tasks", R"({"title":"other"})", {{"Idempotency-Key", "k"}}), 409));
}

TEST_F(Idempotency, ARefusedSubmissionDoesNotUseUpItsKey) {
  EXPECT_EQ(send_keyed("k", R"({"title":""})").status, 400);
  EXPECT_EQ(send_keyed("k", R"({"title":"a"})").status, 201);
}

TEST_F(Idempotency, OfManyAtOnceOneMakesTheTask) {
  constexpr int kThreads = 8;
  std::vector<int> statuses(kThreads);
  std::vector<std::string> ids(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        HttpClient client(server_.port());
        const HttpAnswer answer =
            client.post("/tasks", R"({"title":"once"})", {{"Idempotency-Key", "k"}});
        statuses[i] = answer.status;
        ids[i] = text(answer.json(), "task_id");
      });
    }
  }
  EXPECT_EQ(std::ranges::count(statuses, 201), 1);
  EXPECT_EQ(std::ranges::count(statuses, 200), kThreads - 1);
  EXPECT_EQ(std::ranges::count(ids, ids.front()), kThreads);
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace ordo::e2e
