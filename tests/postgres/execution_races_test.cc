// Two nodes on one database that write executions at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <future>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "contract/execution_writes.h"
#include "contract/store_under_test.h"
#include "postgres/two_nodes.h"

namespace ordo::testing {
namespace {

using states::Status;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kNumbers[] = "SELECT hold_order()";
constexpr char kExecutions[] = "SELECT FROM executions FOR UPDATE";

class ExecutionRaces : public TwoNodes {
 protected:
  using Told = std::vector<std::string>;

  Told apply(std::size_t which, const std::vector<ports::Write>& writes) {
    const auto answers = node(which).store().apply(writes);
    if (!answers) return {"failed: " + answers.error().message};
    Told all;
    for (const ports::WriteAnswer& answer : *answers) all.push_back(told_of_executions(answer));
    return all;
  }
  std::array<Told, 2> both(const std::string& held, const std::vector<ports::Write>& one,
                           const std::vector<ports::Write>& other) {
    return race(held, [&, one] { return apply(0, one); }, [&, other] { return apply(1, other); });
  }
  ports::ExecutionReads& reads() { return node(0).execution_reads(); }
  ports::ExecutionRecord find(const std::string& id) {
    return reads().find(domain::ExecutionId(id)).value().value();
  }
  Told frames(std::uint64_t number) {
    return told_of_frames(reads().load(domain::ExecutionNumber(number)).value().value());
  }
  Told history(std::uint64_t number) { return walk_history(reads(), number); }
  ports::Expired expire(std::size_t which, ports::ExpiryBite bite = {100, 1 << 20}) {
    return node(which).store().expire({at_ms(10'000), at_ms(-1), at_ms(-1)}, bite).value();
  }
  // As many as there are numbers up to the last.
  void expect_no_number_lost() {
    const auto all = walk(reads());
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.front().number.value(), all.size());
  }
};

TEST_F(ExecutionRaces, ANameThatBothStartIsStartedOnceAndKnownToTheOther) {
  const auto one = begin("a", with_frames(step(1, 2, "one"), {{0, "one"}}));
  const auto other = begin("a", with_frames(step(1, 3, "other"), {{0, "other"}}), "p", "{}", "D");
  const auto told = both(kNumbers, {one}, {other});
  EXPECT_THAT(told, UnorderedElementsAre(Told{"execution 1"}, Told{"known 1"}));
  const bool first = told[0] == Told{"execution 1"};
  EXPECT_EQ(frames(1), Told{first ? "0:one" : "0:other"});
  EXPECT_EQ(history(1), first ? events(1, 2, "one") : events(1, 3, "other"));
  EXPECT_EQ(apply(0, {begin("b")}), Told{"execution 2"}) << "no number was lost";
}

TEST_F(ExecutionRaces, ANameThatBothStartWithOtherInputsConflictsForOne) {
  EXPECT_THAT(
      both(kNumbers, {begin("a", step(1), "p", "[1]"), begin("x")},
           {begin("y"), begin("a", step(1), "p", "[2]")}),
      AnyOf(ElementsAre(Told{"execution 1", "execution 2"}, Told{"execution 3", kConflict}),
            ElementsAre(Told{kConflict, "execution 3"}, Told{"execution 1", "execution 2"})));
  expect_no_number_lost();
}

TEST_F(ExecutionRaces, OfManyNamesEachIsStartedOnceInWhateverOrderTheyCome) {
  std::vector<ports::Write> forwards;
  for (int i = 0; i < 100; ++i) {
    forwards.push_back(begin(std::to_string(i), step(1), "p", "{}", std::to_string(i)));
  }
  std::vector<ports::Write> backwards(forwards.rbegin(), forwards.rend());
  const auto told = both(kNumbers, forwards, backwards);
  std::size_t started = 0;
  for (const Told& answers : told) {
    ASSERT_EQ(answers.size(), 100U) << answers.front();
    started += static_cast<std::size_t>(
        std::ranges::count_if(answers, [](const auto& one) { return one.starts_with("exec"); }));
  }
  EXPECT_EQ(started, 100U);
  EXPECT_EQ(walk(reads()).size(), 100U);
  EXPECT_EQ(count("definitions"), 100);
  expect_no_number_lost();
}

TEST_F(ExecutionRaces, AnExecutionThatBothEndEndsOnce) {
  apply(0, {begin("a", with_frames(step(1), {{0, "root"}}))});
  ports::ExecutionStep stopped =
      with_frames(ending(step(2, 1, "one"), Status::stopped), {{1, "1"}});
  ports::ExecutionStep failed =
      with_frames(ending(step(2, 2, "other"), Status::failed), {{2, "2"}});
  const auto told = both(kExecutions, {advance(1, stopped)}, {advance(1, failed)});
  EXPECT_THAT(told, UnorderedElementsAre(Told{"noted"}, Told{kConflict}));
  const bool first = told[0] == Told{"noted"};
  EXPECT_EQ(find("p/a").status, first ? Status::stopped : Status::failed);
  EXPECT_EQ(frames(1), (Told{"0:root", first ? "1:1" : "2:2"}));
  Told expected = events(1, 1);
  for (const auto& one : first ? events(2, 1, "one") : events(2, 2, "other"))
    expected.push_back(one);
  EXPECT_EQ(history(1), expected);
  EXPECT_EQ(count("running"), 0);
}

TEST_F(ExecutionRaces, OneThatIsEndedGoesNoFurtherForWhoComesLater) {
  apply(0, {begin("a")});
  EXPECT_THAT(both(kExecutions, {advance(1, ending(step(2)))}, {advance(1, step(2, 0))}),
              AnyOf(ElementsAre(Told{"noted"}, Told{kConflict}),
                    ElementsAre(Told{"noted"}, Told{"noted"})));
  EXPECT_EQ(find("p/a").status, Status::succeeded);
  EXPECT_EQ(count("running"), 0) << "it was not opened again";
}

TEST_F(ExecutionRaces, OneThatBothRedriveIsRedrivenOnce) {
  apply(0, {begin("a", ending(step(1), Status::failed))});
  const auto told =
      both(kExecutions, {advance(1, redriving(step(2, 1, "one")))},
           {advance(1, redriving(step(2, 1, "other"))), advance(1, step(3, 1, "other"))});
  EXPECT_THAT(told, AnyOf(ElementsAre(Told{"noted"}, Told{kConflict, "noted"}),
                          ElementsAre(Told{kConflict}, Told{"noted", "noted"})));
  EXPECT_EQ(find("p/a").redrives, 1U);
  EXPECT_EQ(find("p/a").status, Status::running);
  EXPECT_EQ(count("running"), 1);
}

// What one has decided for some, the other sees, whichever of them it came to first.
TEST_F(ExecutionRaces, StepsOfManyInOppositeOrdersAreEachTakenOnce) {
  std::vector<ports::Write> starts;
  std::vector<ports::Write> forwards;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    starts.push_back(begin(std::to_string(i)));
    forwards.push_back(
        advance(i, ending(step(2), i % 2 == 0 ? Status::failed : Status::succeeded)));
  }
  apply(0, starts);
  const std::vector<ports::Write> backwards(forwards.rbegin(), forwards.rend());
  const auto told = both(kExecutions, forwards, backwards);
  EXPECT_THAT(told, UnorderedElementsAre(Told(50, "noted"), Told(50, kConflict)));
}

TEST_F(ExecutionRaces, RetentionLeavesToOthersWhatTheyAreAt) {
  apply(0, {begin("a", ending(step(1), Status::failed)), begin("b", ending(step(1)))});
  const Told told = while_kept(
      "SELECT FROM executions WHERE n = 1 FOR UPDATE",
      [&] { return apply(0, {advance(1, redriving(step(2)))}); },
      [&] { EXPECT_EQ(expire(1).rows, 2U) << "the other one, and its history"; });
  EXPECT_EQ(told, Told{"noted"});
  EXPECT_EQ(find("p/a").status, Status::running);
  EXPECT_EQ(history(1), events(1, 2));
  EXPECT_EQ(expire(1), ports::Expired{});
}

TEST_F(ExecutionRaces, WhatIsDeletedMeanwhileIsNotFoundAndItsNameIsFree) {
  apply(0, {begin("a", ending(step(1), Status::failed))});
  const Told told = while_kept(
      "DELETE FROM executions", [&] { return apply(0, {advance(1, redriving(step(2)))}); },
      [&] { EXPECT_EQ(apply(1, {begin("a")}), Told{"known 1"}) << "it waits for nobody"; });
  EXPECT_EQ(told, Told{kNotFound});
  EXPECT_EQ(apply(1, {begin("a", step(1), "p", "[]")}), Told{"execution 2"});
}

// What was learnt of it with its name may be old when it is advanced.
TEST_F(ExecutionRaces, OneThatIsKnownByItsNameIsAdvancedAsItIsByThen) {
  apply(0, {begin("a", ending(step(1), Status::failed))});
  const std::vector<ports::Write> first{begin("a")};
  const std::vector<ports::Write> then{advance(1, step(2)), begin("a")};
  const auto advanced = [&] {
    bool more = true;
    const auto answers = node(0).store().apply(
        first, [&](std::span<const ports::WriteAnswer>) -> std::span<const ports::Write> {
          return std::exchange(more, false) ? then : std::span<const ports::Write>();
        });
    Told all;
    for (const ports::WriteAnswer& answer : answers.value()) {
      const auto* const known = std::get_if<ports::ExecutionKnown>(&answer.value());
      all.push_back(known == nullptr ? told(answer)
                                     : std::string(states::status_name(known->record.status)) +
                                           ", redriven " + std::to_string(known->record.redrives));
    }
    return all;
  };
  EXPECT_EQ(while_kept("UPDATE executions SET status = 0, stopped_at = NULL, redrives = 3; "
                       "INSERT INTO running VALUES (1, 2, NULL, NULL, false)",
                       advanced, [] {}),
            (Told{"failed, redriven 0", "noted", "running, redriven 3"}));
}

TEST_F(ExecutionRaces, BothMayDeleteWhatHasExpired) {
  std::vector<ports::Write> writes;
  for (std::uint64_t i = 1; i <= 60; ++i) {
    writes.push_back(begin(std::to_string(i), with_frames(step(1, 3), {{0, "r"}, {1, "o"}})));
    writes.push_back(advance(i, ending(step(4), Status::failed)));
  }
  writes.push_back(begin("stays"));
  apply(0, writes);
  const auto sweep = [&](std::size_t which) {
    std::size_t rows = 0;
    for (ports::Expired expired{0, true, {}}; expired.more;) {
      expired = expire(which, {7, 1 << 20});
      rows += expired.rows;
    }
    return rows;
  };
  auto other = std::async(std::launch::async, sweep, 1);
  std::size_t rows = sweep(0);
  rows += other.get();
  // What one was at may have been left to nobody.
  rows += sweep(0);
  EXPECT_EQ(rows, 60U * 5) << "each row once: the execution, two steps, two frames";
  EXPECT_EQ(count("executions"), 1);
  EXPECT_EQ(count("history"), 1);
  EXPECT_EQ(count("frames") + count("forgotten"), 0);
}

TEST_F(ExecutionRaces, FiringsAndPausesAreWhatTheLastOneSaid) {
  const auto pipeline = [](const std::string& name) { return domain::PipelineName(name); };
  const auto live = [&](std::size_t which) {
    for (int round = 0; round < 30; ++round) {
      std::vector<ports::Write> writes;
      for (const char* const name : {"a", "b", "c"}) {
        writes.push_back(ports::NoteFiring{pipeline(name), at_ms(round), "s"});
        writes.push_back(ports::PausePipeline{pipeline(name), (round + which) % 2 == 0});
      }
      if (which == 1) std::ranges::reverse(writes);
      EXPECT_EQ(apply(which, writes), Told(6, "noted"));
    }
  };
  auto other = std::async(std::launch::async, live, 1);
  live(0);
  other.get();
  EXPECT_EQ(reads().firings()->size(), 3U);
  EXPECT_THAT(reads().paused_pipelines()->size(), AnyOf(0U, 3U)) << "those of one go together";
}

// Whoever follows has been told of writes that do not hold: nothing is kept, and it is said so.
TEST_F(ExecutionRaces, WhoWasOvertakenWhileOthersFollowedHasKeptNothing) {
  bool overtaken = false;
  const auto answers = node(0).store().apply(
      std::vector<ports::Write>{begin("a", step(1), "p", "[]"), begin("b")},
      [&](std::span<const ports::WriteAnswer>) -> std::span<const ports::Write> {
        if (!std::exchange(overtaken, true)) {
          EXPECT_EQ(apply(1, {begin("a")}), Told{"execution 1"});
        }
        return {};
      });
  ASSERT_FALSE(answers.has_value());
  EXPECT_EQ(answers.error().code, base::ErrorCode::conflict) << "it may come again";
  EXPECT_EQ(walk(reads()).size(), 1U);
  EXPECT_EQ(count("history") + count("running"), 2);
  EXPECT_EQ(apply(0, {begin("a", step(1), "p", "[]"), begin("b")}),
            (Told{kConflict, "execution 2"}));
}

// Early numbers, late numbers, and those who only read.
TEST_F(ExecutionRaces, WhoHasReadUpToANumberHasMissedNone) {
  constexpr std::uint64_t kEach = 150;
  std::atomic<bool> done = false;
  auto reader = std::async(std::launch::async, [&] {
    std::vector<std::uint64_t> seen;
    domain::ExecutionNumber last(0);
    for (bool ends = false; !ends;) {
      ends = done;
      const auto open = node(1).execution_reads().open(last, 7).value();
      for (const auto& one : open) seen.push_back((last = one.number).value());
      if (!open.empty()) ends = false;
    }
    return seen;
  });
  const auto live = [&](std::size_t which) {
    for (std::uint64_t i = 0; i < kEach; ++i) {
      const std::string name = std::to_string(which) + "." + std::to_string(i);
      std::vector<ports::Write> writes{begin(name), begin(name + "b")};
      // One of those that are new, perhaps: whoever asks has to draw.
      if (i % 3 == 0) writes.push_back(advance(1'000'000, step(1)));
      EXPECT_EQ(apply(which, writes).size(), writes.size());
    }
  };
  auto other = std::async(std::launch::async, live, 1);
  live(0);
  other.get();
  done = true;
  const std::vector<std::uint64_t> seen = reader.get();
  ASSERT_EQ(seen.size(), 4 * kEach);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_F(ExecutionRaces, WhateverTwoNodesDoEachIsStartedAndEndedOnce) {
  constexpr std::size_t kRounds = 40;
  constexpr std::size_t kLength = 12;
  struct Sums {
    std::size_t started = 0;
    std::size_t ended = 0;
  };
  std::barrier together(2);
  const auto live = [&](std::size_t which) {
    Sums sums;
    for (std::size_t round = 0; round < kRounds; ++round) {
      // Now these are ahead, now those.
      const std::size_t at = round * kLength / 2 + (round % 3) * which * 3;
      std::vector<ports::Write> writes;
      for (std::size_t i = at; i < at + kLength; ++i) {
        writes.push_back(begin(std::to_string(i), with_frames(step(1), {{0, "root"}})));
      }
      for (std::size_t i = at; i < at + kLength / 2; ++i) {
        writes.push_back(advance(i + 1, ending(step(2))));
      }
      if (which == 1) std::ranges::reverse(writes);
      together.arrive_and_wait();
      for (const std::string& answer : apply(which, writes)) {
        EXPECT_FALSE(answer.starts_with("failed")) << answer;
        if (answer.starts_with("execution")) ++sums.started;
        if (answer == "noted") ++sums.ended;
      }
    }
    return sums;
  };
  auto other = std::async(std::launch::async, live, 1);
  const Sums one = live(0);
  const Sums two = other.get();
  const auto all = walk(reads());
  EXPECT_EQ(one.started + two.started, all.size());
  EXPECT_EQ(one.ended + two.ended, walk(reads(), {{}, Status::succeeded}).size());
  EXPECT_EQ(static_cast<std::int64_t>(walk(reads(), {{}, Status::running}).size()),
            count("running"));
  EXPECT_EQ(count("frames"), count("running")) << "nothing is left of those that succeeded";
  EXPECT_EQ(count("history"), static_cast<std::int64_t>(all.size() + one.ended + two.ended));
  expect_no_number_lost();
}

}  // namespace
}  // namespace ordo::testing
