#include "support/scripted_host.h"

#include <algorithm>
#include <utility>

namespace ordo::testing {

void ScriptedHost::invoke(std::vector<ports::Invocation> invocations) {
  const std::lock_guard lock(mutex_);
  for (ports::Invocation& one : invocations) running_.push_back(std::move(one));
}

void ScriptedHost::call(ports::FunctionCall call) {
  const std::lock_guard lock(mutex_);
  called_.push_back(std::move(call));
}

std::size_t ScriptedHost::capacity(const std::string& /*function*/) const {
  return capacity_;
}

void ScriptedHost::curtail(ports::InvocationId invocation) {
  const std::lock_guard lock(mutex_);
  curtailed_.push_back(invocation);
}

void ScriptedHost::cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) {
  const std::lock_guard lock(mutex_);
  const auto of = std::ranges::find(running_, invocation, &ports::Invocation::id);
  const bool runs = of != running_.end() && (!task || of->tasks.front().sequence == *task);
  (runs ? cancelled_ : curtailed_).push_back(invocation);
}

std::vector<std::string> ScriptedHost::called() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const ports::FunctionCall& one : called_) all.push_back(one.function + " " + one.payload);
  return all;
}

std::vector<std::string> ScriptedHost::cancelled_calls() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const ports::FunctionCall& one : called_) {
    if (std::ranges::find(curtailed_, one.id) != curtailed_.end()) keys.push_back(one.key);
  }
  return keys;
}

bool ScriptedHost::answer_oldest_call(ports::CallOutcome outcome) {
  std::unique_lock lock(mutex_);
  if (called_.empty()) return false;
  ports::FunctionCall call = std::move(called_.front());
  called_.erase(called_.begin());
  lock.unlock();
  call.answer(std::move(outcome));
  return true;
}

std::vector<std::string> ScriptedHost::running() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const ports::Invocation& one : running_) {
    for (const domain::Task& task : one.tasks) ids.push_back(task.id.value());
  }
  return ids;
}

std::vector<std::string> ScriptedHost::calls() {
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

std::vector<ports::Ended> ScriptedHost::end_oldest(std::optional<domain::Failure> failure,
                                                   std::size_t succeeded) {
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

std::vector<ports::Ended> ScriptedHost::advance_oldest() {
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

std::vector<std::string> ScriptedHost::first_tasks(const std::vector<ports::InvocationId>& of) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const ports::Invocation& one : running_) {
    if (std::ranges::find(of, one.id) != of.end()) ids.push_back(one.tasks.front().id.value());
  }
  return ids;
}

}  // namespace ordo::testing
