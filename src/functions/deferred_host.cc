#include "functions/deferred_host.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "functions/failures.h"

namespace ordo::functions {
namespace {

constexpr auto kLater = [](const auto& a, const auto& b) { return a.at > b.at; };

}  // namespace

DeferredHost::DeferredHost(MakePlan make_plan, const ports::Clock& clock, ports::OnEnded on_ended)
    : make_plan_(std::move(make_plan)),
      clock_(clock),
      on_ended_(std::move(on_ended)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

DeferredHost::~DeferredHost() = default;

void DeferredHost::invoke(std::vector<ports::Invocation> invocations) {
  if (invocations.empty()) return;
  const std::lock_guard lock(mutex_);
  // The thread sleeps only while nothing is there for it.
  const bool wake = arrived_.empty() && to_cancel_.empty();
  if (arrived_.empty()) {
    arrived_ = std::move(invocations);
  } else {
    std::ranges::move(invocations, std::back_inserter(arrived_));
  }
  if (wake) changed_.notify_one();
}

void DeferredHost::cancel(ports::InvocationId invocation) {
  const std::lock_guard lock(mutex_);
  to_cancel_.push_back(invocation);
  changed_.notify_one();
}

void DeferredHost::run(const std::stop_token& stop) {
  std::vector<ports::Invocation> arrived;
  std::vector<ports::InvocationId> to_cancel;
  while (!stop.stop_requested()) {
    wait(stop);
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
      to_cancel.swap(to_cancel_);
    }
    plan(std::exchange(arrived, {}));
    end_cancelled(std::exchange(to_cancel, {}));
    end_due();
    if (!ended_.empty()) on_ended_(std::exchange(ended_, {}));
  }
  end_all();
}

// Until there is something to do.
void DeferredHost::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return !arrived_.empty() || !to_cancel_.empty(); };
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
    Plan plan = make_plan_(invocation);
    ports::Ended ended{invocation.id, std::move(plan.results), std::move(plan.failure)};
    if (plan.latency.count() <= 0) {
      ended_.push_back(std::move(ended));
      continue;
    }
    waiting_.emplace(invocation.id, std::move(ended));
    heap_.push_back({clock_.mono() + plan.latency, invocation.id});
    std::ranges::push_heap(heap_, kLater);
  }
}

void DeferredHost::end_cancelled(const std::vector<ports::InvocationId>& ids) {
  for (const ports::InvocationId id : ids) {
    if (waiting_.erase(id) == 0) continue;
    ended_.push_back({id, {}, cancelled()});
  }
}

void DeferredHost::end_due() {
  if (heap_.empty()) return;
  const base::MonoTime now = clock_.mono();
  while (!heap_.empty() && heap_.front().at <= now) {
    if (auto found = waiting_.extract(heap_.front().id)) {
      ended_.push_back(std::move(found.mapped()));
    }
    std::ranges::pop_heap(heap_, kLater);
    heap_.pop_back();
  }
}

void DeferredHost::end_all() {
  std::vector<ports::Invocation> arrived;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(arrived_);
  }
  for (const auto& [id, ended] : waiting_) ended_.push_back({id, {}, stopped()});
  for (const ports::Invocation& invocation : arrived) {
    ended_.push_back({invocation.id, {}, stopped()});
  }
  if (!ended_.empty()) on_ended_(std::exchange(ended_, {}));
}

}  // namespace ordo::functions
