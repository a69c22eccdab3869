// The process that a crash ends: dispatcher, committer, handlers, and a store that fails on the
// way.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace ordo::sim {

// Fails, forgets that it has committed, or dies, as the seed will have it.
class World::Store : public ports::Store {
 public:
  explicit Store(World& world) : world_(world) {}
  using ports::Store::apply;

  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
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
    std::vector<ports::Write> all(writes.begin(), writes.end());
    auto answers = world_.kept_->apply(writes, [&](std::span<const ports::WriteAnswer> so_far) {
      // Handlers end while the transaction is being written.
      if (!calm && world_.happens(0.3)) world_.end_some_handler(false);
      const std::span<const ports::Write> more =
          follow ? follow(so_far) : std::span<const ports::Write>();
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
  void call(ports::FunctionCall /*call*/) override { world_.broken("a call of a function"); }
  [[nodiscard]] std::size_t capacity(const std::string& /*function*/) const override {
    return 2 + world_.options_.seed % 40;
  }
  void curtail(ports::InvocationId id) override {
    for (Running& one : running) {
      if (one.invocation.id == id) one.curtailed = true;
    }
  }
  void cancel(ports::InvocationId id, std::optional<domain::Sequence> task) override {
    for (Running& one : running) {
      if (one.invocation.id != id) continue;
      const bool runs = !task || one.invocation.tasks[one.done].sequence == *task;
      (runs ? one.cancelled : one.curtailed) = true;
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

}  // namespace ordo::sim
