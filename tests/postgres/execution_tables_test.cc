// What lies in the tables of executions, and how much is looked at and sent.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/execution_writes.h"
#include "contract/postgres_under_test.h"
#include "postgres/execution_reader.h"
#include "postgres/execution_writes.h"
#include "postgres/turn.h"

namespace ordo::testing {
namespace {

using domain::ExecutionNumber;
using postgres::kMaxExaminedExecutions;
using states::Status;

class ExecutionTables : public ::testing::Test {
 protected:
  using Told = std::vector<std::string>;

  void apply(const std::vector<ports::Write>& writes) {
    const auto answers = home.store().apply(writes);
    ASSERT_TRUE(answers.has_value()) << answers.error().message;
    for (const ports::WriteAnswer& answer : *answers) ASSERT_TRUE(answer.has_value());
  }
  std::int64_t rows(const std::string& table) {
    const postgres::Statement count{"count", "SELECT count(*) FROM " + table};
    return postgres_connection(home.url()).run(count)->integer(0, 0);
  }
  void execute(const std::string& sql) {
    auto connection = postgres_connection(home.url());
    const auto done = connection.execute(sql);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  ports::Expired expire(ports::ExpiryBite bite) {
    return home.store().expire({at_ms(10'000), at_ms(-1), at_ms(-1)}, bite).value();
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
  ports::ExecutionReads& reads() { return home.execution_reads(); }

  PostgresUnderTest home;
};

TEST_F(ExecutionTables, ADefinitionIsKeptOnceHoweverManyExecutionsHaveIt) {
  apply({begin("a"), begin("b"), begin("c", step(1), "q"), begin("d", step(1), "p", "{}", "x")});
  home.reopen();
  apply({begin("e"), begin("f", step(1), "p", "{}", "x")});
  EXPECT_EQ(rows("definitions"), 2);
  apply({begin("a", step(1), "p", "{}", "not used")});
  EXPECT_EQ(rows("definitions"), 2);
}

TEST_F(ExecutionTables, OnlyThoseThatRunAreAmongTheRunning) {
  apply({begin("a"), begin("b"), begin("c", ending(step(1))), begin("d")});
  apply({advance(1, ending(step(2))), advance(2, ending(step(2), Status::failed))});
  EXPECT_EQ(rows("running"), 1);
  apply({advance(2, redriving(step(3)))});
  EXPECT_EQ(rows("running WHERE n IN (2, 4)"), 2);
}

TEST_F(ExecutionTables, HowOneFailedMayBeAnyText) {
  const std::string any("\0\xff \"' é", 8);
  ports::ExecutionStep last = ending(step(2), Status::failed);
  last.end->error = any;
  last.end->cause = any + any;
  apply({begin("a"), advance(1, last)});
  const auto found = reads().find(domain::ExecutionId("p/a")).value();
  EXPECT_EQ(found->error, any);
  EXPECT_EQ(found->cause, any + any);
  last.first_event = 0;
  apply({begin("b", last)});
  EXPECT_EQ(reads().find(domain::ExecutionId("p/b")).value()->cause, any + any);
}

TEST_F(ExecutionTables, ATextThatIsNoNameIsThatOfNone) {
  apply({begin("a")});
  for (const std::string& odd : {std::string("p/a\0", 4), std::string("p/\xff")}) {
    EXPECT_EQ(reads().find(domain::ExecutionId(odd)).value(), std::nullopt);
    const ports::ExecutionFilter filter{domain::PipelineName(odd), std::nullopt};
    EXPECT_TRUE(reads().list(filter, std::nullopt, 5)->items.empty());
  }
}

TEST_F(ExecutionTables, RetentionLeavesNothingWhateverItsBites) {
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
      if (bites % 3 == 1) home.reopen();
    }
    EXPECT_GE(bites, 10 / static_cast<int>(most)) << "a row and its 8 parts";
    const auto others = static_cast<std::int64_t>(most);
    EXPECT_EQ(rows("executions"), others);
    EXPECT_EQ(rows("history"), others) << most;
    EXPECT_EQ(rows("frames"), others) << most;
    EXPECT_EQ(rows("forgotten"), 0) << most;
  }
}

TEST_F(ExecutionTables, ABiteTakesPartsUntilTheirBytesFillIt) {
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

TEST_F(ExecutionTables, WhatIsLeftOfOneThatIsGoneGoesBeforeTheNextOneDoes) {
  live("a", 1, 6);
  live("b", 2, 6);
  expire({1, 1 << 20});
  EXPECT_EQ(rows("executions"), 1);
  for (int i = 0; i < 4; ++i) expire({3, 1 << 20});
  EXPECT_EQ(rows("history"), 6) << "of the other one";
  EXPECT_EQ(rows("frames"), 6);
  EXPECT_EQ(walk_history(reads(), 2).size(), 6U);
}

// Executions that nobody has written: rows alone.
class ExecutionLists : public ExecutionTables {
 protected:
  void put(std::uint64_t from, std::uint64_t to, const std::string& pipeline,
           Status status = Status::succeeded) {
    const std::string among =
        " generate_series(" + std::to_string(from) + ", " + std::to_string(to) + ") i";
    execute(
        "INSERT INTO executions (n, id, pipeline, name, status, redrives, started_at, "
        "last_event, definition, input) SELECT i, i, '" +
        pipeline + "', i, " + std::to_string(std::to_underlying(status)) +
        ", 0, to_timestamp(0), 0, '', '{}' FROM" + among);
    if (status == Status::running) {
      execute("INSERT INTO running (n, next_event, idle) SELECT i, 1, false FROM" + among);
    }
  }
  ports::ExecutionPage list(const ports::ExecutionFilter& filter,
                            std::optional<ExecutionNumber> before = std::nullopt,
                            std::size_t limit = 10) {
    return reads().list(filter, before, limit).value();
  }
  const ports::ExecutionFilter needles{domain::PipelineName("needle"), std::nullopt};
};

TEST_F(ExecutionLists, OneCallLooksAtABoundedNumberOfExecutions) {
  for (const Status status : {Status::running, Status::succeeded, Status::failed}) {
    execute("TRUNCATE executions, running");
    put(1, 1, "needle", status);
    put(2, kMaxExaminedExecutions + 1, "others", status);
    const ports::ExecutionFilter filter{domain::PipelineName("needle"), status};
    const ports::ExecutionPage first = list(filter);
    EXPECT_TRUE(first.items.empty());
    ASSERT_EQ(first.next_before, ExecutionNumber(2));
    const ports::ExecutionPage second = list(filter, first.next_before);
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.next_before, std::nullopt);
  }
}

TEST_F(ExecutionLists, AFullPageWhoseSuccessorIsFarAwayGoesOnWhereItsLookEnded) {
  put(1, 1, "needle");
  put(2, kMaxExaminedExecutions + 2, "others");
  put(kMaxExaminedExecutions + 3, kMaxExaminedExecutions + 3, "needle");
  const ports::ExecutionPage first = list(needles, std::nullopt, 1);
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_EQ(first.next_before, ExecutionNumber(4));
  EXPECT_EQ(walk(reads(), needles, 1).size(), 2U);
}

TEST_F(ExecutionLists, TheLastThatIsLookedAtMayBeOnThePage) {
  put(1, 1, "needle");
  put(2, 3, "needle", Status::failed);
  put(4, kMaxExaminedExecutions + 1, "others");
  const ports::ExecutionPage two = list(needles, std::nullopt, 2);
  EXPECT_EQ(two.items.size(), 2U);
  EXPECT_EQ(two.next_before, ExecutionNumber(2));
  const ports::ExecutionPage one = list(needles, std::nullopt, 1);
  EXPECT_EQ(one.items.size(), 1U);
  EXPECT_EQ(one.next_before, ExecutionNumber(3));
}

TEST_F(ExecutionLists, FewThatRunOrFailedAmongManyAreFoundInOneCall) {
  put(1, 1, "p", Status::failed);
  put(2, 2, "p", Status::running);
  put(3, kMaxExaminedExecutions + 3, "p");
  const auto only = [&](Status status) {
    const ports::ExecutionPage page = list({std::nullopt, status});
    EXPECT_EQ(page.next_before, std::nullopt);
    return page.items.empty() ? "nothing" : page.items.front().name;
  };
  EXPECT_EQ(only(Status::failed), "1");
  EXPECT_EQ(only(Status::running), "2");
  EXPECT_EQ(only(Status::stopped), "nothing");
}

// What goes to the server for so many executions that begin and so many that go on or end.
std::size_t statements_for(const std::string& url, std::uint64_t executions, bool early) {
  postgres::Connection connection = postgres_connection(url);
  postgres::Work work(connection);
  postgres::ExecutionWrites kind(work, "");
  std::vector<ports::StartExecution> starts;
  std::vector<ports::AdvanceExecution> steps;
  for (std::uint64_t i = 1; i <= executions; ++i) {
    starts.push_back(begin("new " + std::to_string(i), with_frames(step(1), {{0, "root"}}), "p",
                           "{}", "definition " + std::to_string(i)));
    steps.push_back(advance(3 * i, with_frames(step(2), {{0, "x"}, {2, "y"}}, {1})));
    steps.push_back(advance(3 * i, with_frames(step(3), {{0, "z"}})));
    steps.push_back(advance(3 * i + 1, ending(step(2))));
    steps.push_back(advance(3 * i + 2, ending(step(2), Status::failed)));
  }
  for (const auto& one : starts) kind.want(one);
  for (const auto& one : steps) kind.want(one);
  postgres::Batch reads;
  kind.add_reads(reads);
  std::size_t statements = reads.size();
  postgres::AnswerCursor answers(work.ask(std::move(reads)));
  kind.take_reads(answers);
  for (const auto& one : starts) EXPECT_TRUE(kind.apply(one).has_value());
  for (const auto& one : steps) EXPECT_TRUE(kind.apply(one).has_value());
  if (early) {
    EXPECT_FALSE(kind.apply(advance(1'000'000, step(1))).has_value());
  }
  postgres::Batch writes;
  kind.add_writes(writes);
  kind.add_drawing(writes);
  kind.add_taking(writes);
  statements += writes.size();
  EXPECT_TRUE(work.commit(std::move(writes)).has_value());
  return statements;
}

TEST_F(ExecutionTables, HoweverManyStepsTheyAreSoManyStatements) {
  std::vector<ports::Write> writes;
  for (int i = 1; i <= 200; ++i) {
    writes.push_back(begin(std::to_string(i), with_frames(step(1), {{0, "a"}, {1, "b"}})));
  }
  apply(writes);
  const std::size_t few = statements_for(home.url(), 1, false);
  execute("TRUNCATE executions, definitions, running, frames, history");
  execute("SELECT setval('executions_seq', 0)");
  apply(writes);
  EXPECT_EQ(statements_for(home.url(), 60, false), few);
  EXPECT_LE(few, 16U);
  EXPECT_EQ(rows("executions WHERE n <= 260"), 260);
  EXPECT_EQ(rows("running"), 200 + 60 - 120);
  execute("TRUNCATE executions, definitions, running, frames, history");
  execute("SELECT setval('executions_seq', 0)");
  apply(writes);
  EXPECT_EQ(statements_for(home.url(), 60, true), few) << "but for those that draw early";
  EXPECT_EQ(rows("executions WHERE n <= 260"), 260);
}

TEST_F(ExecutionTables, WhatATransactionHasDrawnIsFoundAgain) {
  apply({begin("a"), begin("b"), add("task")});
  auto connection = postgres_connection(home.url());
  const postgres::TurnName name{"a store", 7};
  postgres::Turn turn(connection, {name});
  std::vector<ports::WriteAnswer> answers;
  turn.write(
      std::vector<ports::Write>{begin("c"), add("other"), begin("b"), begin("d"), begin("d")},
      answers);
  ASSERT_TRUE(turn.commit().has_value());
  auto another = postgres_connection(home.url());
  const auto note = postgres::commit_of(another, name);
  ASSERT_TRUE(note.has_value());
  ASSERT_TRUE(note->done);
  EXPECT_EQ(note->drawn.tasks, 1U);
  EXPECT_EQ(note->drawn.executions, 2U);
  turn.settle(answers, note->drawn);
  Told told;
  for (const ports::WriteAnswer& answer : answers) told.push_back(told_of_executions(answer));
  EXPECT_EQ(told, (Told{"execution 3", "added 2", "known 2", "execution 4", "known 4"}));
  EXPECT_EQ(reads().find(domain::ExecutionId("p/d")).value()->number, ExecutionNumber(4));
  EXPECT_FALSE(postgres::commit_of(another, {"a store", 8})->done);
}

}  // namespace
}  // namespace ordo::testing
