// What clients, handlers, workers and people do meanwhile.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sim/process.h"
#include "sim/world.h"

namespace ordo::sim {
namespace {

constexpr base::Millis kExtension{200};

}  // namespace

void World::submit() {
  const std::size_t count = 1 + chance(happens(0.1) ? 30 : 3);
  std::vector<ports::Write> writes;
  for (std::size_t i = 0; i < count; ++i) {
    domain::NewTask task;
    task.id = domain::TaskId(fmt::format("t{}", ++next_task_));
    auto queue = queues_.begin();
    std::advance(queue, static_cast<std::ptrdiff_t>(chance(queues_.size())));
    task.queue = queue->first;
    task.max_attempts = queue->second.max_attempts;
    task.lane =
        domain::LaneKey(fmt::format("l{}", chance(static_cast<std::uint64_t>(options_.lanes))));
    task.content.priority = static_cast<domain::Priority>(chance(3));
    task.created_at = clock_.wall();
    writes.emplace_back(ports::AddTask{std::move(task)});
  }
  process_->committer.submit(std::move(writes), [this](base::Result<app::Committed> committed) {
    if (!committed) return;
    for (const ports::Write& write : committed->writes) {
      accepted_.insert(std::get<ports::AddTask>(write).task.id);
    }
  });
}

// What people do meanwhile.
void World::change_something() {
  if (next_task_ == 0) return;
  const domain::TaskId id(fmt::format("t{}", 1 + chance(next_task_)));
  const auto send = [this](ports::Write write) {
    std::vector<ports::Write> writes;
    writes.push_back(std::move(write));
    process_->committer.submit(std::move(writes), [](base::Result<app::Committed>) {});
  };
  auto queue = queues_.begin();
  std::advance(queue, static_cast<std::ptrdiff_t>(chance(queues_.size())));
  const domain::Sequence all(1'000'000);
  switch (chance(7)) {
    case 0:
      return send(ports::CancelTask{id, clock_.wall()});
    case 1:
      return send(ports::RemoveTask{id, std::nullopt});
    case 2: {
      ports::ChangeTask change;
      change.id = id;
      change.patch.priority = static_cast<domain::Priority>(chance(3));
      change.now = clock_.wall();
      return send(std::move(change));
    }
    case 3:
      return send(ports::RequeueTask{id, clock_.wall()});
    case 4:
      return send(ports::RedriveDead{queue->first, all, 1 + chance(5), clock_.wall()});
    case 5:
      return send(ports::PauseQueue{queue->first, happens(0.4)});
    default:
      clock_.jump(base::Millis(static_cast<std::int64_t>(chance(7'200'000)) - 3'600'000));
      leased_until_.clear();
      note("the clock jumps");
  }
}

void World::end_some_handler(bool calm) {
  auto& running = process_->host.running;
  if (running.empty()) return;
  const auto at = running.begin() + static_cast<std::ptrdiff_t>(chance(running.size()));
  Host::Running& one = *at;
  const std::vector<domain::Task>& tasks = one.invocation.tasks;
  const bool together = tasks.size() > 1 && !one.invocation.one_by_one;
  ports::Ended ended{one.invocation.id, {}, std::nullopt};
  while (one.done < tasks.size()) {
    const domain::Task& task = tasks[one.done];
    // Before its first task it may have waited for a process, or have begun.
    if (one.curtailed && (one.done > 0 ? one.invocation.one_by_one : happens(0.5))) {
      ended.failure = domain::Failure{"NotBegun", "curtailed"};
      ended.failure->not_begun = true;
      for (std::size_t i = one.done; i < tasks.size(); ++i) --starts_[tasks[i].sequence];
      break;
    }
    ++runs_;
    told_at_[task.sequence] = clock_.mono();
    if (one.cancelled || (!calm && happens(options_.failure_rate))) {
      ended.failure = domain::Failure{"SimulatedFailure", "as the seed says"};
      if (happens(0.1)) ended.failure->retry_after = base::Millis(chance(500));
      if (happens(0.1)) ended.failure->permanent = true;
      break;
    }
    successes_.emplace(task.sequence, task.attempts);
    ended.results.emplace_back(R"({"ok":true})");
    ++one.done;
    if (one.invocation.one_by_one && happens(0.2) && one.done < tasks.size()) {
      ended.more = true;
      break;
    }
  }
  // A handler of a batch may not know which of them it was.
  if (together && ended.failure && happens(0.3)) ended.results.clear();
  note(fmt::format("invocation {} ended: {} done{}", one.invocation.id.value(),
                   ended.results.size(), ended.failure ? ", one failed" : ""));
  if (!ended.more) running.erase(at);
  std::vector<ports::Ended> all;
  all.push_back(std::move(ended));
  process_->dispatcher.ended(std::move(all));
}

// Outside workers: they claim, do, fail, ask for more time, or sleep past their lease.
void World::work_elsewhere(bool calm) {
  const domain::QueueName queue("pulled");
  if (calm || happens(0.4)) {
    app::Claim claim;
    claim.queue = queue;
    claim.max = 1 + chance(5);
    claim.deadline = clock_.mono() + base::Millis(chance(2) * 50);
    claim.lease = base::Millis(100 + chance(300));
    const auto gone = std::make_shared<bool>(false);
    claim.gone = [gone] { return *gone; };
    claim.answer = [this, gone](base::Result<std::vector<app::Claim::Given>> given) {
      if (*gone) broken("a worker that has gone is answered");
      if (!given) return;
      std::map<Lane, std::vector<domain::Task>> by_lane;
      for (app::Claim::Given& one : *given) {
        const auto leased = leased_until_.find(one.task.sequence);
        if (leased != leased_until_.end() && clock_.mono() < leased->second) {
          broken(one.task.id.value() + " is given away before its lease is over");
        }
        leased_until_[one.task.sequence] = clock_.mono() + (one.until - clock_.wall());
        held_.push_back({one.task.id, one.lease, one.task.attempts});
        by_lane[{one.task.queue, one.task.lane}].push_back(std::move(one.task));
      }
      for (const auto& [lane, tasks] : by_lane) check_start(tasks, queues_.at(lane.first));
    };
    process_->dispatcher.claim(std::move(claim));
    if (!calm && happens(0.2)) *gone = true;
    guarded([this] { process_->committer.turn(); });
  }
  const std::size_t most = calm ? held_.size() : std::min<std::size_t>(held_.size(), 2);
  for (std::size_t i = 0; i < most && !held_.empty(); ++i) {
    // Mostly in order; at times one that has slept comes late.
    const auto at = held_.begin() +
                    static_cast<std::ptrdiff_t>(!calm && happens(0.2) ? chance(held_.size()) : 0);
    const Held held = *at;
    app::LeaseWord word;
    word.id = held.id;
    word.lease = held.lease;
    const auto dash = held.lease.find('-');
    const domain::Sequence sequence(std::stoull(held.lease.substr(0, dash)));
    told_at_[sequence] = clock_.mono();
    const bool extends = !calm && happens(0.15);
    if (extends) {
      word.word = app::LeaseWord::Extend{kExtension};
    } else if (!calm && happens(options_.failure_rate)) {
      word.word = domain::Failure{"Worker", "no"};
    } else {
      successes_.emplace(sequence, held.attempt);
      word.word = domain::Succeeded{};
    }
    if (extends) {
      word.answer = [this, sequence, held,
                     until = clock_.mono() + kExtension](base::Result<void> said) {
        // What is held of a lane is held until one time; given up meanwhile, it is not held.
        if (!said || !leased_until_.contains(sequence)) return;
        const auto task = kept_->find(held.id);
        if (*task && (*task)->status == domain::TaskStatus::queued) {
          broken(held.id.value() + " is queued although its lease was prolonged");
        }
        for (auto& [other, leased] : leased_until_) {
          if (of_one_lane(sequence, other)) leased = until;
        }
      };
    } else {
      word.answer = [](base::Result<void>) {};
      // Who gives up one task of a lane gives up those after it.
      std::erase_if(leased_until_,
                    [&](const auto& leased) { return of_one_lane(sequence, leased.first); });
      held_.erase(at);
    }
    process_->dispatcher.say(std::move(word));
  }
}

// Also when nobody knows any more.
bool World::of_one_lane(domain::Sequence a, domain::Sequence b) const {
  const auto lane_of = [this](domain::Sequence sequence) {
    const auto known = open_.find(sequence);
    return known == open_.end() ? nullptr : &known->second.lane;
  };
  const Lane* const of_a = lane_of(a);
  const Lane* const of_b = lane_of(b);
  return a == b || of_a == nullptr || of_b == nullptr || *of_a == *of_b;
}

}  // namespace ordo::sim
