// A function host that does what a test says, when it says so.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/function_host.h"

namespace ordo::testing {

// Any thread. What is invoked stays under way until the test ends it.
class ScriptedHost : public ports::FunctionHost {
 public:
  void invoke(std::vector<ports::Invocation> invocations) override {
    const std::lock_guard lock(mutex_);
    for (ports::Invocation& one : invocations) running_.push_back(std::move(one));
  }
  void cancel(ports::InvocationId invocation) override {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(invocation);
  }

  // The tasks under way, in the order in which they were started.
  std::vector<std::string> running() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const ports::Invocation& one : running_) {
      for (const domain::Task& task : one.tasks) ids.push_back(task.id.value());
    }
    return ids;
  }

  // How the oldest invocation ends: for all of its tasks, or for the first one with `failure`.
  std::vector<ports::Ended> end_oldest(std::optional<domain::Failure> failure = std::nullopt) {
    const std::lock_guard lock(mutex_);
    if (running_.empty()) return {};
    ports::Ended ended;
    ended.id = running_.front().id;
    if (!failure) ended.results.resize(running_.front().tasks.size());
    ended.failure = std::move(failure);
    running_.erase(running_.begin());
    std::vector<ports::Ended> all;
    all.push_back(std::move(ended));
    return all;
  }

 private:
  std::mutex mutex_;
  std::vector<ports::Invocation> running_;
  std::vector<ports::InvocationId> cancelled_;
};

}  // namespace ordo::testing
