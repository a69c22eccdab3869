// Tasks that failed for good, against the real program.
#include <csignal>

#include "serving.h"

namespace ordo::e2e {
namespace {

constexpr const char* kOneAttempt =
    "[queues.tasks]\nfunction = \"pull\"\nmax_attempts = 1\n"
    "[queues.doomed]\nfunction = \"broken\"\nmax_attempts = 2\n"
    "backoff = { base = \"1ms\", factor = 1.0, max = \"1ms\", jitter = \"none\" }\n"
    "[functions.broken]\nbuiltin = \"simulate\"\nfailure_rate = 1.0\n";

class DeadLetters : public Serving {
 protected:
  DeadLetters() : Serving({.data = {}, .config = kOneAttempt}) {}

  static std::vector<std::string> ids(const boost::json::value& tasks) {
    std::vector<std::string> all;
    for (const boost::json::value& task : tasks.as_array()) all.push_back(text(task, "task_id"));
    return all;
  }
  std::vector<std::string> dead(HttpClient& client, const std::string& query = "") {
    return ids(client.get("/dead-letters" + query).json().at("items"));
  }
  // Submits and fails so many tasks, t0 first.
  void bury(int count) {
    for (int i = 0; i < count; ++i) {
      create(R"({"title":"x","task_id":"t)" + std::to_string(i) + R"("})");
      const HttpAnswer given = client_.post("/queues/tasks/claim", R"({"wait_seconds":20})");
      const boost::json::value task = given.json().at("tasks").at(0);
      const HttpAnswer failed =
          client_.post("/tasks/" + text(task, "task_id") + "/fail",
                       R"({"lease":")" + text(task, "lease") + R"(","error":"no"})");
      ASSERT_EQ(text(failed.json(), "status"), "dead");
    }
  }
};

TEST_F(DeadLetters, GoBackInTheirOrderAfterARestartToo) {
  bury(4);
  EXPECT_EQ(dead(client_), (std::vector<std::string>{"t3", "t2", "t1", "t0"}));
  server_.signal(SIGKILL);
  server_.wait_for_exit();
  ServerProcess next(with_data({.data = {}, .config = kOneAttempt}, data_));
  HttpClient client(next.port());
  EXPECT_EQ(client.get("/queues/tasks").json().at("dead"), 4);
  EXPECT_EQ(
      client.post("/dead-letters/redrive", R"({"queue":"tasks","task_ids":["t3","t1"]})").body,
      R"({"redriven":2})");
  EXPECT_EQ(client.post("/dead-letters/redrive", R"({"queue":"tasks"})").body, R"({"redriven":2})");
  EXPECT_EQ(dead(client), std::vector<std::string>{});
  std::vector<std::string> order;
  for (int i = 0; i < 4; ++i) {
    const HttpAnswer given = client.post("/queues/tasks/claim", R"({"wait_seconds":20})");
    const boost::json::value task = given.json().at("tasks").at(0);
    order.push_back(text(task, "task_id"));
    client.post("/tasks/" + order.back() + "/complete",
                R"({"lease":")" + text(task, "lease") + R"("})");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"t1", "t3", "t0", "t2"}));
}

TEST_F(DeadLetters, ArePurgedAndOneIsTriedAgain) {
  bury(3);
  const HttpAnswer again = client_.post("/tasks/t1/retry", "");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(text(again.json(), "status"), "queued");
  EXPECT_EQ(client_.call("DELETE", "/dead-letters?queue=tasks").body, R"({"purged":2})");
  EXPECT_TRUE(is_problem(client_.get("/tasks/t0"), 404));
  EXPECT_EQ(client_.get("/tasks/t1").status, 200);
}

TEST_F(DeadLetters, AFunctionThatAlwaysFailsLeavesItsHistory) {
  const boost::json::value task = create(R"({"title":"x","task_id":"d","queue":"doomed"})");
  ASSERT_TRUE(eventually([&] { return text(read(task).json(), "status") == "dead"; }));
  EXPECT_EQ(dead(client_, "?queue=doomed"), std::vector<std::string>{"d"});
  EXPECT_EQ(dead(client_, "?queue=tasks"), std::vector<std::string>{});
  const boost::json::value attempts = client_.get("/tasks/d/attempts").json().at("items");
  ASSERT_EQ(attempts.as_array().size(), 2U);
  EXPECT_EQ(text(attempts.at(1), "outcome"), "failed");
  const Ran shown = run_ordo(
      {"dead", "show", "d", "--url", "http://127.0.0.1:" + std::to_string(server_.port())});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_NE(shown.out.find("doomed"), std::string::npos) << shown.out;
}

}  // namespace
}  // namespace ordo::e2e
