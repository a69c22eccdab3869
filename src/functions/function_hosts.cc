#include "functions/function_hosts.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "functions/deferred_host.h"

namespace ordo::functions {
namespace {

Plan plan_unknown(const ports::Invocation& invocation) {
  Plan plan;
  plan.failure = domain::Failure{
      .type = "UnknownFunction",
      .message = "no function is called \"" + invocation.function + "\"; configure it",
      .permanent = true};
  return plan;
}

CallPlan plan_unknown_call(const ports::FunctionCall& call) {
  return {std::unexpected(
      ports::CallFault{"Lambda.ResourceNotFoundException",
                       "no function is called \"" + call.function + "\"; configure it"})};
}

}  // namespace

FunctionHosts::FunctionHosts(ByName hosts, const ports::Clock& clock, ports::OnEnded on_ended)
    : hosts_(std::move(hosts)),
      unknown_(std::make_unique<DeferredHost>(Planners{plan_unknown, plan_unknown_call}, clock,
                                              std::move(on_ended))) {}

// Side by side: each may have to wait for handlers that do not listen.
FunctionHosts::~FunctionHosts() {
  std::vector<std::jthread> ends;
  ends.reserve(hosts_.size());
  for (auto& [name, host] : hosts_) {
    ends.emplace_back([&ending = host] { ending.reset(); });
  }
}

ports::FunctionHost& FunctionHosts::host_of(const std::string& function) const {
  const auto found = hosts_.find(function);
  return found == hosts_.end() ? *unknown_ : *found->second;
}

void FunctionHosts::invoke(std::vector<ports::Invocation> invocations) {
  // Mostly all are for one function, and then nothing is moved but the vector.
  while (!invocations.empty()) {
    ports::FunctionHost& host = host_of(invocations.front().function);
    const auto rest = std::stable_partition(
        invocations.begin(), invocations.end(),
        [&](const ports::Invocation& each) { return &host_of(each.function) == &host; });
    std::vector<ports::Invocation> others(std::make_move_iterator(rest),
                                          std::make_move_iterator(invocations.end()));
    invocations.erase(rest, invocations.end());
    host.invoke(std::move(invocations));
    invocations = std::move(others);
  }
}

bool FunctionHosts::add(std::string name, std::unique_ptr<ports::FunctionHost> host) {
  return hosts_.try_emplace(std::move(name), std::move(host)).second;
}

void FunctionHosts::call(ports::FunctionCall call) {
  host_of(call.function).call(std::move(call));
}

std::size_t FunctionHosts::capacity(const std::string& function) const {
  return host_of(function).capacity(function);
}

void FunctionHosts::curtail(ports::InvocationId invocation) {
  for (const auto& [name, host] : hosts_) host->curtail(invocation);
}

void FunctionHosts::cancel(ports::InvocationId invocation, std::optional<domain::Sequence> task) {
  // Whose it is, only the hosts know; the others take no notice.
  for (const auto& [name, host] : hosts_) host->cancel(invocation, task);
}

}  // namespace ordo::functions
