#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace ordo::sim {
namespace {

constexpr base::Millis kExtension{200};

domain::Queue queue_named(const char* name) {
  domain::Queue queue;
  queue.name = domain::QueueName(name);
  queue.backoff = {base::Millis(50), 2.0, base::Millis(2000), domain::Jitter::full};
  return queue;
}

domain::Queues all_kinds() {
  domain::Queues queues;
  const auto add = [&queues](domain::Queue queue) { queues[queue.name] = std::move(queue); };
  domain::Queue strict = queue_named("strict");
  strict.concurrency = 5;
  add(strict);
  domain::Queue early = queue_named("early");
  early.handoff = domain::Handoff::early;
  add(early);
  domain::Queue batch = queue_named("batch");
  batch.batch_size = 4;
  add(batch);
  domain::Queue ranked = queue_named("ranked");
  ranked.ordering = domain::Ordering::priority;
  add(ranked);
  domain::Queue once = queue_named("once");
  once.max_attempts = 1;
  once.handoff = domain::Handoff::early;
  add(once);
  domain::Queue pull = queue_named("pulled");
  pull.function = "pull";
  pull.batch_size = 2;
  pull.concurrency = 1000;
  add(pull);
  return queues;
}

}  // namespace

// Fails, forgets that it has committed, or dies, as the seed will have it.
class World::Store : public ports::TaskStore {
 public:
  explicit Store(World& world) : world_(world) {}
  using TaskStore::apply;

  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::TaskWrite> writes,
                                                      const ports::Follow& follow) override {
    const bool calm = world_.calm_;
    if (!calm && world_.happens(0.01)) {
      world_.note("crash before the commit");
      throw Crash{};
    }
    if (!calm && world_.happens(0.02)) {
      world_.note("disk full");
      const base::Error full{base::ErrorCode::unavailable, "disk full", {}};
      if (world_.happens(0.5)) {
        world_.kept_->fail_next(full);
      } else {
        world_.kept_->fail_next_commit(full);
      }
    }
    if (!calm && world_.happens(0.05)) world_.clock_.advance(base::Millis(world_.chance(300)));
    std::vector<ports::TaskWrite> all(writes.begin(), writes.end());
    auto answers = world_.kept_->apply(writes, [&](std::span<const ports::WriteAnswer> so_far) {
      // Handlers end while the transaction is being written.
      if (!calm && world_.happens(0.3)) world_.end_some_handler(false);
      const std::span<const ports::TaskWrite> more =
          follow ? follow(so_far) : std::span<const ports::TaskWrite>();
      all.insert(all.end(), more.begin(), more.end());
      return more;
    });
    if (!answers) return answers;
    for (std::size_t i = 0; i < answers->size(); ++i) world_.see(all[i], (*answers)[i]);
    if (!calm && world_.happens(0.01)) {
      world_.note("crash after the commit");
      throw Crash{};
    }
    return answers;
  }
  base::Result<ports::Expired> expire(const ports::Expiry&, const ports::ExpiryBite&) override {
    return ports::Expired{};
  }
  base::Result<void> probe() override { return {}; }

 private:
  World& world_;
};

// Handlers that run for as long as the seed says.
class World::Host : public ports::FunctionHost {
 public:
  struct Running {
    ports::Invocation invocation;
    std::size_t done = 0;  // told to the dispatcher
    bool cancelled = false;
    bool curtailed = false;
  };
  explicit Host(World& world) : world_(world) {}

  void invoke(std::vector<ports::Invocation> invocations) override {
    for (ports::Invocation& invocation : invocations) {
      const auto queue = world_.queues_.find(invocation.tasks.front().queue);
      world_.check_start(invocation.tasks, queue->second);
      for (const Running& other : running) {
        const domain::Task& a = other.invocation.tasks.front();
        const domain::Task& b = invocation.tasks.front();
        if (a.queue == b.queue && a.lane == b.lane) world_.broken("two at once in a lane");
      }
      running.push_back({std::move(invocation)});
    }
    if (running.size() > capacity({})) world_.broken("more than the function can run");
  }
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return 2 + world_.options_.seed % 40;
  }
  void curtail(ports::InvocationId id) override {
    for (Running& one : running) {
      if (one.invocation.id == id) one.curtailed = true;
    }
  }
  void cancel(ports::InvocationId id) override {
    for (Running& one : running) {
      if (one.invocation.id == id) one.cancelled = true;
    }
  }

  std::vector<Running> running;

 private:
  World& world_;
};

struct World::Process {
  explicit Process(World& world)
      : host(world),
        store(world),
        dispatcher({world.queues_, world.clock_, world.ids_, host}),
        committer(store, world.clock_, {.partner = &dispatcher}, [](const base::Error&) {}) {}

  Host host;
  Store store;
  app::Dispatcher dispatcher;
  app::Committer committer;
};

World::World(Options options)
    : options_(options),
      random_(options.seed),
      ids_(options.seed),
      queues_(all_kinds()),
      kept_(std::make_unique<testing::MemoryTaskStore>()) {}

World::~World() = default;

void World::note(std::string line) {
  history_.push_back(fmt::format("{:>8} {}", clock_.mono().ns() / 1'000'000, std::move(line)));
}

void World::broken(std::string what) {
  note("BROKEN: " + what);
  if (!fault_) fault_ = std::move(what);
}

// After a restart the pauses that are left go by the wall clock, which may have been set.
void World::boot() {
  told_at_.clear();
  not_before_.clear();
  leased_until_.clear();
  process_ = std::make_unique<Process>(*this);
  if (!process_->dispatcher.load(*kept_)) broken("the backlog cannot be read");
}

// What a crash leaves is the store; handlers die with the process, outside workers do not.
template <class Act>
void World::guarded(Act act) {
  try {
    act();
  } catch (const Crash&) {
    ++crashes_;
    boot();
  }
}

void World::turns() {
  guarded([this] {
    constexpr int kMany = 10'000;
    for (int i = 0; i < kMany; ++i) {
      const auto next = process_->dispatcher.next_turn();
      const bool due = next && *next <= clock_.mono();
      const bool worked = process_->committer.turn();
      if (!worked && !due) return;
    }
    broken("turns without end");
  });
}

std::optional<std::string> World::run() {
  boot();
  for (int i = 0; i < options_.steps && !fault_; ++i) step();
  if (!fault_) calm_down();
  if (!fault_) check_end();
  return fault_;
}

void World::step() {
  switch (chance(12)) {
    case 0:
    case 1:
    case 2:
      submit();
      break;
    case 3:
      change_something();
      break;
    case 4:
      advance(base::Millis(chance(400)));
      break;
    case 5:
    case 6:
      work_elsewhere(false);
      break;
    case 7:
      if (happens(0.1)) {
        note("crash between turns");
        ++crashes_;
        boot();
      }
      break;
    default:
      end_some_handler(false);
      break;
  }
  // Turns take more than one thing at a time.
  if (happens(0.7)) turns();
}

void World::submit() {
  const std::size_t count = 1 + chance(happens(0.1) ? 30 : 3);
  std::vector<ports::TaskWrite> writes;
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
    for (const ports::TaskWrite& write : committed->writes) {
      accepted_.insert(std::get<ports::AddTask>(write).task.id);
    }
  });
}

// What people do meanwhile.
void World::change_something() {
  if (next_task_ == 0) return;
  const domain::TaskId id(fmt::format("t{}", 1 + chance(next_task_)));
  const auto send = [this](ports::TaskWrite write) {
    std::vector<ports::TaskWrite> writes;
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
    if (one.curtailed && one.invocation.one_by_one && one.done > 0) {
      ended.failure = domain::Failure{"NotBegun", "curtailed"};
      ended.failure->not_begun = true;
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

void World::advance(base::Millis by) {
  clock_.advance(by);
}

// No more faults: everything must come to its end.
void World::calm_down() {
  calm_ = true;
  note("calm");
  for (const auto& [name, queue] : queues_) {
    std::vector<ports::TaskWrite> writes;
    writes.emplace_back(ports::PauseQueue{name, false});
    process_->committer.submit(std::move(writes), [](base::Result<app::Committed>) {});
  }
  constexpr int kMany = 100'000;
  for (int i = 0; i < kMany && !fault_; ++i) {
    turns();
    if (open_.empty()) return;
    if (!process_->host.running.empty()) {
      end_some_handler(true);
      continue;
    }
    work_elsewhere(true);
    turns();
    if (process_->host.running.empty()) advance(base::Millis(20));
  }
  process_->dispatcher.look([this](const domain::LaneBoard& board, const auto&) {
    for (const domain::QueueName& queue : board.queues()) {
      const domain::QueueView view = board.view(queue);
      note(fmt::format("{}: {} queued, {} waiting, {} running, {} lanes, paused {}", queue.value(),
                       view.queued, view.waiting, view.running, view.lanes, view.paused));
    }
  });
  process_->committer.turn();
  broken(fmt::format("{} tasks are never done, the first is {}", open_.size(),
                     open_.begin()->second.id.value()));
}

}  // namespace ordo::sim
