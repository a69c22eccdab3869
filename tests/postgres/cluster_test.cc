// Real servers on one PostgreSQL that are killed, paused beyond their leases and cut off while
// clients submit everywhere and a third of the attempts fail. The handler and the database know
// what really happened.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "crash/handler_log.h"
#include "crash/schedule.h"
#include "domain/lane_shard.h"
#include "postgres/cluster.h"
#include "postgres/own_server.h"
#include "support/http_client.h"
#include "support/task_walk.h"

namespace ordo::testing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLease{2'000};
constexpr std::size_t kNodes = 3;
constexpr std::size_t kLanes = 40;
constexpr std::size_t kBatch = 40;
constexpr std::size_t kMostOpen = 800;

// Where the nodes can be asked, as they come and go. 0: nowhere.
class Doors {
 public:
  void set(std::size_t node, std::uint16_t port) { ports_.at(node) = port; }
  [[nodiscard]] std::uint16_t any(std::mt19937_64& random) const {
    return ports_.at(random() % kNodes);
  }

 private:
  std::array<std::atomic<std::uint16_t>, kNodes> ports_{};
};

// Asks any node, and another one if it has none or cannot now.
std::optional<HttpAnswer> ask(const Doors& doors, std::mt19937_64& random, std::string_view method,
                              const std::string& target, const std::string& body) {
  const std::uint16_t port = doors.any(random);
  if (port == 0) return std::nullopt;
  HttpClient http(port);
  auto answer = http.try_call(method, target, {{"Content-Type", "application/json"}}, body);
  if (!answer || answer->status == 503 || answer->status == 429) return std::nullopt;
  return answer;
}

// Nodes, and all who want something of them.
class ClusterLife {
 public:
  ClusterLife() {
    for (std::size_t node = 0; node < kNodes; ++node) start(node);
  }
  void start(std::size_t node) {
    cluster_.start(node);
    doors_.set(node, cluster_.server(node)->port());
  }
  void kill(std::size_t node) {
    doors_.set(node, 0);
    cluster_.kill(node);
  }

  [[nodiscard]] std::string config() const {
    std::ofstream(folder_.file("tick.asl.json"))
        << R"({"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":1,"Next":"Done"},)"
        << R"("Done":{"Type":"Pass","End":true}}})";
    return fmt::format(
        "[functions.processor]\nurl = \"http://127.0.0.1:{}/\"\nallow_private = true\n"
        "[queues.tasks]\nconcurrency = {}\nmax_attempts = 20\n"
        "backoff = {{ base = \"5ms\", factor = 1.5, max = \"40ms\", jitter = \"full\" }}\n"
        "[queues.pull]\nfunction = \"pull\"\nconcurrency = {}\nmax_attempts = 20\n"
        "backoff = {{ base = \"5ms\", factor = 1.5, max = \"40ms\", jitter = \"full\" }}\n"
        "[pipelines.tick]\ndefinition = \"{}\"\nschedule = \"rate(1 second)\"\n",
        handler_.port(), kLanes, kLanes, folder_.file("tick.asl.json"));
  }
  // Clients and workers, three each.
  void begin() {
    for (std::uint64_t i = 0; i < 3; ++i) {
      clients_.emplace_back([this, i](const std::stop_token& stop) { submit(stop, seed_ + i); });
      workers_.emplace_back([this, i](const std::stop_token& stop) { work(stop, seed_ + i); });
    }
  }
  void expect_progress(std::size_t more) {
    count_ends();
    const std::size_t before = ended_;
    EXPECT_TRUE(eventually([&] {
      count_ends();
      return ended_ >= before + more;
    })) << "nothing goes on\n"
        << cluster_.logs();
  }
  // Whoever asks now is told to come again.
  void expect_refusals() {
    HttpClient http(cluster_.server(0)->port());
    EXPECT_TRUE(eventually([&] {
      const auto answer = http.try_call("POST", "/tasks", {{"Content-Type", "application/json"}},
                                        R"({"title":"x","task_id":"nobody"})");
      return answer && answer->status == 503 && !answer->header("Retry-After").empty();
    }));
  }
  // Once all that was accepted has ended: what was seen of it.
  void end() {
    clients_.clear();
    expect_all_ended();
    expect_every_tick();
    workers_.clear();
    std::cout << accepted() << " tasks accepted, " << handler_.given().size() << " calls\n";
  }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] Cluster& cluster() { return cluster_; }
  [[nodiscard]] Doors& doors() { return doors_; }
  void count_ends() { ended_ = cluster_.ends().size(); }

 private:
  // Batches over all lanes of both queues, each sent until somebody has answered it: the names of
  // its tasks make sure that it counts once.
  void submit(const std::stop_token& stop, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::size_t batch = 0; !stop.stop_requested(); ++batch) {
      std::string body = R"({"tasks":[)";
      std::vector<std::string> ids;
      for (std::size_t i = 0; i < kBatch; ++i) {
        ids.push_back(fmt::format("s{}-b{}-{}", seed, batch, i));
        body += fmt::format(R"({}{{"task_id":"{}","title":"x","queue":"{}","lane":"l{}"}})",
                            i == 0 ? "" : ",", ids.back(), i % 4 == 0 ? "pull" : "tasks",
                            random() % kLanes);
      }
      body += "]}";
      while (!take_in(ask(doors_, random, "POST", "/tasks/batch", body), ids)) {
        if (stop.stop_requested()) return;
        breathe();
      }
      while (!stop.stop_requested() && accepted() > ended_ + kMostOpen) breathe();
    }
  }
  // False: to be sent again.
  bool take_in(const std::optional<HttpAnswer>& answer, const std::vector<std::string>& ids) {
    if (!answer) return false;
    if (answer->status != 200) {
      ADD_FAILURE() << answer->status << ": " << answer->body;
      return true;
    }
    const boost::json::value answered = answer->json();
    const boost::json::array& results = answered.at("results").as_array();
    const bool all = std::ranges::all_of(results, [](const boost::json::value& result) {
      const auto status = result.at("status").to_number<int>();
      return status == 200 || status == 201;
    });
    if (!all) return false;
    const std::lock_guard lock(mutex_);
    accepted_.insert(ids.begin(), ids.end());
    return true;
  }
  std::size_t accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_.size();
  }

  // Claims here, and says anywhere how it went, until somebody has heard it.
  void work(const std::stop_token& stop, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!stop.stop_requested()) {
      const auto claimed = ask(doors_, random, "POST", "/queues/pull/claim",
                               R"({"max":4,"wait_seconds":1,"lease_seconds":3})");
      if (!claimed) breathe();
      if (!claimed || claimed->status != 200) continue;
      const boost::json::value given = claimed->json();
      for (const boost::json::value& task : given.at("tasks").as_array()) {
        const std::string id(task.at("task_id").as_string());
        const std::string lease(task.at("lease").as_string());
        const bool fails = random() % 4 == 0;
        const std::string target = fmt::format("/tasks/{}/{}", id, fails ? "fail" : "complete");
        const std::string body = fmt::format(R"({{"lease":"{}"{}}})", lease,
                                             fails ? R"(,"error":"no")" : R"(,"result":{"a":1})");
        while (!stop.stop_requested() && !ask(doors_, random, "POST", target, body)) breathe();
      }
    }
  }

  // Once nothing waits or runs any more.
  void expect_all_ended() {
    HttpClient http(cluster_.server(0)->port());
    const bool quiet = eventually(
        [&] {
          count_ends();
          const auto health = http.try_call("GET", "/health");
          if (!health) return false;
          const boost::json::value tasks = health->json().at("tasks");
          return tasks.at("queued") == 0 && tasks.at("running") == 0;
        },
        kPatience * 3);
    EXPECT_TRUE(quiet) << http.get("/health").body << http.get("/queues").body << cluster_.logs();
    std::set<std::string> seen;
    for (const boost::json::value& task : walk_tasks(http)) {
      const std::string id(task.at("task_id").as_string());
      EXPECT_TRUE(seen.insert(id).second) << id << " is there twice";
      const std::string status(task.at("status").as_string());
      EXPECT_TRUE(status == "succeeded" || status == "dead") << id << " is " << status;
    }
    for (const std::string& id : accepted_) EXPECT_TRUE(seen.contains(id)) << id << " is lost";
    for (const std::string& fault : cluster_.faults()) ADD_FAILURE() << fault;
    EXPECT_EQ(cluster_.ends().size(), seen.size());
    expect_done_as_the_handler_knows();
  }
  // Each second's firing has begun one execution, which went its way once.
  void expect_every_tick() {
    std::mt19937_64 random(seed_);
    EXPECT_TRUE(eventually(
        [&] { return ask(doors_, random, "POST", "/pipelines/tick/pause", "").has_value(); }));
    constexpr std::uint64_t kEvents = 6;
    EXPECT_TRUE(eventually([&] { return cluster_.ticks(kEvents).open == 0; })) << cluster_.logs();
    const Cluster::Ticks ticks = cluster_.ticks(kEvents);
    EXPECT_EQ(ticks.odd, 0U);
    EXPECT_EQ(ticks.count, ticks.seconds + 1) << "a firing is missing";
    std::cout << ticks.count << " firings\n";
  }
  void expect_done_as_the_handler_knows() {
    std::set<std::uint64_t> done;
    for (const crash::Given& given : handler_.given()) {
      if (given.succeeded) done.insert(given.sequence);
    }
    for (const Cluster::End& end : cluster_.ends()) {
      if (!end.succeeded || end.lane.starts_with("pull/")) continue;
      EXPECT_TRUE(done.contains(end.sequence)) << end.sequence << " never succeeded";
    }
  }

  const std::uint64_t seed_ = crash::number_from("ORDO_CRASH_SEED", std::random_device{}());
  const TempDir folder_;
  crash::HandlerLog handler_{seed_, 0.3};
  Cluster cluster_{kNodes, config(), kLease};
  Doors doors_;
  std::mutex mutex_;
  std::set<std::string> accepted_;  // guarded by mutex_
  std::atomic<std::size_t> ended_ = 0;
  std::vector<std::jthread> clients_;
  std::vector<std::jthread> workers_;
};

// What may happen to a node. The others go on meanwhile.
class Mishaps : public ::testing::Test {
 public:
  void be_killed(std::size_t node) {
    life_.kill(node);
    life_.start(node);
  }
  // Its lanes are others' when it wakes up.
  void be_paused(std::size_t node) {
    ServerProcess& server = *life_.cluster().server(node);
    life_.doors().set(node, 0);
    server.signal(SIGSTOP);
    pass(kLease * 2);
    server.signal(SIGCONT);
    life_.doors().set(node, server.port());
  }
  void be_cut_off(std::size_t node) {
    life_.cluster().way_of(node).be_silent();
    pass(kLease * 2);
    life_.cluster().way_of(node).calm();
  }
  void be_refused(std::size_t node) {
    life_.cluster().way_of(node).refuse();
    pass(kLease / 2);
    life_.cluster().way_of(node).calm();
  }
  void be_restarted(std::size_t node) {
    life_.doors().set(node, 0);
    EXPECT_EQ(life_.cluster().stop(node), 0) << life_.cluster().logs();
    life_.start(node);
  }

 protected:
  // The others have the time to do something.
  void pass(milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      life_.count_ends();
      breathe();
    }
  }

  ClusterLife life_;
};

TEST_F(Mishaps, EveryLaneKeepsItsOrderAndNothingIsLostWhateverHappensToANode) {
  const std::uint64_t cycles = crash::number_from("ORDO_CRASH_CYCLES", kSanitized ? 5 : 10);
  std::cout << "replay with ORDO_CRASH_SEED=" << life_.seed() << " ORDO_CRASH_CYCLES=" << cycles
            << '\n';
  std::mt19937_64 random(life_.seed());
  life_.begin();
  constexpr std::array kMishaps{&Mishaps::be_killed, &Mishaps::be_paused, &Mishaps::be_cut_off,
                                &Mishaps::be_refused, &Mishaps::be_restarted};
  for (std::uint64_t cycle = 0; cycle < cycles && !HasFailure(); ++cycle) {
    life_.expect_progress(random() % 300 + 1);
    (this->*kMishaps[cycle % kMishaps.size()])(random() % kNodes);
  }
  life_.end();
}

// The database itself falls where it stands, and comes back.
class DatabaseMishaps : public ::testing::Test {
 protected:
  OwnPostgres database_;
};

TEST_F(DatabaseMishaps, EverythingAcknowledgedIsThereAndServersGoOnByThemselves) {
  ClusterLife life;
  life.begin();
  for (const int signal : {SIGQUIT, SIGINT, SIGQUIT}) {
    life.expect_progress(100);
    database_.stop(signal);
    life.expect_refusals();
    database_.start();
  }
  life.expect_progress(100);
  life.end();
}

// What servers have in memory, places and epochs, is of commits that are no more.
TEST_F(DatabaseMishaps, AfterAReplicaThatLaggedServersBeginAnew) {
  Cluster cluster(2, "[functions.processor]\nbuiltin = \"echo\"\n", kLease);
  cluster.start(0);
  ASSERT_TRUE(eventually([&] { return cluster.leases_of(0) > domain::kLaneShards; }));
  database_.stop(SIGINT);
  database_.keep_copy();
  database_.start();
  cluster.start(1);
  // Of this the replica knows nothing.
  ASSERT_TRUE(eventually([&] { return cluster.leases_of(1) > domain::kLaneShards / 3; }))
      << cluster.logs();
  database_.stop(SIGQUIT);
  database_.start_copy();
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    ServerProcess& server = *cluster.server(node);
    ASSERT_TRUE(eventually([&] { return !server.running(); })) << server.log();
    EXPECT_EQ(server.wait_for_exit(), 70);
    EXPECT_NE(server.log().find("a replica has taken over"), std::string::npos) << server.log();
    cluster.start(node);
  }
  constexpr std::size_t kTasks = 60;
  for (std::size_t i = 0; i < kTasks; ++i) {
    HttpClient http(cluster.server(i % 2)->port());
    EXPECT_EQ(http.post("/tasks", fmt::format(R"({{"title":"x","lane":"l{}"}})", i)).status, 201);
  }
  EXPECT_TRUE(eventually([&] { return cluster.ends().size() == kTasks; })) << cluster.logs();
}

}  // namespace
}  // namespace ordo::testing
