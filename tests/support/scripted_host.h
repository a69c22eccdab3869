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
  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override;
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override;
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

  // The calls under way, in their order, each as "function payload".
  std::vector<std::string> called();
  // The keys of the calls under way that somebody asked to end.
  std::vector<std::string> cancelled_calls();
  // On this thread. False when there is none.
  bool answer_oldest_call(ports::CallOutcome outcome);

  // The tasks under way, in the order in which they were started.
  std::vector<std::string> running();

  // The invocations under way, each as "a" or, when it is one call for several tasks, "a+b", or,
  // when they are called one by one, "a,b".
  std::vector<std::string> calls();

  // Which invocations somebody asked to end, by their first task.
  std::vector<std::string> cancelled() { return first_tasks(cancelled_); }
  // As cancelled(), of those that are to begin nothing more.
  std::vector<std::string> curtailed() { return first_tasks(curtailed_); }
  void set_capacity(std::size_t capacity) { capacity_ = capacity; }

  // How the oldest invocation ends: for all of its tasks, or with `failure` after the first
  // `succeeded` of them.
  std::vector<ports::Ended> end_oldest(std::optional<domain::Failure> failure = std::nullopt,
                                       std::size_t succeeded = 0);

  // The oldest invocation goes on, and its next task has succeeded.
  std::vector<ports::Ended> advance_oldest();

 private:
  std::vector<std::string> first_tasks(const std::vector<ports::InvocationId>& of);

  std::mutex mutex_;
  std::vector<ports::Invocation> running_;
  std::vector<ports::FunctionCall> called_;
  std::vector<ports::InvocationId> cancelled_;
  std::vector<ports::InvocationId> curtailed_;
  std::atomic<std::size_t> capacity_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace ordo::testing
