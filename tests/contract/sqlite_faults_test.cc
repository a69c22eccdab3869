// The embedded home on a disk that fails.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "contract/execution_writes.h"
#include "sqlite/home.h"
#include "support/fault_vfs.h"
#include "support/order_writes.h"
#include "support/task_writes.h"
#include "support/temp_dir.h"

namespace ordo::testing {
namespace {

using base::ErrorCode;
using Told = std::vector<std::string>;

class SqliteFaults : public ::testing::Test {
 protected:
  SqliteFaults() { open(); }

  void open() {
    home.reset();
    auto opened = sqlite::Home::open(
        {.path = path(),
         .read_connections = 1,
         .checkpoint_every = std::chrono::hours(1),
         .on_trouble =
             [this](std::string_view what, const base::Error* error) {
               troubles.push_back(std::string(what) + (error != nullptr ? " fails" : " works"));
             },
         .vfs = disk.name()});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    home = std::move(*opened);
  }
  [[nodiscard]] std::string path() const { return directory.file("ordo.db"); }

  base::Result<std::vector<ports::WriteAnswer>> try_add(std::string id, std::string title = "x") {
    return home->store().apply(std::vector{add(std::move(id), std::move(title))});
  }
  ErrorCode code_of_add(std::string id) {
    const auto answers = try_add(std::move(id));
    return answers ? ErrorCode::invalid : answers.error().code;
  }
  std::vector<std::string> ids() {
    std::vector<std::string> all;
    for (const domain::Task& task : walk(home->task_reads())) all.push_back(task.id.value());
    return all;
  }
  // What a start after a power loss would find now, with every write kept.
  std::vector<std::string> ids_after_crash() {
    std::vector<std::string> all;
    after_crash([&all](sqlite::Home& crashed) {
      for (const domain::Task& task : walk(crashed.task_reads())) all.push_back(task.id.value());
    });
    return all;
  }
  std::vector<domain::Order> orders_after_crash() {
    std::vector<domain::Order> all;
    after_crash([&all](sqlite::Home& crashed) { all = walk(crashed.order_reads(), at_ms(0)); });
    return all;
  }
  template <class Look>
  void after_crash(Look look) {
    const TempDir copy = TempDir::in_memory();
    for (const char* suffix : {"", "-wal"}) {
      if (std::filesystem::exists(path() + suffix)) {
        std::filesystem::copy_file(path() + suffix, copy.file(std::string("ordo.db") + suffix));
      }
    }
    auto crashed = sqlite::Home::open({.path = copy.file("ordo.db")});
    ASSERT_TRUE(crashed.has_value());
    look(**crashed);
  }

  TempDir directory = TempDir::in_memory();
  FaultVfs disk;
  Told troubles;
  std::unique_ptr<sqlite::Home> home;
};

TEST_F(SqliteFaults, ABatchOfAnySizeIsOneSync) {
  ASSERT_TRUE(try_add("first").has_value());  // the log has its head by now
  for (const std::size_t size : {1UL, 7UL, 500UL}) {
    std::vector<ports::Write> batch;
    for (std::size_t i = 0; i < size; ++i) {
      batch.push_back(add(std::to_string(size) + "-" + std::to_string(i)));
    }
    const std::size_t before = disk.count();
    ASSERT_TRUE(home->store().apply(batch).has_value());
    const std::vector<DiskOp> ops = disk.ops();
    const auto syncs = std::ranges::count(ops.begin() + static_cast<std::ptrdiff_t>(before),
                                          ops.end(), DiskOp::Kind::sync, &DiskOp::kind);
    EXPECT_EQ(syncs, 1) << size << " tasks";
    EXPECT_EQ(ops.back().kind, DiskOp::Kind::sync) << "nothing is written after it";
  }
}

TEST_F(SqliteFaults, AFailedSyncIsFatalForGood) {
  ASSERT_TRUE(try_add("a").has_value());
  disk.fail_syncs_of("-wal");
  EXPECT_EQ(code_of_add("b"), ErrorCode::fatal);
  disk.syncs_work();
  EXPECT_EQ(code_of_add("c"), ErrorCode::fatal);
  EXPECT_EQ(home->store().apply({}).error().code, ErrorCode::fatal);
  EXPECT_EQ(home->store().probe().error().code, ErrorCode::fatal);
  EXPECT_EQ(home->store().expire({}, {1, 1}).error().code, ErrorCode::fatal);
  EXPECT_EQ(ids(), Told{"a"}) << "reads see nothing of what was not acknowledged";
  open();
  EXPECT_EQ(ids().back(), "a");
  EXPECT_TRUE(try_add("d").has_value());
}

TEST_F(SqliteFaults, AFailedSyncOfACheckpointIsFatalToo) {
  ASSERT_TRUE(try_add("a").has_value());
  disk.fail_syncs_of("ordo.db");
  const auto moved = home->checkpoint();
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().code, ErrorCode::fatal);
  disk.syncs_work();
  EXPECT_EQ(code_of_add("b"), ErrorCode::fatal);
  open();
  EXPECT_EQ(ids(), Told{"a"});
}

TEST_F(SqliteFaults, WhatAStartShowsIsDurableEvenIfItWasNotBefore) {
  ASSERT_TRUE(try_add("a").has_value());
  disk.fail_syncs_of("-wal");
  EXPECT_EQ(code_of_add("b"), ErrorCode::fatal);
  disk.syncs_work();
  open();
  // The kernel still had what the failed sync should have written.
  EXPECT_EQ(told(try_add("b")), Told{"replayed 2"});
  EXPECT_EQ(told(try_add("c")), Told{"added 3"});

  DiskImage image;
  for (const DiskOp& op : disk.ops()) image.advance(op);
  const TempDir after = TempDir::in_memory();
  image.write_to(after.path(), DiskImage::Fate::dropped, 0);
  auto restarted = sqlite::Home::open({.path = after.file("ordo.db")});
  ASSERT_TRUE(restarted.has_value());
  EXPECT_EQ(walk((*restarted)->task_reads()), walk(home->task_reads()));
}

TEST_F(SqliteFaults, AFullDiskAcceptsNothingReadsOnAndRecovers) {
  ASSERT_TRUE(try_add("a").has_value());
  disk.leave_room_for(0);
  const auto refused = try_add("b");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_NE(refused.error().message.find("free space on the disk of ordo.db"), std::string::npos);
  EXPECT_EQ(home->store().probe().error().code, ErrorCode::unavailable);
  EXPECT_EQ(ids(), Told{"a"});
  EXPECT_EQ(home->task_reads().counts()->of(domain::TaskStatus::queued), 1U);
  disk.leave_room_for(std::nullopt);
  EXPECT_TRUE(home->store().probe().has_value());
  EXPECT_EQ(told(try_add("b")), Told{"added 2"});
  EXPECT_EQ(home->task_reads().counts()->of(domain::TaskStatus::queued), 2U);
  open();
  EXPECT_EQ(ids(), (Told{"b", "a"}));
}

TEST_F(SqliteFaults, WhereverTheDiskBecomesFullNothingIsAccepted) {
  ASSERT_TRUE(try_add("a").has_value());
  const std::string title(9000, 't');
  int refused = 0;
  for (std::size_t room = 0;; room += 512) {
    open();
    disk.leave_room_for(room);
    const auto answers = try_add("b", title);
    if (answers) {
      EXPECT_EQ(told(answers), Told{"added 2"});
      break;
    }
    ++refused;
    ASSERT_EQ(answers.error().code, ErrorCode::unavailable) << answers.error().message;
    ASSERT_EQ(ids(), Told{"a"});
    ASSERT_EQ(ids_after_crash(), Told{"a"}) << "with room for " << room;
    disk.leave_room_for(std::nullopt);
  }
  EXPECT_GT(refused, 20);
  disk.leave_room_for(std::nullopt);
  EXPECT_EQ(told(try_add("c")), Told{"added 3"});
  EXPECT_EQ(ids_after_crash(), (Told{"c", "b", "a"}));
}

TEST_F(SqliteFaults, WhereverTheDiskBecomesFullNoOrderOfTheListIsAccepted) {
  std::vector<domain::OrderRecord> records;
  for (int i = 0; i < 40; ++i) records.push_back(order(fmt::format("r{}", i), "1", "abcdefgh"));
  records[7].parameter_1.assign(9000, 'p');
  const ports::AddOrders all = orders(records);
  int refused = 0;
  for (std::size_t room = 0;; room += 1024) {
    open();
    disk.leave_room_for(room);
    const auto answers = home->store().apply(std::vector<ports::Write>{all});
    disk.leave_room_for(std::nullopt);
    if (answers) break;
    ++refused;
    ASSERT_EQ(answers.error().code, ErrorCode::unavailable) << answers.error().message;
    ASSERT_TRUE(walk(home->order_reads(), at_ms(0)).empty());
    ASSERT_TRUE(orders_after_crash().empty()) << "with room for " << room;
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(walk(home->order_reads(), at_ms(0)).size(), 40U);
  EXPECT_EQ(orders_after_crash(), walk(home->order_reads(), at_ms(0)));
}

TEST_F(SqliteFaults, WhereverTheDiskBecomesFullAStepLeavesNoTrace) {
  ASSERT_TRUE(
      home->store()
          .apply(std::vector<ports::Write>{begin("a", with_frames(step(1), {{0, "r"}, {1, "x"}}))})
          .has_value());
  const std::string large(9000, 'f');
  const std::vector<ports::Write> step_and_start{
      advance(1,
              ending(with_frames(step(2, 3, "", 3000), {{0, large}}, {1}), states::Status::failed)),
      begin("b", step(1), "p", "{}", "another definition")};
  const auto expect_as_before = [](sqlite::Home& of) {
    ports::ExecutionReads& reads = of.execution_reads();
    const auto stored = reads.load(domain::ExecutionNumber(1)).value().value();
    EXPECT_EQ(stored.record.status, states::Status::running);
    EXPECT_EQ(told_of_frames(stored), (Told{"0:r", "1:x"}));
    EXPECT_EQ(walk_history(reads, 1), events(1, 1));
    EXPECT_EQ(walk(reads).size(), 1U);
  };
  int refused = 0;
  for (std::size_t room = 0;; room += 1024) {
    // Every other time what was learnt of the definition must be unlearnt, too.
    if (refused % 2 == 0) open();
    disk.leave_room_for(room);
    const auto answers = home->store().apply(step_and_start);
    disk.leave_room_for(std::nullopt);
    if (answers) break;
    ++refused;
    ASSERT_EQ(answers.error().code, ErrorCode::unavailable) << answers.error().message;
    expect_as_before(*home);
    after_crash(expect_as_before);
    ASSERT_FALSE(HasFailure()) << "with room for " << room;
  }
  EXPECT_GT(refused, 10);
  after_crash([&](sqlite::Home& crashed) {
    ports::ExecutionReads& reads = crashed.execution_reads();
    EXPECT_EQ(told_of_frames(**reads.load(domain::ExecutionNumber(1))), Told{"0:" + large});
    EXPECT_EQ(walk_history(reads, 1).size(), 4U);
    EXPECT_EQ((*reads.load(domain::ExecutionNumber(2)))->definition, "another definition");
  });
}

TEST_F(SqliteFaults, ADefinitionThatWasNotKeptIsKeptTheNextTime) {
  const std::vector<ports::Write> start{begin("a", step(1), "p", "{}", "its definition")};
  disk.leave_room_for(0);
  ASSERT_FALSE(home->store().apply(start).has_value());
  disk.leave_room_for(std::nullopt);
  ASSERT_TRUE(home->store().apply(start).has_value());
  EXPECT_EQ((*home->execution_reads().load(domain::ExecutionNumber(1)))->definition,
            "its definition");
}

TEST_F(SqliteFaults, ACheckpointThatFindsNoRoomIsRetriedAndHarmless) {
  disk.no_room_in("ordo.db");
  ASSERT_TRUE(try_add("a", std::string(50'000, 't')).has_value());
  const auto moved = home->checkpoint();
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().code, ErrorCode::unavailable);
  EXPECT_NE(home->stats().checkpoint_error, "");
  EXPECT_FALSE(home->checkpoint().has_value());
  EXPECT_EQ(std::exchange(troubles, {}), Told{"checkpoint fails"}) << "told once";
  EXPECT_TRUE(try_add("b").has_value());
  EXPECT_EQ(ids_after_crash(), (Told{"b", "a"}));
  disk.leave_room_for(std::nullopt);
  EXPECT_TRUE(home->checkpoint().value());
  EXPECT_EQ(home->stats().checkpoint_error, "");
  EXPECT_TRUE(home->checkpoint().value());
  EXPECT_EQ(troubles, Told{"checkpoint works"});
  EXPECT_EQ(ids(), (Told{"b", "a"}));
}

TEST_F(SqliteFaults, ADamagedFileIsSaidToBe) {
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(try_add(fmt::format("t{}", i)).has_value());
  home.reset();
  EXPECT_TRUE(sqlite::check_integrity(path()).has_value());
  const auto size = std::filesystem::file_size(path());
  std::filesystem::resize_file(path(), size - 3 * 4096);
  const auto damaged = sqlite::check_integrity(path());
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, ErrorCode::internal);
  EXPECT_NE(damaged.error().message.find("restore a backup"), std::string::npos);
}

}  // namespace
}  // namespace ordo::testing
