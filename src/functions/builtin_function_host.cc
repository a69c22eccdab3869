#include "functions/builtin_function_host.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "functions/answered_call.h"
#include "functions/call_faults.h"

namespace ordo::functions {
namespace {

using ports::CallOutcome;
using ports::FunctionCall;
using ports::InvocationId;

domain::Failure not_for_tasks(const std::string& name) {
  return {.type = "NotForTasks",
          .message = "\"" + name + "\" is for pipelines; give the queue another function",
          .permanent = true};
}

// What the host shares with the answers that are still to come: they may outlive it.
struct Desk {
  void answer(InvocationId id, CallOutcome outcome) {
    if (outcome && outcome->size() > ports::kMaxCallBytes) {
      outcome = std::unexpected(call_answer_too_large());
    }
    const std::lock_guard lock(mutex);
    auto run = running.extract(id);
    if (run.empty()) return;
    answered.push_back({std::move(run.mapped()), std::move(outcome)});
    changed.notify_one();
  }

  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<FunctionCall> waiting;
  std::unordered_map<InvocationId, ports::OnCallAnswered> running;
  std::vector<AnsweredCall> answered;
  std::vector<ports::Ended> ended;
};

class BuiltinFunctionHost : public ports::FunctionHost {
 public:
  BuiltinFunctionHost(BuiltinFunctionSpec spec, const ports::Clock& clock, ports::OnEnded on_ended)
      : spec_(std::move(spec)),
        clock_(clock),
        on_ended_(std::move(on_ended)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void invoke(std::vector<ports::Invocation> invocations) override {
    const std::lock_guard lock(desk_->mutex);
    for (const ports::Invocation& each : invocations) {
      desk_->ended.push_back({each.id, {}, not_for_tasks(spec_.name)});
    }
    desk_->changed.notify_one();
  }
  void call(FunctionCall call) override {
    const std::lock_guard lock(desk_->mutex);
    if (auto fault = fault_of(call)) {
      desk_->answered.push_back({std::move(call.answer), std::unexpected(std::move(*fault))});
    } else {
      desk_->waiting.push_back(std::move(call));
    }
    desk_->changed.notify_one();
  }
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return spec_.side_by_side;
  }
  void curtail(InvocationId /*invocation*/) override {}
  void cancel(InvocationId id, std::optional<domain::Sequence> /*task*/) override {
    {
      const std::lock_guard lock(desk_->mutex);
      auto& waiting = desk_->waiting;
      const auto found = std::ranges::find(waiting, id, &FunctionCall::id);
      if (found != waiting.end()) {
        desk_->answered.push_back({std::move(found->answer), std::unexpected(call_cancelled())});
        waiting.erase(found);
        desk_->changed.notify_one();
        return;
      }
    }
    desk_->answer(id, std::unexpected(call_cancelled()));
  }

 private:
  struct Due {
    base::MonoTime at;
    InvocationId id;
  };

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::unique_lock lock(desk_->mutex);
      wait(lock, stop);
      std::vector<FunctionCall> starting = start_waiting();
      lock.unlock();
      for (FunctionCall& call : starting) start(std::move(call));
      end_overdue();
      tell();
    }
    end_all();
  }

  // With the desk locked.
  [[nodiscard]] bool has_news() const {
    const bool begins = !desk_->waiting.empty() && desk_->running.size() < spec_.side_by_side;
    return begins || !desk_->answered.empty() || !desk_->ended.empty();
  }

  void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    const auto something = [this] { return has_news(); };
    // Those that have been answered since.
    while (!due_.empty() && !desk_->running.contains(due_.front().id)) due_.pop_front();
    if (due_.empty()) {
      desk_->changed.wait(lock, stop, something);
      return;
    }
    const std::chrono::nanoseconds left = due_.front().at - clock_.mono();
    if (left.count() > 0) desk_->changed.wait_for(lock, stop, left, something);
  }

  std::vector<FunctionCall> start_waiting() {
    std::vector<FunctionCall> starting;
    while (!desk_->waiting.empty() && desk_->running.size() < spec_.side_by_side) {
      FunctionCall& call = desk_->waiting.front();
      desk_->running[call.id] = std::move(call.answer);
      starting.push_back(std::move(call));
      desk_->waiting.pop_front();
    }
    return starting;
  }

  void start(FunctionCall call) {
    due_.push_back({clock_.mono() + spec_.timeout, call.id});
    try {
      spec_.run(std::move(call.payload),
                [desk = std::weak_ptr(desk_), id = call.id](CallOutcome outcome) {
                  if (const auto still = desk.lock()) still->answer(id, std::move(outcome));
                });
    } catch (const std::exception& error) {
      desk_->answer(call.id, std::unexpected(call_fault("Unhandled", error.what())));
    }
  }

  void end_overdue() {
    const base::MonoTime now = clock_.mono();
    for (; !due_.empty() && due_.front().at <= now; due_.pop_front()) {
      desk_->answer(due_.front().id, std::unexpected(call_timed_out("", spec_.timeout)));
    }
  }

  void tell() {
    std::vector<AnsweredCall> answered;
    std::vector<ports::Ended> ended;
    {
      const std::lock_guard lock(desk_->mutex);
      answered.swap(desk_->answered);
      ended.swap(desk_->ended);
    }
    if (!ended.empty()) on_ended_(std::move(ended));
    tell_all(std::move(answered));
  }

  void end_all() {
    {
      const std::lock_guard lock(desk_->mutex);
      for (auto& [id, answer] : std::exchange(desk_->running, {})) {
        desk_->answered.push_back({std::move(answer), std::unexpected(call_stopped())});
      }
      for (FunctionCall& call : std::exchange(desk_->waiting, {})) {
        desk_->answered.push_back({std::move(call.answer), std::unexpected(call_stopped())});
      }
    }
    tell();
  }

  const BuiltinFunctionSpec spec_;
  const ports::Clock& clock_;
  const ports::OnEnded on_ended_;
  const std::shared_ptr<Desk> desk_ = std::make_shared<Desk>();

  std::deque<Due> due_;  // the thread's own; all wait equally long, so it is in order

  std::jthread thread_;  // last: it ends first
};

}  // namespace

std::unique_ptr<ports::FunctionHost> make_builtin_function_host(BuiltinFunctionSpec spec,
                                                                const ports::Clock& clock,
                                                                ports::OnEnded on_ended) {
  spec.side_by_side = std::max<std::size_t>(spec.side_by_side, 1);
  return std::make_unique<BuiltinFunctionHost>(std::move(spec), clock, std::move(on_ended));
}

}  // namespace ordo::functions
