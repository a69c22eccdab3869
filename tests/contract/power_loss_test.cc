// The power goes away at every operation that reached the disk, with what was not synced lost,
// kept, or torn. What was acknowledged must be there, in its order; what was not is there whole
// or not at all.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/execution_writes.h"
#include "domain/task.h"
#include "sqlite/home.h"
#include "support/fault_vfs.h"
#include "support/memory_store.h"
#include "support/order_writes.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"

namespace ordo::testing {
namespace {

using Fate = DiskImage::Fate;

struct KeptExecution {
  ports::ExecutionRecord record;
  std::vector<std::string> history;
  std::vector<std::string> frames;
  std::uint64_t next_event = 0;

  friend bool operator==(const KeptExecution&, const KeptExecution&) = default;
};

// What a store holds: one transaction changes all of it.
struct Kept {
  std::vector<domain::Task> tasks;
  std::vector<domain::Order> orders;
  std::vector<KeptExecution> executions;

  friend bool operator==(const Kept&, const Kept&) = default;
};

Kept kept_in(const ports::Reads& reads) {
  Kept kept{walk(reads.tasks), walk(reads.orders, at_ms(0)), {}};
  for (ports::ExecutionRecord& record : walk(reads.executions)) {
    const auto stored = reads.executions.load(record.number).value().value();
    auto history = walk_history(reads.executions, record.number.value());
    kept.executions.push_back(
        {std::move(record), std::move(history), told_of_frames(stored), stored.next_event});
  }
  return kept;
}

// What the store held when so many operations had been done.
struct Acknowledged {
  std::size_t ops = 0;
  Kept kept;
  std::uint64_t last_sequence = 0;
};

// A short life of a store, recorded, with a model beside it.
class RecordedLife {
 public:
  RecordedLife() {
    acknowledged.push_back({});
    open();
    for (int turn = 0; turn < 16; ++turn) {
      live(turn);
      if (turn % 5 == 3) {
        EXPECT_TRUE(home_->checkpoint().has_value());
      }
      if (turn == 9) open();
    }
    home_.reset();
    ops = vfs_.ops();
  }

  std::vector<Acknowledged> acknowledged;
  std::vector<DiskOp> ops;

 private:
  void open() {
    home_.reset();
    auto home = sqlite::Home::open({.path = directory_.file("ordo.db"),
                                    .read_connections = 1,
                                    .checkpoint_every = std::chrono::hours(1),
                                    .vfs = vfs_.name()});
    ASSERT_TRUE(home.has_value()) << home.error().message;
    home_ = std::move(*home);
  }

  void live(int turn) {
    const auto id = [turn](int n) { return fmt::format("t{}-{}", turn, n); };
    domain::NewTask keyed = new_task(id(2), std::string(static_cast<std::size_t>(turn) * 700, 'x'));
    keyed.key = domain::IdempotencyKey(id(2));
    apply({add(id(0)), add(id(1), "two"), add(keyed),
           begin(id(6), with_frames(step(1, 2), {{0, "root"}, {1, "one"}}), "p", "{}", id(7))});
    const std::string before = fmt::format("t{}-", turn - 1);
    apply({add(id(3)), retitle(before + "0", "renamed"), cancel(before + "1"), remove(before + "3"),
           add("t0-0", "not the same"), orders({order(id(4)), order(id(5), "1", "two")}),
           settle({rejected(before + "4")}), goes_on(turn + 1), fails(turn), recovers(turn - 1)});
    if (turn % 4 != 2) return;
    const ports::Expiry expiry{at_ms(5000), at_ms(1), at_ms(0) + kKept};
    const ports::ExpiryBite bite{3, 1000};
    EXPECT_EQ(home_->store().expire(expiry, bite).value(), model_.expire(expiry, bite).value());
    remember();
  }

  // What becomes of an execution, turn by turn. Retention does not come to it.
  static ports::Write goes_on(int number) {
    return advance_one(number, with_frames(step(3), {{0, "ROOT"}, {2, "two"}}, {1}));
  }
  static ports::Write fails(int number) {
    return advance_one(number, ending(step(4), states::Status::failed, at_ms(6000)));
  }
  static ports::Write recovers(int number) {
    const ports::ExecutionStep again = redriving(step(5, 3));
    return advance_one(
        number, number % 2 == 0 ? again : ending(again, states::Status::succeeded, at_ms(6000)));
  }
  // The first turns have none to go on with.
  static ports::Write advance_one(int number, const ports::ExecutionStep& step) {
    return advance(static_cast<std::uint64_t>(std::max(number, 0)), step);
  }

  void apply(const std::vector<ports::Write>& writes) {
    const auto answers = home_->store().apply(writes);
    ASSERT_TRUE(answers.has_value()) << answers.error().message;
    EXPECT_EQ(told(answers), told(model_.apply(writes)));
    for (const ports::WriteAnswer& answer : *answers) {
      if (!answer) continue;
      if (const auto* added = std::get_if<ports::Added>(&*answer)) {
        last_sequence_ = added->sequence.value();
      }
    }
    remember();
  }

  void remember() {
    acknowledged.push_back({vfs_.count(), kept_in(model_.reads()), last_sequence_});
  }

  TempDir directory_ = TempDir::in_memory();
  FaultVfs vfs_;
  MemoryStore model_;
  std::uint64_t last_sequence_ = 0;
  std::unique_ptr<sqlite::Home> home_;
};

domain::TaskCounts counted(const std::vector<domain::Task>& tasks) {
  domain::TaskCounts counts;
  for (const domain::Task& task : tasks) ++counts.of(task.status);
  return counts;
}

// Starts on what is left in `directory`; returns what is wrong with it, or "".
std::string inspect(const std::string& directory, const Acknowledged& least,
                    const Acknowledged& most) {
  const std::string path = directory + "/ordo.db";
  auto home = sqlite::Home::open(
      {.path = path, .read_connections = 1, .checkpoint_every = std::chrono::hours(1)});
  if (!home) return "does not open: " + home.error().message;
  const Kept kept = kept_in((*home)->reads());
  if (kept != least.kept && kept != most.kept) {
    const auto sizes = [](const Kept& of) {
      return fmt::format("{} tasks, {} orders, {} executions", of.tasks.size(), of.orders.size(),
                         of.executions.size());
    };
    return fmt::format("holds {}, not the {}, or {} that it must", sizes(kept), sizes(least.kept),
                       sizes(most.kept));
  }
  if ((*home)->task_reads().counts().value() != counted(kept.tasks)) return "miscounts";
  const auto answers = (*home)->store().apply(std::vector{add("afterwards")});
  if (!answers) return "does not accept: " + answers.error().message;
  const auto next = std::get<ports::Added>(*answers->front()).sequence.value();
  if (next <= least.last_sequence) return fmt::format("gives sequence {} again", next);
  home->reset();
  const auto whole = sqlite::check_integrity(path);
  return whole ? "" : whole.error().message;
}

// What a start shows must be durable, for somebody may rely on it: after a kill the kernel still
// has what was not synced, the next process reads that, and then the power goes away. `disk` is
// what had been synced when the process was killed, `directory` what the kernel had.
std::string inspect_kill_then_power_loss(DiskImage disk, const std::string& directory,
                                         const std::string& afterwards) {
  FaultVfs vfs;
  auto home = sqlite::Home::open({.path = directory + "/ordo.db",
                                  .read_connections = 1,
                                  .checkpoint_every = std::chrono::hours(1),
                                  .vfs = vfs.name()});
  if (!home) return "does not open: " + home.error().message;
  Acknowledged shown;
  shown.kept = kept_in((*home)->reads());
  for (const DiskOp& op : vfs.ops()) disk.advance(op);
  disk.write_to(afterwards, Fate::dropped, 0);
  return inspect(afterwards, shown, shown);
}

TEST(PowerLoss, WhatAStartAfterAKillShowsIsDurable) {
  const RecordedLife life;
  ASSERT_FALSE(::testing::Test::HasFailure());
  DiskImage disk;
  std::size_t inspected = 0;
  for (const DiskOp& op : life.ops) {
    disk.advance(op);
    if (!disk.in_doubt()) continue;
    ++inspected;
    const TempDir before = TempDir::in_memory();
    const TempDir after = TempDir::in_memory();
    disk.write_to(before.path(), Fate::kept, 0);
    const std::string fault = inspect_kill_then_power_loss(disk, before.path(), after.path());
    ASSERT_EQ(fault, "") << "image " << inspected;
  }
  EXPECT_GT(inspected, 100U);
}

TEST(PowerLoss, LosesNothingAcknowledgedAtAnyMoment) {
  const RecordedLife life;
  ASSERT_FALSE(::testing::Test::HasFailure());
  const TempDir images = TempDir::in_memory();
  DiskImage disk;
  std::size_t boundaries = 0;
  std::size_t inspected = 0;
  std::size_t last = 0;  // the newest acknowledged state
  for (std::size_t done = 0; done <= life.ops.size(); ++done) {
    if (done > 0) disk.advance(life.ops[done - 1]);
    while (last + 1 < life.acknowledged.size() && life.acknowledged[last + 1].ops <= done) ++last;
    const Acknowledged& least = life.acknowledged[last];
    const Acknowledged& most =
        last + 1 < life.acknowledged.size() ? life.acknowledged[last + 1] : least;
    ++boundaries;
    for (const Fate fate : {Fate::dropped, Fate::kept, Fate::some, Fate::last_torn}) {
      const std::string directory = images.file(fmt::format("{}", ++inspected));
      std::filesystem::create_directory(directory);
      disk.write_to(directory, fate, inspected);
      const std::string fault = inspect(directory, least, most);
      std::filesystem::remove_all(directory);
      ASSERT_EQ(fault, "") << "after operation " << done << " of " << life.ops.size() << ", fate "
                           << static_cast<int>(fate) << ", seed " << inspected;
      if (!disk.in_doubt()) break;
    }
  }
  EXPECT_GT(boundaries, 100U);
  RecordProperty("boundaries", static_cast<int>(boundaries));
  fmt::print("{} boundaries, {} images\n", boundaries, inspected);
}

}  // namespace
}  // namespace ordo::testing
