// Kills a loaded server again and again, and after each restart looks for every task that it ever
// acknowledged.
//
// ORDO_CRASH_CYCLES says how often, ORDO_CRASH_SEED replays a run's kill moments and requests.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/value.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "client.h"
#include "support/http_client.h"
#include "support/server_process.h"
#include "watching.h"

namespace ordo::crash {
namespace {

using testing::HttpClient;
using testing::ServerProcess;
using testing::TempDir;

constexpr std::size_t kClients = 8;
constexpr std::size_t kMostAnswers = testing::kSanitized ? 150 : 1200;
constexpr std::uint64_t kCycles = testing::kSanitized ? 8 : 25;

void spin(std::chrono::microseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

class Crash : public ::testing::Test {
 protected:
  Crash() {
    for (std::size_t i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<Client>(seed_, i));
    }
  }

  void load_and_kill(ServerProcess& server, const Kill& kill) {
    Countdown countdown(kill.after_answers + 1);
    {
      std::vector<std::jthread> threads;
      for (const auto& client : clients_) {
        threads.emplace_back(
            [&, port = server.port()] { client->work(port, [&] { return countdown.count(); }); });
      }
      EXPECT_TRUE(countdown.wait()) << "the clients get no answers";
      spin(kill.later);
      server.signal(SIGKILL);
    }
    EXPECT_EQ(server.wait_for_exit(), 128 + SIGKILL) << server.log();
  }

  // Every client's tasks against all that the server shows.
  void settle(const ServerProcess& server) {
    HttpClient http(server.port());
    settle_all(clients_, look(http));
  }

  const std::uint64_t seed_ = number_from("ORDO_CRASH_SEED", std::random_device{}());
  const std::uint64_t cycles_ = number_from("ORDO_CRASH_CYCLES", kCycles);
  TempDir data_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(Crash, EveryAcknowledgedTaskSurvivesInItsPlace) {
  std::cout << "replay with ORDO_CRASH_SEED=" << seed_ << " ORDO_CRASH_CYCLES=" << cycles_ << '\n';
  auto server = std::make_unique<ServerProcess>(testing::ServerSetup{data_.path()});
  std::size_t cycle = 0;
  for (const Kill& kill : kill_schedule(seed_, cycles_, kMostAnswers)) {
    SCOPED_TRACE("cycle " + std::to_string(++cycle));
    load_and_kill(*server, kill);
    if (kill.starting_too) {
      ServerProcess stillborn({data_.path()}, ServerProcess::Unready{});
      spin(kill.start_after);
    }
    server = std::make_unique<ServerProcess>(testing::ServerSetup{data_.path()});
    settle(*server);
    if (HasFailure()) break;
  }
  std::size_t tasks = 0;
  for (const auto& client : clients_) tasks += client->ledger().accepted();
  std::cout << cycle << " crashes, " << tasks << " tasks there in the end\n";
  server->signal(SIGTERM);
  EXPECT_EQ(server->wait_for_exit(), 0) << server->log();
}

}  // namespace
}  // namespace ordo::crash
