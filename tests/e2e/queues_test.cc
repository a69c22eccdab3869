// Queues and their lanes, against the real program.
#include <csignal>

#include "serving.h"

namespace ordo::e2e {
namespace {

constexpr const char* kTwoQueues =
    "[queues.tasks]\nfunction = \"fine\"\n"
    "[queues.slow]\nfunction = \"broken\"\nmax_attempts = 5\n"
    "backoff = { base = \"1h\", factor = 1.0, max = \"1h\", jitter = \"none\" }\n"
    "[functions.fine]\nbuiltin = \"echo\"\n"
    "[functions.broken]\nbuiltin = \"simulate\"\nfailure_rate = 1.0\n";

class RealQueues : public Serving {
 protected:
  RealQueues() : Serving({.data = {}, .config = kTwoQueues}) {}

  boost::json::value queue(const std::string& name) {
    return client_.get("/queues/" + name).json();
  }
};

TEST_F(RealQueues, ALaneWaitsForItsRetryAndSaysSo) {
  create(R"({"title":"x","task_id":"first","queue":"slow","lane":"l"})");
  create(R"({"title":"x","task_id":"second","queue":"slow","lane":"l"})");
  ASSERT_TRUE(eventually([&] { return queue("slow").at("waiting") == 1; }));
  const boost::json::value now = queue("slow");
  EXPECT_EQ(now.at("queued"), 2);
  EXPECT_EQ(now.at("running"), 0);
  EXPECT_GE(now.at("oldest_age_seconds").to_number<double>(), 0);
  const boost::json::value lanes =
      client_.get("/queues/slow/lanes?state=blocked").json().at("items");
  ASSERT_EQ(lanes.as_array().size(), 1U);
  EXPECT_EQ(text(lanes.at(0), "lane"), "l");
  EXPECT_EQ(text(lanes.at(0), "head_task_id"), "first");
  EXPECT_EQ(text(lanes.at(0), "why"), "retry");
  EXPECT_GT(text(lanes.at(0), "until"), text(client_.get("/tasks/first").json(), "created_at"));
  const Ran shown = run_ordo(
      {"queue", "lanes", "slow", "--url", "http://127.0.0.1:" + std::to_string(server_.port())});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_NE(shown.out.find("first"), std::string::npos) << shown.out;
}

TEST_F(RealQueues, APauseOutlivesARestartAndEndsWhenTold) {
  EXPECT_EQ(client_.post("/queues/tasks/pause", "").json().at("paused"), true);
  create(R"({"title":"x","task_id":"a"})");
  EXPECT_EQ(queue("tasks").at("queued"), 1);
  server_.signal(SIGKILL);
  server_.wait_for_exit();
  ServerProcess next(with_data({.data = {}, .config = kTwoQueues}, data_));
  HttpClient client(next.port());
  EXPECT_EQ(client.get("/queues/tasks").json().at("paused"), true);
  EXPECT_EQ(client.get("/queues/tasks/lanes?state=blocked").json().at("items").at(0).at("why"),
            "paused");
  EXPECT_EQ(client.post("/queues/tasks/resume", "").json().at("paused"), false);
  EXPECT_TRUE(
      eventually([&] { return text(client.get("/tasks/a").json(), "status") == "succeeded"; }));
  EXPECT_TRUE(eventually([&] {
    return client.get("/metrics").body.find("\nordo_tasks_succeeded_total 1\n") !=
           std::string::npos;
  }));
}

TEST_F(RealQueues, AllAreListed) {
  const boost::json::value all = client_.get("/queues").json().at("items");
  ASSERT_EQ(all.as_array().size(), 2U);
  EXPECT_EQ(text(all.at(0), "name"), "slow");
  EXPECT_EQ(all.at(0).at("max_attempts"), 5);
  EXPECT_EQ(text(all.at(1), "function"), "fine");
  EXPECT_TRUE(is_problem(client_.get("/queues/none"), 404));
}

}  // namespace
}  // namespace ordo::e2e
