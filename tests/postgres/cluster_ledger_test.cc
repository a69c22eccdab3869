// Clients who know of every task what they were answered, at two real servers on one PostgreSQL
// that are killed, paused beyond their leases and cut off: what they were answered is there, once,
// in its place, as they have changed it; what they have removed is gone.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crash/client.h"
#include "crash/schedule.h"
#include "crash/watching.h"
#include "postgres/cluster.h"
#include "support/http_client.h"

namespace ordo::testing {
namespace {

using crash::Client;

constexpr std::chrono::milliseconds kLedgerLease{2'000};
constexpr std::size_t kServers = 2;
constexpr std::size_t kClients = 8;
constexpr std::size_t kMostAnswers = kSanitized ? 150 : 800;

class ClusterLedger : public ::testing::Test {
 public:
  ClusterLedger() {
    for (std::size_t i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<Client>(seed_, i, Client::Unavailable::in_doubt));
    }
    for (std::size_t i = 0; i < kServers; ++i) cluster_.start(i);
  }

  // Half of the clients at each server; each goes to the other one next time.
  void load(std::size_t cycle, std::size_t answers, const std::function<void()>& mishap) {
    crash::Countdown countdown(answers);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kClients; ++i) {
      threads.emplace_back([&, i, port = cluster_.server((i + cycle) % kServers)->port()] {
        bool more = true;
        while (more && is_there(port)) {
          clients_[i]->work(port, [&] { return more = countdown.count(); });
        }
      });
    }
    EXPECT_TRUE(countdown.wait()) << "the clients get no answers\n" << cluster_.logs();
    mishap();
    countdown.end();
  }

  void be_killed(std::size_t node) {
    gone_ = cluster_.server(node)->port();
    cluster_.kill(node);
    killed_ = node;
  }
  // Its connections break anywhere, or an answer is lost, again and again.
  void be_torn(std::size_t node) {
    UnreliableServer& way = cluster_.way_of(node);
    for (int tear = 0; tear < 30; ++tear) {
      const std::size_t before = way.cuts();
      if (dice_.one_in(3)) {
        way.lose_answer(dice_.below(3));
      } else {
        way.cut_after(dice_.below(60'000));
      }
      EXPECT_TRUE(eventually([&] { return way.cuts() > before; }));
    }
    way.calm();
  }
  // Its lanes are another's when it wakes up.
  void be_paused(std::size_t node) {
    cluster_.server(node)->signal(SIGSTOP);
    expect_none(node, &Cluster::leases_of);
    cluster_.server(node)->signal(SIGCONT);
  }
  void be_cut_off(std::size_t node) {
    cluster_.way_of(node).be_silent();
    expect_none(node, &Cluster::leases_of);
    cluster_.way_of(node).calm();
  }
  void be_refused(std::size_t node) {
    cluster_.way_of(node).refuse();
    expect_none(node, &Cluster::connections_of);
    cluster_.way_of(node).calm();
  }

 protected:
  [[nodiscard]] bool is_there(std::uint16_t port) const { return gone_ != port; }
  void expect_none(std::size_t node, std::size_t (Cluster::*of)(std::size_t) const) {
    EXPECT_TRUE(eventually([&] { return (cluster_.*of)(node) == 0; })) << cluster_.logs();
  }

  // What a server has begun is done or given up: nothing of it can still appear.
  void come_to_rest() {
    if (killed_) {
      expect_none(*killed_, &Cluster::connections_of);
      cluster_.start(*killed_);
      killed_.reset();
      gone_ = 0;
    }
    for (std::size_t i = 0; i < kServers; ++i) {
      HttpClient http(cluster_.server(i)->port());
      EXPECT_TRUE(eventually([&] {
        const auto answer = http.try_call("GET", "/readyz");
        return answer && answer->status == 200;
      })) << cluster_.logs();
    }
  }

  // Every client's tasks against all that any server shows.
  void settle(std::size_t node) {
    HttpClient http(cluster_.server(node)->port());
    there_ = crash::settle_all(clients_, crash::look(http));
  }

  const std::uint64_t seed_ = crash::number_from("ORDO_CRASH_SEED", std::random_device{}());
  const std::uint64_t cycles_ = crash::number_from("ORDO_CRASH_CYCLES", kSanitized ? 4 : 12);
  Cluster cluster_{kServers, kTasksWait, kLedgerLease};
  std::vector<std::unique_ptr<Client>> clients_;
  crash::Dice dice_{seed_, 0};
  std::optional<std::size_t> killed_;
  std::atomic<std::uint16_t> gone_ = 0;  // where nobody answers any more
  std::size_t there_ = 0;
};

TEST_F(ClusterLedger, WhatWasAnsweredIsThereOnceWhateverHappensToANode) {
  std::cout << "replay with ORDO_CRASH_SEED=" << seed_ << " ORDO_CRASH_CYCLES=" << cycles_ << '\n';
  using Mishap = void (ClusterLedger::*)(std::size_t);
  constexpr std::array<Mishap, 6> kMishaps{&ClusterLedger::be_killed, &ClusterLedger::be_cut_off,
                                           &ClusterLedger::be_torn,   &ClusterLedger::be_paused,
                                           &ClusterLedger::be_killed, &ClusterLedger::be_refused};
  for (std::uint64_t cycle = 0; cycle < cycles_ && !HasFailure(); ++cycle) {
    SCOPED_TRACE("cycle " + std::to_string(cycle));
    const std::size_t node = dice_.below(kServers);
    load(cycle, 1 + dice_.below(kMostAnswers),
         [&] { (this->*kMishaps.at(cycle % kMishaps.size()))(node); });
    come_to_rest();
    settle(dice_.below(kServers));
  }
  std::cout << there_ << " tasks there in the end\n";
}

}  // namespace
}  // namespace ordo::testing
