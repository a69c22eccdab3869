// What retention must do with executions, in every home of them. Holds tests: one file of a program
// includes it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "contract/executions_contract.h"

namespace ordo::testing {

class ExecutionExpiryContract : public ExecutionsContract {
 protected:
  // An execution of so many steps, an event each, with a frame that stays unless it succeeds.
  void live(const std::string& name, std::uint64_t number, std::size_t steps, Status status,
            base::WallTime at, std::size_t bytes = 0) {
    std::vector<ports::Write> writes{
        begin(name, with_frames(step(1, 1, name, bytes), {{0, "root"}, {1, "one"}}))};
    for (std::uint64_t id = 2; id <= steps; ++id) {
      writes.push_back(advance(number, step(id, 1, name, bytes)));
    }
    if (status != Status::running) {
      writes.push_back(advance(number, ending(step(steps + 1, 0), status, at)));
    }
    const Told told = apply(writes);
    ASSERT_EQ(told.front(), "execution " + std::to_string(number));
    ASSERT_EQ(told.back(), writes.size() == 1 ? told.front() : "noted");
  }
  void expect_gone(const std::string& name, std::uint64_t number) {
    EXPECT_EQ(find("p/" + name), std::nullopt);
    EXPECT_FALSE(load(number).has_value());
    EXPECT_EQ(history(number), Told{});
    EXPECT_EQ(reads().history(domain::ExecutionNumber(number), 4, 1)->events, Told{});
    for (const std::string& id : listed()) EXPECT_NE(id, "p/" + name);
    for (const Status status : {Status::succeeded, Status::failed}) {
      for (const std::string& id : listed({{}, status})) EXPECT_NE(id, "p/" + name);
    }
    EXPECT_EQ(apply({advance(number, step(99)), advance(number, redriving(step(99)))}),
              (Told{kNotFound, kNotFound}));
  }
  void expect_whole(const std::string& name, std::uint64_t number, std::size_t steps) {
    EXPECT_TRUE(find("p/" + name).has_value());
    EXPECT_TRUE(load(number).has_value());
    EXPECT_EQ(history(number), events(1, steps, name));
  }
  // Bites until nothing is due. Returns how many there were.
  std::size_t expire_all(base::WallTime ended_before, ports::ExpiryBite bite) {
    for (std::size_t bites = 1; bites < 1000; ++bites) {
      const ports::Expired expired = expire(ended_before, bite);
      EXPECT_LE(expired.rows, bite.rows);
      if (!expired.more) return bites;
      EXPECT_GE(expired.rows, 1U) << "each goes on";
    }
    ADD_FAILURE() << "retention does not end";
    return 0;
  }
};

TEST_P(ExecutionExpiryContract, AnExecutionGoesOnceItEndedBeforeTheMoment) {
  live("a", 1, 3, Status::succeeded, at_ms(100));
  live("b", 2, 3, Status::failed, at_ms(100));
  EXPECT_EQ(expire(at_ms(100)), ports::Expired{});
  expect_whole("a", 1, 3);
  expect_whole("b", 2, 3);
  EXPECT_GE(expire(at_ms(101)).rows, 2U);
  expect_gone("a", 1);
  expect_gone("b", 2);
  EXPECT_EQ(expire(at_ms(101)), ports::Expired{}) << "nothing is left";
}

TEST_P(ExecutionExpiryContract, EveryWayToEndCountsAndOneThatRunsNeverGoes) {
  live("runs", 1, 3, Status::running, at_ms(0));
  live("succeeded", 2, 2, Status::succeeded, at_ms(10));
  live("failed", 3, 2, Status::failed, at_ms(10));
  live("timed out", 4, 2, Status::timed_out, at_ms(10));
  live("stopped", 5, 2, Status::stopped, at_ms(10));
  live("redriven", 6, 2, Status::failed, at_ms(10));
  apply({advance(6, redriving(step(3, 1, "redriven")))});
  expire_all(at_ms(1'000'000), {3, 1 << 20});
  home->reopen();
  EXPECT_EQ(listed(), (Told{"p/redriven", "p/runs"}));
  expect_whole("runs", 1, 3);
  expect_whole("redriven", 6, 3);
  EXPECT_EQ(frames(1), (Told{"0:root", "1:one"}));
  EXPECT_EQ(frames(6), (Told{"0:root", "1:one"}));
  EXPECT_EQ(open_ids(), (Told{"p/runs", "p/redriven"}));
}

TEST_P(ExecutionExpiryContract, OneWithMoreThanABiteIsGoneAtOnceAndItsNeighboursStay) {
  live("before", 1, 12, Status::failed, at_ms(900));
  live("a", 2, 40, Status::failed, at_ms(100));
  live("b", 3, 40, Status::succeeded, at_ms(100));
  live("after", 4, 12, Status::running, at_ms(0));
  const ports::ExpiryBite bite{5, 1 << 20};
  EXPECT_LE(expire(at_ms(500), bite).rows, bite.rows);
  for (int i = 0; i < 30; ++i) {
    expect_gone("a", 2);
    expect_gone("b", 3);
    expect_whole("before", 1, 12);
    expect_whole("after", 4, 12);
    EXPECT_LE(expire(at_ms(500), bite).rows, bite.rows);
    if (i % 7 == 3) home->reopen();
  }
  EXPECT_EQ(expire(at_ms(500), bite), ports::Expired{});
  EXPECT_EQ(frames(1), (Told{"0:root", "1:one"}));
  EXPECT_EQ(frames(4), (Told{"0:root", "1:one"}));
}

TEST_P(ExecutionExpiryContract, ANameMayBeUsedAgainAtOnce) {
  live("a", 1, 20, Status::failed, at_ms(100));
  live("b", 2, 1, Status::running, at_ms(0));
  expire(at_ms(500), {2, 1 << 20});
  EXPECT_EQ(apply({begin("a", with_frames(step(1, 2, "new"), {{0, "new"}}), "p", "[]")}),
            Told{"execution 3"});
  const auto expect_new = [&] {
    EXPECT_EQ(find("p/a")->number, domain::ExecutionNumber(3));
    EXPECT_EQ(find("p/a")->input, "[]");
    EXPECT_EQ(history(3), events(1, 2, "new"));
    EXPECT_EQ(history(1), Told{});
    EXPECT_EQ(frames(3), Told{"0:new"});
  };
  expect_new();
  expire_all(at_ms(500), {2, 1 << 20});
  home->reopen();
  expect_new();
}

TEST_P(ExecutionExpiryContract, ANumberIsNeverUsedAgain) {
  live("a", 1, 2, Status::succeeded, at_ms(100));
  live("b", 2, 2, Status::succeeded, at_ms(100));
  expire_all(at_ms(500), {100, 1 << 20});
  EXPECT_EQ(listed(), Told{});
  home->reopen();
  EXPECT_EQ(apply({begin("a")}), Told{"execution 3"});
  EXPECT_EQ(history(3), events(1, 1));
}

TEST_P(ExecutionExpiryContract, TheLongestEndedGoFirst) {
  const int ended_at[] = {40, 10, 30, 10, 20};
  for (std::uint64_t i = 0; i < 5; ++i) {
    live(std::to_string(i + 1), i + 1, 2, Status::failed, at_ms(ended_at[i]));
  }
  std::vector<Told> seen{listed()};
  for (int bites = 0; bites < 100 && expire(at_ms(500), {1, 1 << 20}).rows > 0; ++bites) {
    if (seen.back() != listed()) seen.push_back(listed());
  }
  EXPECT_EQ(seen, (std::vector<Told>{{"p/5", "p/4", "p/3", "p/2", "p/1"},
                                     {"p/5", "p/4", "p/3", "p/1"},
                                     {"p/5", "p/3", "p/1"},
                                     {"p/3", "p/1"},
                                     {"p/1"},
                                     {}}));
}

TEST_P(ExecutionExpiryContract, ABiteEndsOnceItsTextsAreLargeEnough) {
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const std::string input = "\"" + std::string(1000, 'i') + "\"";
    apply({begin(std::to_string(i), ending(step(1), Status::failed, at_ms(10)), "p", input)});
  }
  const ports::Expired first = expire(at_ms(500), {100, 2500});
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.rows, 3U) << "the third fills it";
  EXPECT_EQ(listed().size(), 3U);
  expire_all(at_ms(500), {100, 1});
  EXPECT_EQ(listed(), Told{});
}

TEST_P(ExecutionExpiryContract, ABiteIsForAllKindsTogether) {
  apply({add("task"), cancel("task", at_ms(-10))});
  live("a", 1, 1, Status::succeeded, at_ms(-10));
  const ports::Expired first = expire(at_ms(0), {1, 1 << 20});
  EXPECT_EQ(first.rows, 1U);
  EXPECT_TRUE(first.more);
  EXPECT_TRUE(find("p/a").has_value()) << "tasks come first";
  EXPECT_EQ(expire(at_ms(0), {1, 1 << 20}).rows, 1U);
  expect_gone("a", 1);
}

}  // namespace ordo::testing
