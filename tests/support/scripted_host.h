// A function host that does what a test says, when it says so.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/function_host.h"

namespace ordo::testing {

// Any thread. What is invoked, or called, stays under way until the test ends it.
class ScriptedHost : public ports::FunctionHost {
 public:
  void invoke(std::vector<ports::Invocation> invocations) override {
    const std::lock_guard lock(mutex_);
    for (ports::Invocation& one : invocations) running_.push_back(std::move(one));
  }
  void call(ports::FunctionCall call) override {
    const std::lock_guard lock(mutex_);
    called_.push_back(std::move(call));
  }
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return capacity_;
  }
  void curtail(ports::InvocationId invocation) override {
    const std::lock_guard lock(mutex_);
    curtailed_.push_back(invocation);
  }
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override {
    const std::lock_guard lock(mutex_);
    const auto of = std::ranges::find(running_, invocation, &ports::Invocation::id);
    const bool runs = of != running_.end() && (!task || of->tasks.front().sequence == *task);
    (runs ? cancelled_ : curtailed_).push_back(invocation);
  }

  // The calls under way, in their order, each as "function payload".
  std::vector<std::string> called() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const ports::FunctionCall& one : called_) all.push_back(one.function + " " + one.payload);
    return all;
  }
  // The keys of the calls under way that somebody asked to end.
  std::vector<std::string> cancelled_calls() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    for (const ports::FunctionCall& one : called_) {
      if (std::ranges::find(curtailed_, one.id) != curtailed_.end()) keys.push_back(one.key);
    }
    return keys;
  }
  // On this thread. False when there is none.
  bool answer_oldest_call(ports::CallOutcome outcome) {
    std::unique_lock lock(mutex_);
    if (called_.empty()) return false;
    ports::FunctionCall call = std::move(called_.front());
    called_.erase(called_.begin());
    lock.unlock();
    call.answer(std::move(outcome));
    return true;
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

  // The invocations under way, each as "a" or, when it is one call for several tasks, "a+b", or,
  // when they are called one by one, "a,b".
  std::vector<std::string> calls() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const ports::Invocation& one : running_) {
      std::string call;
      for (const domain::Task& task : one.tasks) {
        if (!call.empty()) call += one.one_by_one ? "," : "+";
        call += task.id.value();
      }
      all.push_back(std::move(call));
    }
    return all;
  }

  // Which invocations somebody asked to end, by their first task.
  std::vector<std::string> cancelled() { return first_tasks(cancelled_); }
  // As cancelled(), of those that are to begin nothing more.
  std::vector<std::string> curtailed() { return first_tasks(curtailed_); }
  void set_capacity(std::size_t capacity) { capacity_ = capacity; }

  // How the oldest invocation ends: for all of its tasks, or with `failure` after the first
  // `succeeded` of them.
  std::vector<ports::Ended> end_oldest(std::optional<domain::Failure> failure = std::nullopt,
                                       std::size_t succeeded = 0) {
    const std::lock_guard lock(mutex_);
    if (running_.empty()) return {};
    ports::Ended ended;
    ended.id = running_.front().id;
    ended.results.resize(failure ? succeeded : running_.front().tasks.size());
    ended.failure = std::move(failure);
    running_.erase(running_.begin());
    std::vector<ports::Ended> all;
    all.push_back(std::move(ended));
    return all;
  }

  // The oldest invocation goes on, and its next task has succeeded.
  std::vector<ports::Ended> advance_oldest() {
    const std::lock_guard lock(mutex_);
    if (running_.empty()) return {};
    ports::Ended ended;
    ended.id = running_.front().id;
    ended.results.resize(1);
    ended.more = true;
    running_.front().tasks.erase(running_.front().tasks.begin());
    std::vector<ports::Ended> all;
    all.push_back(std::move(ended));
    return all;
  }

 private:
  std::vector<std::string> first_tasks(const std::vector<ports::InvocationId>& of) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const ports::Invocation& one : running_) {
      if (std::ranges::find(of, one.id) != of.end()) ids.push_back(one.tasks.front().id.value());
    }
    return ids;
  }

  std::mutex mutex_;
  std::vector<ports::Invocation> running_;
  std::vector<ports::FunctionCall> called_;
  std::vector<ports::InvocationId> cancelled_;
  std::vector<ports::InvocationId> curtailed_;
  std::atomic<std::size_t> capacity_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace ordo::testing
