#include "sim/world.h"

#include <fmt/format.h>

#include "sim/process.h"

namespace ordo::sim {
namespace {

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

World::World(Options options)
    : options_(options),
      random_(options.seed),
      ids_(options.seed),
      queues_(all_kinds()),
      kept_(std::make_unique<testing::MemoryStore>()) {}

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

void World::advance(base::Millis by) {
  clock_.advance(by);
}

// No more faults: everything must come to its end.
void World::calm_down() {
  calm_ = true;
  note("calm");
  for (const auto& [name, queue] : queues_) {
    std::vector<ports::Write> writes;
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
