// Workers elsewhere, against the real program.
#include <atomic>
#include <csignal>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "serving.h"

namespace ordo::e2e {
namespace {

constexpr const char* kPulled =
    "[queues.tasks]\nfunction = \"pull\"\nmax_attempts = 3\n"
    "backoff = { base = \"1ms\", factor = 1.0, max = \"1ms\", jitter = \"none\" }\n";

std::string claim_body(int max, int wait_seconds, int lease_seconds) {
  return R"({"max":)" + std::to_string(max) + R"(,"wait_seconds":)" + std::to_string(wait_seconds) +
         R"(,"lease_seconds":)" + std::to_string(lease_seconds) + "}";
}

class PullWork : public Serving {
 protected:
  PullWork() : Serving({.data = {}, .config = kPulled}) {}

  static boost::json::array claim(HttpClient& client, int max = 1, int wait_seconds = 20,
                                  int lease_seconds = 60) {
    const HttpAnswer answer =
        client.post("/queues/tasks/claim", claim_body(max, wait_seconds, lease_seconds));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json().at("tasks").as_array();
  }
  static HttpAnswer say(HttpClient& client, const boost::json::value& given,
                        const std::string& verb, const std::string& more = "") {
    return client.post("/tasks/" + text(given, "task_id") + "/" + verb,
                       R"({"lease":")" + text(given, "lease") + "\"" + more + "}");
  }
  void submit(const std::string& id, const std::string& lane = "main") {
    create(R"({"title":"x","task_id":")" + id + R"(","lane":")" + lane + R"("})");
  }
};

TEST_F(PullWork, ALaneIsDoneInItsOrderByAnyNumberOfWorkers) {
  constexpr int kTasks = 20;
  constexpr int kWorkers = 3;
  for (int i = 0; i < kTasks; ++i) submit("t" + std::to_string(i));
  std::atomic<int> done = 0;
  std::mutex mutex;
  std::vector<std::string> order;
  const auto work = [&] {
    HttpClient client(server_.port());
    while (done < kTasks) {
      for (const boost::json::value& task : claim(client, 4, 1)) {
        {
          const std::lock_guard lock(mutex);
          order.push_back(text(task, "task_id"));
        }
        EXPECT_EQ(say(client, task, "complete").status, 200);
        ++done;
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    workers.reserve(kWorkers);
    for (int i = 0; i < kWorkers; ++i) workers.emplace_back(work);
  }
  std::vector<std::string> wanted;
  wanted.reserve(kTasks);
  for (int i = 0; i < kTasks; ++i) wanted.push_back("t" + std::to_string(i));
  EXPECT_EQ(order, wanted);
}

TEST_F(PullWork, AClaimThatWaitsIsAnsweredWhenATaskComes) {
  std::promise<boost::json::array> given;
  const std::jthread worker([&] {
    HttpClient client(server_.port());
    given.set_value(claim(client));
  });
  submit("a");
  const boost::json::array tasks = given.get_future().get();
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(text(tasks.at(0), "task_id"), "a");
  EXPECT_EQ(text(tasks.at(0), "status"), "running");
}

TEST_F(PullWork, AFailureIsTriedAgainAndItsHistoryKept) {
  submit("a");
  EXPECT_EQ(say(client_, claim(client_).at(0), "fail", R"(,"error":"first")").status, 200);
  const boost::json::array again = claim(client_);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.at(0).at("attempt"), 2);
  const HttpAnswer done = say(client_, again.at(0), "complete", R"(,"result":{"n":1})");
  EXPECT_EQ(done.json().at("result").at("n"), 1);
  const boost::json::value attempts = client_.get("/tasks/a/attempts").json().at("items");
  ASSERT_EQ(attempts.as_array().size(), 2U);
  EXPECT_EQ(text(attempts.at(0), "outcome"), "failed");
  EXPECT_EQ(text(attempts.at(0), "error"), "first");
  EXPECT_EQ(text(attempts.at(1), "outcome"), "succeeded");
}

TEST_F(PullWork, AWorkerThatVanishesLosesItsLease) {
  submit("a");
  const boost::json::array first = claim(client_, 1, 20, 1);
  const boost::json::array second = claim(client_);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second.at(0).at("attempt"), 2);
  EXPECT_TRUE(is_problem(say(client_, first.at(0), "complete"), 409));
  EXPECT_EQ(say(client_, second.at(0), "complete").status, 200);
}

// One thread for connections does one thing after the other: what an answer came after has
// happened.
// One thread sees the end of a connection before it takes a newer one.
TEST_F(PullWork, AWorkerThatHangsUpWhileItWaitsIsGivenNothing) {
  ServerProcess server(
      {.data = data_.path() / "own", .arguments = {"--threads", "1"}, .config = kPulled});
  HttpClient client(server.port());
  for (int round = 0; round < 3; ++round) {
    {
      HttpConnection leaves(server.port());
      ASSERT_TRUE(
          leaves.send(request_text("POST", "/queues/tasks/claim", {}, claim_body(1, 20, 60))));
      ASSERT_EQ(HttpClient(server.port()).get("/livez").status, 200);
    }
    ASSERT_EQ(HttpClient(server.port()).get("/livez").status, 200);
    ASSERT_EQ(client.post("/tasks", R"({"title":"x"})").status, 201);
    const boost::json::array given = claim(client);
    ASSERT_EQ(given.size(), 1U) << round;
    EXPECT_EQ(given.at(0).at("attempt"), 1);
    EXPECT_EQ(say(client, given.at(0), "complete").status, 200);
  }
}

TEST_F(PullWork, ALeaseOutlivesTheServersDeath) {
  submit("a");
  const boost::json::array given = claim(client_);
  server_.signal(SIGKILL);
  server_.wait_for_exit();
  ServerProcess next(with_data({.data = {}, .config = kPulled}, data_));
  HttpClient client(next.port());
  EXPECT_EQ(claim(client, 1, 0).size(), 0U);
  EXPECT_EQ(say(client, given.at(0), "extend", R"(,"lease_seconds":60)").status, 200);
  const HttpAnswer done = say(client, given.at(0), "complete");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(text(done.json(), "status"), "succeeded");
}

}  // namespace
}  // namespace ordo::e2e
