#include "sqlite/execution_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "contract/execution_writes.h"
#include "sqlite/home.h"
#include "support/temp_dir.h"

namespace ordo::sqlite {
namespace {

using states::Status;
using testing::advance;
using testing::at_ms;
using testing::begin;
using testing::ending;
using testing::redriving;
using testing::step;
using testing::walk_history;
using testing::with_frames;

// What lies in the tables themselves.
class ExecutionWriterTest : public ::testing::Test {
 protected:
  ExecutionWriterTest() { open(); }
  void open() {
    home.reset();
    auto opened = Home::open(
        {.path = path, .read_connections = 1, .checkpoint_every = std::chrono::hours(1)});
    ASSERT_TRUE(opened.has_value());
    home = std::move(*opened);
  }
  void apply(const std::vector<ports::Write>& writes) {
    const auto answers = home->store().apply(writes);
    ASSERT_TRUE(answers.has_value()) << answers.error().message;
    for (const ports::WriteAnswer& answer : *answers) ASSERT_TRUE(answer.has_value());
  }
  std::int64_t rows(const std::string& table) {
    auto connection = Connection::open(path, Access::read_only);
    return connection->integer("SELECT count(*) FROM " + table).value();
  }
  ports::Expired expire(ports::ExpiryBite bite) {
    return home->store().expire({at_ms(10'000), at_ms(-1), at_ms(-1)}, bite).value();
  }
  // One that failed, with so many steps and frames.
  void live(const std::string& name, std::uint64_t number, std::uint64_t steps,
            const std::string& event_text = "") {
    std::vector<ports::Write> writes{begin(name, with_frames(step(1), {{0, "root"}}))};
    for (std::uint64_t id = 2; id <= steps; ++id) {
      ports::ExecutionStep one =
          with_frames(step(id), {{static_cast<states::FrameId>(id), event_text + "frame"}});
      one.events = "{\"text\":\"" + event_text + "\"}";
      writes.push_back(advance(number, one));
    }
    writes.push_back(advance(number, ending(step(steps + 1, 0), Status::failed)));
    apply(writes);
  }

  testing::TempDir directory = testing::TempDir::in_memory();
  std::string path = directory.file("ordo.db");
  std::unique_ptr<Home> home;
};

TEST_F(ExecutionWriterTest, ADefinitionIsKeptOnceHoweverManyExecutionsHaveIt) {
  apply({begin("a"), begin("b"), begin("c", step(1), "q"), begin("d", step(1), "p", "{}", "x")});
  open();
  apply({begin("e"), begin("f", step(1), "p", "{}", "x")});
  EXPECT_EQ(rows("definitions"), 2);
}

TEST_F(ExecutionWriterTest, OnlyThoseThatRunAreAmongTheRunning) {
  apply({begin("a"), begin("b"), begin("c", ending(step(1))), begin("d")});
  apply({advance(1, ending(step(2))), advance(2, ending(step(2), Status::failed))});
  EXPECT_EQ(rows("running"), 1);
  apply({advance(2, redriving(step(3)))});
  EXPECT_EQ(rows("running WHERE n IN (2, 4)"), 2);
}

TEST_F(ExecutionWriterTest, RetentionLeavesNothingWhateverItsBites) {
  // The sizes at which a bite is full with the last of an execution's rows are among them.
  for (std::size_t most = 1; most <= 14; ++most) {
    const std::string name = std::to_string(most);
    live(name, 2 * most - 1, 4);
    apply({begin("running " + name, with_frames(step(1), {{0, "stays"}}))});
    int bites = 0;
    for (ports::Expired expired{0, true, {}}; expired.more; ++bites) {
      expired = expire({most, 1 << 20});
      ASSERT_LE(expired.rows, most);
      ASSERT_LT(bites, 30);
      if (bites % 3 == 1) open();
    }
    EXPECT_GE(bites, 10 / static_cast<int>(most)) << "a row and its 8 parts";
    const auto others = static_cast<std::int64_t>(most);
    EXPECT_EQ(rows("executions"), others);
    EXPECT_EQ(rows("history"), others) << most;
    EXPECT_EQ(rows("frames"), others) << most;
    EXPECT_EQ(rows("forgotten"), 0) << most;
  }
}

TEST_F(ExecutionWriterTest, ABiteTakesPartsUntilTheirBytesFillIt) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "é";  // 1000 bytes
  live("a", 1, 11, text);
  EXPECT_EQ(expire({1, 1 << 20}).rows, 1U);
  EXPECT_EQ(rows("history"), 11);
  const ports::Expired expired = expire({100, 2500});
  EXPECT_TRUE(expired.more);
  EXPECT_EQ(expired.rows, 4U) << "a small one and three large ones";
  EXPECT_EQ(rows("history"), 7);
  while (expire({100, 2500}).more) {
  }
  EXPECT_EQ(rows("history") + rows("frames") + rows("forgotten"), 0);
}

TEST_F(ExecutionWriterTest, WhatIsLeftOfOneThatIsGoneGoesBeforeTheNextOneDoes) {
  live("a", 1, 6);
  live("b", 2, 6);
  expire({1, 1 << 20});
  EXPECT_EQ(rows("executions"), 1);
  for (int i = 0; i < 4; ++i) expire({3, 1 << 20});
  EXPECT_EQ(rows("history"), 6) << "of the other one";
  EXPECT_EQ(rows("frames"), 6);
  EXPECT_EQ(walk_history(home->execution_reads(), 2).size(), 6U);
}

}  // namespace
}  // namespace ordo::sqlite
