// The common part of hosts that decide by themselves what comes of an invocation or a call: it is
// told later, from a thread of their own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "functions/answered_call.h"
#include "ports/clock.h"
#include "ports/function_host.h"

namespace ordo::functions {

// What will come of an invocation, and how long that takes.
struct Plan {
  std::vector<std::optional<std::string>> results;
  std::optional<domain::Failure> failure;
  // Of each result, and of the failure: they come one after the other. Empty: all at once.
  std::vector<base::Millis> latencies;
};

// Called on the host's thread; may take the invocation's texts away.
using MakePlan = std::function<Plan(ports::Invocation& invocation)>;

struct CallPlan {
  ports::CallOutcome outcome;
  base::Millis latency{0};
};
using MakeCallPlan = std::function<CallPlan(ports::FunctionCall& call)>;

struct Planners {
  MakePlan tasks;
  MakeCallPlan call;
};

// Runs any number side by side: its caller bounds them. What takes no time and came in one call
// ends in one call of OnEnded. When it is destroyed, what has begun ends as lost.
class DeferredHost : public ports::FunctionHost {
 public:
  DeferredHost(Planners planners, const ports::Clock& clock, ports::OnEnded on_ended);
  ~DeferredHost() override;
  DeferredHost(const DeferredHost&) = delete;
  DeferredHost& operator=(const DeferredHost&) = delete;

  void invoke(std::vector<ports::Invocation> invocations) override;
  void call(ports::FunctionCall call) override;
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return std::numeric_limits<std::size_t>::max();
  }
  void curtail(ports::InvocationId invocation) override;
  void cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) override;

 private:
  struct Cancel {
    ports::InvocationId id;
    std::optional<domain::Sequence> task;
  };
  struct Due {
    base::MonoTime at;
    ports::InvocationId id;
  };

  // What an invocation that takes time has come to.
  struct Run {
    Plan plan;
    bool one_by_one = false;
    std::vector<domain::Sequence> tasks;
    bool curtailed = false;
    std::size_t done = 0;  // results whose time has passed
    std::size_t told = 0;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] bool has_news() const;  // under mutex_
  void wait(const std::stop_token& stop);
  void plan(std::vector<ports::Invocation> invocations);
  void plan_calls(std::vector<ports::FunctionCall> calls);
  void curtail_each(const std::vector<ports::InvocationId>& ids);
  void end_cancelled(const std::vector<Cancel>& cancels);
  bool answer_call(ports::InvocationId id, std::optional<ports::CallFault> instead = {});
  void tell();
  void end_due();
  void step(const Due& due);
  static ports::Ended so_far(ports::InvocationId id, Run& run);
  void end_all();

  const Planners planners_;
  const ports::Clock& clock_;
  const ports::OnEnded on_ended_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<ports::Invocation> arrived_;       // under mutex_
  std::vector<ports::FunctionCall> called_;      // under mutex_
  std::vector<ports::InvocationId> to_curtail_;  // under mutex_
  std::vector<Cancel> to_cancel_;                // under mutex_

  // The thread's own.
  std::vector<Due> heap_;  // the earliest in front; may name some that were cancelled
  std::unordered_map<ports::InvocationId, Run> running_;
  std::unordered_map<ports::InvocationId, AnsweredCall> calls_;  // whose time has not passed
  std::vector<ports::Ended> ended_;
  std::vector<AnsweredCall> answered_;

  std::jthread thread_;  // last: it ends first
};

}  // namespace ordo::functions
