#include "functions/builtin_host.h"

#include <string>
#include <utility>

#include "functions/call_faults.h"
#include "functions/deferred_host.h"

namespace ordo::functions {
namespace {

domain::Failure simulated_failure() {
  return {"SimulatedFailure", "the built-in function failed at random"};
}

constexpr std::uint64_t kFnvBasis = 0xcbf29ce484222325U;
constexpr std::uint64_t kFnvPrime = 0x100000001b3U;

// The mixing step of splitmix64: neighbouring inputs come out far apart.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

constexpr double unit(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

bool takes_time(const BuiltinSpec& spec) noexcept {
  return spec.max_latency.count() > 0 || spec.min_latency.count() > 0;
}

// Up to the first task that fails.
Plan plan_simulated(const BuiltinSpec& spec, const ports::Invocation& invocation) {
  Plan plan;
  plan.results.reserve(invocation.tasks.size());
  for (const domain::Task& task : invocation.tasks) {
    const Simulated simulated = simulate(spec, task.id.value(), task.attempts);
    if (takes_time(spec)) plan.latencies.push_back(simulated.latency);
    if (simulated.chance < spec.failure_rate) {
      plan.failure = simulated_failure();
      break;
    }
    plan.results.emplace_back();
  }
  return plan;
}

Plan plan_echo(const BuiltinSpec& spec, ports::Invocation& invocation) {
  Plan plan;
  plan.results.reserve(invocation.tasks.size());
  for (domain::Task& task : invocation.tasks) {
    if (takes_time(spec)) {
      plan.latencies.push_back(simulate(spec, task.id.value(), task.attempts).latency);
    }
    plan.results.emplace_back(std::move(task.content.payload));
  }
  return plan;
}

CallPlan plan_call(const BuiltinSpec& spec, ports::FunctionCall& call) {
  const Simulated simulated = simulate(spec, std::to_string(call.id.value()), 1);
  const base::Millis latency = takes_time(spec) ? simulated.latency : base::Millis(0);
  if (spec.kind == Builtin::echo) return {std::move(call.payload), latency};
  if (simulated.chance < spec.failure_rate) {
    return {std::unexpected(call_fault(simulated_failure())), latency};
  }
  return {"{}", latency};
}

}  // namespace

Simulated simulate(const BuiltinSpec& spec, std::string_view task_id,
                   std::uint32_t attempt) noexcept {
  std::uint64_t hash = kFnvBasis;
  for (const char c : task_id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  }
  const std::uint64_t first = mix(hash ^ mix(spec.seed ^ mix(attempt)));
  const auto spread = spec.max_latency - spec.min_latency;
  base::Millis latency = spec.min_latency;
  if (spread.count() > 0) {
    latency += base::Millis(mix(first) % static_cast<std::uint64_t>(spread.count() + 1));
  }
  return {unit(first), latency};
}

std::unique_ptr<ports::FunctionHost> make_builtin_host(const BuiltinSpec& spec,
                                                       const ports::Clock& clock,
                                                       ports::OnEnded on_ended) {
  Planners planners;
  planners.call = [spec](ports::FunctionCall& call) { return plan_call(spec, call); };
  if (spec.kind == Builtin::echo) {
    planners.tasks = [spec](ports::Invocation& invocation) { return plan_echo(spec, invocation); };
  } else {
    planners.tasks = [spec](ports::Invocation& invocation) {
      return plan_simulated(spec, invocation);
    };
  }
  return std::make_unique<DeferredHost>(std::move(planners), clock, std::move(on_ended));
}

}  // namespace ordo::functions
