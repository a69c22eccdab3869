// A whole server in one thread: domain, use cases, store, clock and handlers, driven by one seed.
// Everything that can go wrong does, and every step is checked against what is promised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/committer.h"
#include "app/dispatcher.h"
#include "domain/queue.h"
#include "ports/function_host.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"

namespace ordo::sim {

// The process died.
struct Crash {};

struct Options {
  std::uint64_t seed = 1;
  int steps = 1500;
  int lanes = 40;
  double failure_rate = 0.3;
};

class World {
 public:
  explicit World(Options options);
  ~World();

  // Runs it all. What was promised and not kept, or nothing.
  std::optional<std::string> run();
  [[nodiscard]] const std::vector<std::string>& history() const { return history_; }
  [[nodiscard]] std::size_t crashes() const { return crashes_; }
  [[nodiscard]] std::size_t accepted() const { return accepted_.size(); }
  [[nodiscard]] std::size_t runs() const { return runs_; }

 private:
  class Store;
  class Host;
  struct Process;
  using Lane = std::pair<domain::QueueName, domain::LaneKey>;

  // A task as it is accepted and done, by what was answered and committed.
  struct Known {
    Lane lane;
    domain::Priority priority = domain::Priority::medium;
    domain::TaskId id;
  };
  struct Held {
    domain::TaskId id;
    std::string lease;
    std::uint32_t attempt = 0;
  };

  std::uint64_t chance(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
  bool happens(double rate) { return std::uniform_real_distribution<double>(0, 1)(random_) < rate; }
  void note(std::string line);
  void broken(std::string what);

  void boot();
  void turns();
  template <class Act>
  void guarded(Act act);
  void step();
  void submit();
  void change_something();
  void end_some_handler(bool calm);
  void work_elsewhere(bool calm);
  [[nodiscard]] bool of_one_lane(domain::Sequence a, domain::Sequence b) const;
  void advance(base::Millis by);
  void calm_down();
  void check_end();

  // What the store saw committed.
  void see(const ports::Write& write, const ports::WriteAnswer& answer);
  void see_open(const domain::Task& task);
  void see_closed(domain::Sequence sequence);
  void see_end(const ports::EndAttempt& end);
  // A handler begins.
  void check_start(const std::vector<domain::Task>& tasks, const domain::Queue& queue);

  const Options options_;
  std::mt19937_64 random_;
  testing::FakeClock clock_;
  testing::SeededRandom ids_;
  domain::Queues queues_;
  std::unique_ptr<testing::MemoryStore> kept_;
  std::unique_ptr<Process> process_;

  std::set<domain::TaskId> accepted_;
  std::set<domain::TaskId> gone_;  // deleted or purged on request
  std::map<domain::Sequence, Known> open_;
  std::map<Lane, std::set<domain::Sequence>> open_by_lane_;
  // What handlers really did: successes of an attempt, and starts in a task's present life.
  std::set<std::pair<domain::Sequence, std::uint32_t>> successes_;
  std::map<domain::Sequence, std::uint32_t> starts_;
  std::set<domain::TaskId> died_;
  // When a handler last said how an attempt ended, and from when on the next may begin.
  std::map<domain::Sequence, base::MonoTime> told_at_;
  std::map<domain::Sequence, base::MonoTime> not_before_;
  std::vector<Held> held_;  // leases of outside workers
  // Until when nobody else may be given a task.
  std::map<domain::Sequence, base::MonoTime> leased_until_;
  std::size_t next_task_ = 0;
  std::size_t crashes_ = 0;
  std::size_t runs_ = 0;
  bool calm_ = false;
  std::optional<std::string> fault_;
  std::vector<std::string> history_;
};

}  // namespace ordo::sim
