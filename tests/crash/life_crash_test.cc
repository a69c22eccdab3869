// The real program, killed again and again while tasks run in many lanes and a third of the
// attempts fail. The handler knows what really happened.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "crash/handler_log.h"
#include "crash/schedule.h"
#include "support/http_client.h"
#include "support/server_process.h"
#include "support/task_walk.h"

namespace ordo::crash {
namespace {

using testing::eventually;
using testing::HttpClient;
using testing::ServerProcess;

constexpr std::size_t kLanes = 64;
constexpr std::size_t kBatch = 200;
constexpr std::uint64_t kLifeCycles = testing::kSanitized ? 4 : 10;

class LifeCrash : public ::testing::Test {
 protected:
  [[nodiscard]] std::string config() const {
    return fmt::format(
        "[functions.processor]\nurl = \"http://127.0.0.1:{}/\"\nallow_private = true\n"
        "[queues.tasks]\nconcurrency = {}\nmax_attempts = 6\n"
        "backoff = {{ base = \"5ms\", factor = 1.5, max = \"40ms\", jitter = \"full\" }}\n",
        handler_.port(), kLanes);
  }
  [[nodiscard]] std::unique_ptr<ServerProcess> start() const {
    return std::make_unique<ServerProcess>(
        testing::ServerSetup{.data = data_.path(), .config = config()});
  }
  // A batch over all lanes, submitted until the server is gone.
  void submit(std::uint16_t port) {
    HttpClient http(port);
    while (true) {
      std::string body = R"({"tasks":[)";
      for (std::size_t i = 0; i < kBatch; ++i) {
        body += fmt::format(R"({}{{"task_id":"t{}","title":"x","lane":"l{}"}})", i == 0 ? "" : ",",
                            ++sent_, i % kLanes);
      }
      const auto answer = http.try_call("POST", "/tasks/batch",
                                        {{"Content-Type", "application/json"}}, body + "]}");
      if (!answer || answer->status != 200) return;
      const boost::json::value answered = answer->json();
      for (const boost::json::value& result : answered.at("results").as_array()) {
        if (result.at("status") == 201) {
          accepted_.insert(std::string(result.at("task").at("task_id").as_string()));
        }
      }
    }
  }
  // Killed once the handler was given so many more.
  void load_and_kill(std::uint64_t runs) {
    const auto server = start();
    std::jthread client([this, port = server->port()] { submit(port); });
    const std::size_t until = handler_.given().size() + runs;
    EXPECT_TRUE(eventually([&] { return handler_.given().size() >= until; }));
    server->signal(SIGKILL);
    EXPECT_EQ(server->wait_for_exit(), 128 + SIGKILL) << server->log();
  }
  // All that was accepted, once nothing waits or runs any more.
  std::map<std::string, boost::json::value> finished() {
    const auto server = start();
    HttpClient http(server->port());
    EXPECT_TRUE(eventually(
        [&] {
          const boost::json::value tasks = http.get("/health").json().at("tasks");
          return tasks.at("queued") == 0 && tasks.at("running") == 0;
        },
        testing::kPatience * 10))
        << server->log();
    std::map<std::string, boost::json::value> tasks;
    for (boost::json::value& task : testing::walk_tasks(http)) {
      std::string id(task.at("task_id").as_string());
      EXPECT_TRUE(tasks.emplace(std::move(id), std::move(task)).second);
    }
    server->signal(SIGTERM);
    EXPECT_EQ(server->wait_for_exit(), 0) << server->log();
    return tasks;
  }

  const std::uint64_t seed_ = number_from("ORDO_CRASH_SEED", std::random_device{}());
  testing::TempDir data_;
  HandlerLog handler_{seed_, 0.3};
  std::set<std::string> accepted_;
  std::size_t sent_ = 0;
};

TEST_F(LifeCrash, EveryTaskRunsInItsLanesOrderAndNoneIsDoneThatWasNot) {
  const std::uint64_t cycles = number_from("ORDO_CRASH_CYCLES", kLifeCycles);
  std::cout << "replay with ORDO_CRASH_SEED=" << seed_ << " ORDO_CRASH_CYCLES=" << cycles << '\n';
  std::mt19937_64 random(seed_);
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) load_and_kill(random() % 400 + 1);
  const std::map<std::string, boost::json::value> tasks = finished();
  for (const std::string& id : accepted_) EXPECT_TRUE(tasks.contains(id)) << id << " is lost";

  std::map<std::string, std::uint64_t> last_attempt;
  std::map<std::string, std::uint64_t> last_success;  // by lane
  std::set<std::string> succeeded;
  for (const Given& given : handler_.given()) {
    // A handler always sees a growing attempt.
    EXPECT_GT(given.attempt, last_attempt[given.task_id]) << given.task_id;
    last_attempt[given.task_id] = given.attempt;
    if (!given.succeeded || !succeeded.insert(given.task_id).second) continue;
    EXPECT_GT(given.sequence, last_success[given.lane]) << given.task_id << " in " << given.lane;
    last_success[given.lane] = given.sequence;
  }
  std::size_t dead = 0;
  for (const auto& [id, task] : tasks) {
    const std::string status(task.at("status").as_string());
    EXPECT_TRUE(status == "succeeded" || status == "dead") << id << " is " << status;
    EXPECT_LE(task.at("attempts").to_number<int>(), 6) << id;
    if (status == "succeeded") {
      EXPECT_TRUE(succeeded.contains(id)) << id << " never succeeded";
    } else {
      ++dead;
    }
  }
  std::cout << cycles << " crashes, " << tasks.size() << " tasks, " << dead << " dead, "
            << handler_.given().size() << " runs\n";
  EXPECT_GT(tasks.size(), cycles * kBatch / 2);
}

}  // namespace
}  // namespace ordo::crash
