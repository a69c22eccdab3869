#include "functions/deferred_host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "functions/call_faults.h"
#include "functions/failures.h"

namespace ordo::functions {
namespace {

constexpr auto kLater = [](const auto& a, const auto& b) { return a.at > b.at; };

}  // namespace

DeferredHost::DeferredHost(Planners planners, const ports::Clock& clock, ports::OnEnded on_ended)
    : planners_(std::move(planners)),
      clock_(clock),
      on_ended_(std::move(on_ended)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

DeferredHost::~DeferredHost() = default;

void DeferredHost::invoke(std::vector<ports::Invocation> invocations) {
  if (invocations.empty()) return;
  const std::lock_guard lock(mutex_);
  // The thread sleeps only while nothing is there for it.
  const bool wake = !has_news();
  if (arrived_.empty()) {
    arrived_ = std::move(invocations);
  } else {
    std::ranges::move(invocations, std::back_inserter(arrived_));
  }
  if (wake) changed_.notify_one();
}

void DeferredHost::call(ports::FunctionCall call) {
  const std::lock_guard lock(mutex_);
  called_.push_back(std::move(call));
  changed_.notify_one();
}

void DeferredHost::curtail(ports::InvocationId invocation) {
  const std::lock_guard lock(mutex_);
  to_curtail_.push_back(invocation);
  changed_.notify_one();
}

void DeferredHost::cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) {
  const std::lock_guard lock(mutex_);
  to_cancel_.push_back({invocation, task});
  changed_.notify_one();
}

void DeferredHost::run(const std::stop_token& stop) {
  std::vector<ports::Invocation> arrived;
  std::vector<ports::FunctionCall> called;
  std::vector<ports::InvocationId> to_curtail;
  std::vector<Cancel> to_cancel;
  while (!stop.stop_requested()) {
    wait(stop);
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
      called.swap(called_);
      to_curtail.swap(to_curtail_);
      to_cancel.swap(to_cancel_);
    }
    plan(std::exchange(arrived, {}));
    plan_calls(std::exchange(called, {}));
    curtail_each(std::exchange(to_curtail, {}));
    end_cancelled(std::exchange(to_cancel, {}));
    end_due();
    tell();
  }
  end_all();
}

void DeferredHost::tell() {
  if (!ended_.empty()) on_ended_(std::exchange(ended_, {}));
  tell_all(std::exchange(answered_, {}));
}

bool DeferredHost::has_news() const {
  return !arrived_.empty() || !called_.empty() || !to_curtail_.empty() || !to_cancel_.empty();
}

// Until there is something to do.
void DeferredHost::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return has_news(); };
  if (heap_.empty()) {
    changed_.wait(lock, stop, something);
    return;
  }
  const std::chrono::nanoseconds left = heap_.front().at - clock_.mono();
  if (left.count() > 0) changed_.wait_for(lock, stop, left, something);
}

void DeferredHost::plan(std::vector<ports::Invocation> invocations) {
  ended_.reserve(ended_.size() + invocations.size());
  for (ports::Invocation& invocation : invocations) {
    Plan plan = planners_.tasks(invocation);
    if (plan.latencies.empty()) {
      ended_.push_back({invocation.id, std::move(plan.results), std::move(plan.failure)});
      continue;
    }
    heap_.push_back({clock_.mono() + plan.latencies.front(), invocation.id});
    std::ranges::push_heap(heap_, kLater);
    Run run{.plan = std::move(plan), .one_by_one = invocation.one_by_one, .tasks = {}};
    for (const domain::Task& task : invocation.tasks) run.tasks.push_back(task.sequence);
    running_.emplace(invocation.id, std::move(run));
  }
}

void DeferredHost::plan_calls(std::vector<ports::FunctionCall> calls) {
  for (ports::FunctionCall& call : calls) {
    if (auto fault = fault_of(call)) {
      answered_.push_back({std::move(call.answer), std::unexpected(std::move(*fault))});
      continue;
    }
    CallPlan plan = planners_.call(call);
    AnsweredCall answered{std::move(call.answer), std::move(plan.outcome)};
    if (plan.latency.count() == 0) {
      answered_.push_back(std::move(answered));
      continue;
    }
    heap_.push_back({clock_.mono() + plan.latency, call.id});
    std::ranges::push_heap(heap_, kLater);
    calls_.emplace(call.id, std::move(answered));
  }
}

// False when there is no such call, or no longer.
bool DeferredHost::answer_call(ports::InvocationId id, std::optional<ports::CallFault> instead) {
  auto node = calls_.extract(id);
  if (node.empty()) return false;
  if (instead) node.mapped().outcome = std::unexpected(std::move(*instead));
  answered_.push_back(std::move(node.mapped()));
  return true;
}

void DeferredHost::curtail_each(const std::vector<ports::InvocationId>& ids) {
  for (const ports::InvocationId id : ids) {
    if (const auto run = running_.find(id); run != running_.end()) run->second.curtailed = true;
  }
}

void DeferredHost::end_cancelled(const std::vector<Cancel>& cancels) {
  for (const Cancel& cancel : cancels) {
    if (answer_call(cancel.id, call_cancelled())) continue;
    const auto run = running_.find(cancel.id);
    if (run == running_.end()) continue;
    if (cancel.task && run->second.tasks[run->second.done] != *cancel.task) {
      run->second.curtailed = true;
      continue;
    }
    ended_.push_back(so_far(cancel.id, run->second));
    ended_.back().failure = cancelled();
    running_.erase(run);
  }
}

void DeferredHost::end_due() {
  if (heap_.empty()) return;
  const base::MonoTime now = clock_.mono();
  while (!heap_.empty() && heap_.front().at <= now) {
    const Due due = heap_.front();
    std::ranges::pop_heap(heap_, kLater);
    heap_.pop_back();
    step(due);
  }
}

// The time of one task has passed.
void DeferredHost::step(const Due& due) {
  if (answer_call(due.id)) return;
  const auto found = running_.find(due.id);
  if (found == running_.end()) return;
  Run& run = found->second;
  const bool succeeded = run.done < run.plan.results.size();
  if (succeeded) ++run.done;
  const bool last = !succeeded || run.done == run.plan.latencies.size();
  if (last || run.curtailed) {
    ended_.push_back(so_far(due.id, run));
    ended_.back().failure = last ? std::move(run.plan.failure) : not_begun();
    running_.erase(found);
    return;
  }
  if (run.one_by_one) {
    ended_.push_back(so_far(due.id, run));
    ended_.back().more = true;
  }
  heap_.push_back({due.at + run.plan.latencies[run.done], due.id});
  std::ranges::push_heap(heap_, kLater);
}

// The results that nobody has been told yet.
ports::Ended DeferredHost::so_far(ports::InvocationId id, Run& run) {
  ports::Ended ended{id, {}, std::nullopt};
  for (; run.told < run.done; ++run.told) {
    ended.results.push_back(std::move(run.plan.results[run.told]));
  }
  return ended;
}

void DeferredHost::end_all() {
  std::vector<ports::Invocation> arrived;
  std::vector<ports::FunctionCall> called;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(arrived_);
    called.swap(called_);
  }
  for (auto& [id, run] : running_) {
    ended_.push_back(so_far(id, run));
    ended_.back().failure = stopped();
  }
  for (const ports::Invocation& invocation : arrived) {
    ended_.push_back({invocation.id, {}, not_begun()});
  }
  while (!calls_.empty()) answer_call(calls_.begin()->first, call_stopped());
  for (ports::FunctionCall& call : called) {
    answered_.push_back({std::move(call.answer), std::unexpected(call_stopped())});
  }
  tell();
}

}  // namespace ordo::functions
