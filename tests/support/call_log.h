// Hears how calls of functions are answered, for tests of hosts. Every wait ends.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "ports/function_host.h"

namespace ordo::testing {

// The id of the n-th call of a test.
inline ports::InvocationId call_id(std::uint64_t n) {
  return ports::InvocationId(ports::kFirstCallId + n);
}

class CallLog {
 public:
  ports::FunctionCall call(std::uint64_t n, std::string function, std::string payload,
                           std::string key = {}) {
    return {call_id(n), std::move(function), std::move(payload),
            [this, n](ports::CallOutcome outcome) { add(n, std::move(outcome)); }, std::move(key)};
  }

  // How call n was answered; waits for it.
  ports::CallOutcome of(std::uint64_t n) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return answered_.contains(n); })) {
      ADD_FAILURE() << "call " << n << " has not been answered";
      return {};
    }
    return answered_.at(n);
  }
  // "ok [1,2]", or "Error: its cause".
  std::string told(std::uint64_t n) {
    const ports::CallOutcome outcome = of(n);
    return outcome ? "ok " + *outcome : outcome.error().error + ": " + outcome.error().cause;
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return answered_.size() >= count; });
  }
  [[nodiscard]] bool has(std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    return answered_.contains(n);
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return answered_.size();
  }

 private:
  static constexpr std::chrono::seconds kPatience{60};

  void add(std::uint64_t n, ports::CallOutcome outcome) {
    const std::lock_guard lock(mutex_);
    if (!answered_.emplace(n, std::move(outcome)).second) {
      ADD_FAILURE() << "call " << n << " was answered twice";
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, ports::CallOutcome> answered_;
};

}  // namespace ordo::testing
