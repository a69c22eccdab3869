// What came of exchanges of an AsyncClient.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "net/async_client.h"

namespace ordo::testing {

// Any thread; need not outlive the client.
class Exchanges {
 public:
  explicit Exchanges(net::AsyncClient& client) : client_(client) {}

  net::ExchangeId send(net::AsyncRequest request) { return start(std::move(request)).second; }

  // Waits until so many have ended.
  void wait(std::size_t count) {
    std::unique_lock lock(state_->mutex);
    EXPECT_TRUE(state_->ended.wait_for(lock, std::chrono::seconds(20),
                                       [&] { return state_->outcomes.size() >= count; }))
        << "ended: " << state_->outcomes.size();
  }
  net::Exchanged call(net::AsyncRequest request) {
    const std::size_t number = start(std::move(request)).first;
    std::unique_lock lock(state_->mutex);
    EXPECT_TRUE(state_->ended.wait_for(lock, std::chrono::seconds(20),
                                       [&] { return state_->outcomes.contains(number); }));
    return state_->outcome(number);
  }
  // Of the one that was sent after so many others.
  net::Exchanged of(std::size_t number) {
    const std::lock_guard lock(state_->mutex);
    return state_->outcome(number);
  }
  std::size_t ended() {
    const std::lock_guard lock(state_->mutex);
    return state_->outcomes.size();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t sent = 0;
    std::map<std::size_t, net::Exchanged> outcomes;

    [[nodiscard]] net::Exchanged outcome(std::size_t number) const {
      const auto at = outcomes.find(number);
      if (at != outcomes.end()) return at->second;
      return std::unexpected(net::ExchangeError{net::ExchangeFault::broken, "has not ended", 0});
    }
  };

  std::pair<std::size_t, net::ExchangeId> start(net::AsyncRequest request) {
    std::size_t number = 0;
    {
      const std::lock_guard lock(state_->mutex);
      number = state_->sent++;
    }
    const auto id =
        client_.send(std::move(request), [state = state_, number](net::Exchanged exchanged) {
          const std::lock_guard lock(state->mutex);
          EXPECT_TRUE(state->outcomes.emplace(number, std::move(exchanged)).second)
              << "ended twice";
          state->ended.notify_all();
        });
    return {number, id};
  }

  net::AsyncClient& client_;
  // Shared with callbacks that come after a test has failed.
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace ordo::testing
