#include "app/deliveries.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "domain/retry_policy.h"

namespace ordo::app {
namespace {

// Before something is handed over again that could not be dealt with for no fault of its own. It
// doubles each time, but not for long: most of the times may be those that it stood behind one that
// failed. A queue outside hands over only so often, though; long trouble must not use that up.
constexpr base::Millis kPauseAfterTrouble{5'000};
constexpr std::uint32_t kDoublings = 4;
constexpr std::uint32_t kOften = 100;
constexpr std::uint32_t kDoublingsWhenOften = 8;

const domain::Queue& queue_of(const domain::Task& task, const domain::Queues& queues) {
  static const domain::Queue unknown;
  const auto found = queues.find(task.queue);
  return found == queues.end() ? unknown : found->second;
}

base::Millis pause_after_trouble(const HandedOver& given) {
  const std::uint32_t most = given.received > kOften ? kDoublingsWhenOften : kDoublings;
  return kPauseAfterTrouble * (1U << std::min(std::max(given.received, 1U) - 1, most));
}

Settlement again(base::Millis pause) {
  return {Settlement::Kind::again, std::max(pause, base::Millis(0))};
}

}  // namespace

std::vector<Settlement> Deliveries::process(ports::FunctionHost& host,
                                            std::span<const HandedOver> deliveries,
                                            base::MonoTime last_start) {
  std::vector<Settlement> settlements(deliveries.size());
  std::map<std::string_view, std::vector<std::size_t>> lanes;
  for (std::size_t i = 0; i < deliveries.size(); ++i) lanes[deliveries[i].lane].push_back(i);
  const auto run_lane = [&](const std::vector<std::size_t>& places) {
    bool stopped = false;
    for (const std::size_t place : places) {
      Settlement& settlement = settlements[place];
      if (stopped) {
        settlement = again(base::Millis(0));
        continue;
      }
      settlement = run(host, deliveries[place], last_start);
      stopped = settlement.kind == Settlement::Kind::again;
    }
  };
  if (lanes.size() == 1) {
    run_lane(lanes.begin()->second);
    return settlements;
  }
  // As many as a batch of the queue has lanes, ten at most.
  std::vector<std::jthread> threads;
  threads.reserve(lanes.size());
  for (const auto& [lane, places] : lanes) {
    threads.emplace_back([&run_lane, &places = places] { run_lane(places); });
  }
  threads.clear();
  return settlements;
}

Settlement Deliveries::hand_back(const HandedOver& given, const base::Error& error) {
  if (parts_.on_trouble) parts_.on_trouble("store", &error);
  return again(pause_after_trouble(given));
}

Settlement Deliveries::run(ports::FunctionHost& host, const HandedOver& given,
                           base::MonoTime last_start) {
  const base::Result<std::optional<domain::Task>> found = parts_.tasks.find(given.id);
  if (!found) return hand_back(given, found.error());
  if (!*found || (*found)->sequence != given.sequence) return {};
  const domain::Task& task = **found;
  const domain::Queue& queue = queue_of(task, parts_.queues);
  const base::WallTime now = parts_.clock.wall();
  switch (task.status) {
    case domain::TaskStatus::succeeded:
    case domain::TaskStatus::cancelled:
      return {};
    case domain::TaskStatus::dead:
      // Whoever recorded it may have been cut off before the message was set aside.
      return {Settlement::Kind::dead};
    case domain::TaskStatus::running: {
      domain::Failure lost{"Lost", "the attempt was cut off before its end was known"};
      lost.lost = true;
      const Settlement settlement =
          end(given, task,
              domain::verdict_on(lost, task.attempts, task.max_attempts, queue.backoff, now,
                                 parts_.random.next()));
      // A lost attempt is followed by the next one at once.
      if (settlement != again(base::Millis(0))) return settlement;
      return run(host, given, last_start);
    }
    case domain::TaskStatus::queued:
      break;
  }
  if (task.next_attempt_at && *task.next_attempt_at > now) {
    return again(*task.next_attempt_at - now);
  }
  if (parts_.clock.mono() >= last_start) return again(base::Millis(0));
  return attempt(host, given, task, queue);
}

Settlement Deliveries::attempt(ports::FunctionHost& host, const HandedOver& given,
                               const domain::Task& task, const domain::Queue& queue) {
  auto started = write(ports::StartAttempt{task.sequence, parts_.clock.wall(), std::nullopt});
  if (!started) return hand_back(given, started.error());
  // Cancelled or removed a moment ago, or begun by somebody else: what is to be done is seen anew.
  if (!*started) return again(base::Millis(0));
  const domain::Task running = std::get<ports::Started>(**started).task;

  ports::InvocationId id;
  {
    const std::lock_guard lock(mutex_);
    id = ports::InvocationId(next_invocation_++);
  }
  std::vector<ports::Invocation> invocations;
  invocations.push_back({id, queue.function, {running}, false});
  host.invoke(std::move(invocations));
  const ports::Ended ended = wait_for(id);

  if (ended.failure && ended.failure->not_begun) return end(given, running, domain::Released{});
  if (ended.failure) {
    return end(given, running,
               domain::verdict_on(*ended.failure, running.attempts, running.max_attempts,
                                  queue.backoff, parts_.clock.wall(), parts_.random.next()));
  }
  ORDO_ASSERT(ended.results.size() == 1);
  return end(given, running, domain::Succeeded{ended.results.front()});
}

Settlement Deliveries::end(const HandedOver& given, const domain::Task& task,
                           domain::Verdict verdict) {
  const base::WallTime now = parts_.clock.wall();
  const auto written = write(ports::EndAttempt{task.sequence, task.attempts, verdict, now});
  if (!written) return hand_back(given, written.error());
  if (!*written) {
    // The home cannot keep it, and never will.
    if (written->error().code == base::ErrorCode::too_large) {
      return end(given, task, domain::Died{"ResultTooLarge: " + written->error().message});
    }
    // Cancelled meanwhile: its outcome counts for nothing.
    if (written->error().code == base::ErrorCode::conflict) return {};
    return hand_back(given, written->error());
  }
  if (const auto* const retried = std::get_if<domain::Retried>(&verdict)) {
    return again(retried->next_attempt_at - now);
  }
  if (std::holds_alternative<domain::Died>(verdict)) return {Settlement::Kind::dead};
  if (std::holds_alternative<domain::Released>(verdict)) return again(pause_after_trouble(given));
  return {};
}

void Deliveries::ended(std::vector<ports::Ended> all) {
  {
    const std::lock_guard lock(mutex_);
    for (ports::Ended& one : all) {
      if (!one.more) endings_.emplace(one.id, std::move(one));
    }
  }
  told_.notify_all();
}

ports::Ended Deliveries::wait_for(ports::InvocationId id) {
  std::unique_lock lock(mutex_);
  told_.wait(lock, [&] { return endings_.contains(id); });
  return std::move(endings_.extract(id).mapped());
}

base::Result<ports::WriteAnswer> Deliveries::write(ports::Write write) {
  const std::array<ports::Write, 1> writes{std::move(write)};
  base::Result<std::vector<ports::WriteAnswer>> answers = parts_.store.apply(writes);
  if (!answers) return base::fail(std::move(answers.error()));
  return std::move(answers->front());
}

}  // namespace ordo::app
