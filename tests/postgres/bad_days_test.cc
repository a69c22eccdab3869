// Random lives on days on which connections break at any place: what is answered is what the store
// in memory answers, what is refused has left no trace, and no answer is owed to anybody.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "contract/any_writes.h"
#include "contract/executions_model.h"
#include "postgres/home.h"
#include "postgres/unreliable_server.h"
#include "support/eventually.h"
#include "support/memory_store.h"
#include "support/pick.h"
#include "support/postgres_schema.h"
#include "system/random.h"

namespace ordo::testing {
namespace {

std::unique_ptr<postgres::Home> open_home(const std::string& url, ports::Random& random) {
  auto home = postgres::Home::open({.url = url, .read_connections = 1}, real_clock(), random);
  if (!home) throw std::runtime_error(home.error().message);
  return std::move(*home);
}

bool leaves_no_trace(const base::Error& error) {
  return error.code == base::ErrorCode::unavailable || error.code == base::ErrorCode::conflict;
}

// A store behind a server that is not to be relied on, and a look at what it holds past it.
class BadDay {
 public:
  // As a server does, who has something to follow: what fails is not tried again.
  base::Result<std::vector<ports::WriteAnswer>> apply(const std::vector<ports::Write>& writes) {
    auto answers = home_->store().apply(
        writes, [](std::span<const ports::WriteAnswer> /*answers*/) { return kNothing; });
    between.calm();
    return answers;
  }
  ports::TaskReads& looker() { return clear_->task_reads(); }
  ports::ExecutionReads& execution_looker() { return clear_->execution_reads(); }
  // What was drawn for a refused transaction is nobody's.
  void skip_drawn(MemoryStore& model) {
    static const postgres::Statement kLast{
        "last", "SELECT t.last_value, e.last_value FROM tasks_seq t, executions_seq e"};
    const auto last = postgres_connection(schema_.url()).run(kLast);
    model.skip_sequences_to(last->number(0, 0));
    model.skip_execution_numbers_to(last->number(0, 1));
  }

  void give_up() { home_->give_up(); }

  UnreliableServer between{folder_in(postgres_url())};

 private:
  static constexpr std::span<const ports::Write> kNothing{};
  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> clear_ = open_home(schema_.url(), random_);
  std::unique_ptr<postgres::Home> home_ =
      open_home(through(schema_.url(), between.folder()), random_);
};

void disturb(UnreliableServer& between) {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return between.cut_after(*rc::gen::inRange<std::size_t>(0, 9000));
    case 1:
      return between.lose_answer(*rc::gen::inRange<std::size_t>(0, 4));
    default:
      return;
  }
}

TEST(BadDays, WhatIsRefusedHasLeftNoTraceAndWhatIsAnsweredIsThere) {
  EXPECT_TRUE(rc::check([] {
    BadDay day;
    MemoryStore model;
    base::WallTime now = at_ms(0);
    const int turns = *rc::gen::inRange(1, 12);
    for (int turn = 0; turn < turns; ++turn) {
      now = now + base::Millis(*rc::gen::inRange(0, 3));
      std::vector<ports::Write> writes;
      const int count = *rc::gen::inRange(0, 8);
      for (int i = 0; i < count; ++i) writes.push_back(any_write(now));
      disturb(day.between);
      const auto answers = day.apply(writes);
      if (answers) {
        const auto expected = model.apply(writes);
        RC_ASSERT(answers->size() == expected->size());
        for (std::size_t i = 0; i < answers->size(); ++i) {
          expect_same((*answers)[i], (*expected)[i]);
        }
      } else {
        RC_ASSERT(leaves_no_trace(answers.error()));
        day.skip_drawn(model);
      }
      RC_ASSERT(walk(day.looker()) == walk(model));
      RC_ASSERT(day.looker().counts().value() == model.counts().value());
    }
  }));
}

// Of each execution one step at most: what comes next in its history is known then, whatever
// becomes of the others.
std::vector<ports::Write> some_execution_writes(ports::ExecutionReads& model, base::WallTime now) {
  std::vector<ports::Write> writes;
  std::set<domain::ExecutionNumber> advanced;
  for (int i = pick(0, 8); i > 0; --i) {
    ports::Write write = any_execution_write(model, now);
    const auto* const advance = std::get_if<ports::AdvanceExecution>(&write);
    if (advance != nullptr &&
        (!model.load(advance->number).value() || !advanced.insert(advance->number).second)) {
      continue;
    }
    writes.push_back(std::move(write));
  }
  return writes;
}

TEST(BadDays, ExecutionsAreAsTheAnswersSaid) {
  EXPECT_TRUE(rc::check([] {
    BadDay day;
    MemoryStore model;
    base::WallTime now = at_ms(0);
    for (int turns = pick(1, 12); turns > 0; --turns) {
      now = now + base::Millis(pick(0, 3));
      const auto writes = some_execution_writes(model.execution_reads(), now);
      disturb(day.between);
      const auto answers = day.apply(writes);
      if (answers) {
        const auto expected = model.apply(writes);
        RC_ASSERT(answers->size() == expected->size());
        for (std::size_t i = 0; i < answers->size(); ++i) {
          RC_ASSERT(told_of_executions((*answers)[i]) == told_of_executions((*expected)[i]));
        }
      } else {
        RC_ASSERT(leaves_no_trace(answers.error()));
        day.skip_drawn(model);
      }
      expect_same_executions(day.execution_looker(), model.execution_reads());
    }
  }));
}

// The others rely on it: commits are lost after they were done, and before.
TEST(BadDays, EveryPlaceOfATransactionIsCutOnce) {
  BadDay day;
  std::size_t refused = 0;
  std::size_t done = 0;
  for (std::size_t bytes = 0;; bytes += 61) {
    const std::string id = "b" + std::to_string(bytes);
    const std::size_t cuts = day.between.cuts();
    day.between.cut_after(bytes);
    const auto answers = day.apply({add(id), add(id + "x")});
    const auto there = day.looker().find(domain::TaskId(id));
    ASSERT_EQ(there->has_value(), answers.has_value()) << bytes;
    if (answers) {
      EXPECT_EQ(std::get<ports::Added>(*answers->front()).sequence, there->value().sequence);
    }
    ++(answers ? done : refused);
    const bool was_cut = day.between.cuts() > cuts;
    if (answers && !was_cut) break;
    // It was too soon to connect again: the same once more.
    if (!was_cut) bytes -= 61;
    breathe();
  }
  EXPECT_GT(refused, 0U);
  EXPECT_GT(done, 0U);
}

TEST(BadDays, AnAnswerThatIsLostIsFoundOut) {
  BadDay day;
  ASSERT_TRUE(day.apply({add("a")}));
  for (std::size_t after = 0; after < 2; ++after) {
    const std::string id = "lost" + std::to_string(after);
    day.between.lose_answer(after);
    const auto answers = day.apply({add(id)});
    ASSERT_TRUE(answers) << answers.error().message;
    EXPECT_EQ(std::get<ports::Added>(*answers->front()).sequence,
              day.looker().find(domain::TaskId(id))->value().sequence);
  }
  EXPECT_EQ(day.between.cuts(), 2U);
}

TEST(BadDays, WhoEndsDoesNotWaitForWhatIsInDoubt) {
  BadDay day;
  ASSERT_TRUE(day.apply({add("a")}));
  day.between.lose_answer_and_refuse(1);
  const std::jthread ending([&day] {
    EXPECT_TRUE(eventually([&day] { return day.between.cuts() == 1; }));
    day.give_up();
  });
  const auto answers = day.apply({add("b")});
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, base::ErrorCode::fatal) << answers.error().message;
}

}  // namespace
}  // namespace ordo::testing
