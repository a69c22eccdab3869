#include "functions/waiting_work.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace ordo::functions {
namespace {

ports::Invocation invocation(std::uint64_t id) {
  return {ports::InvocationId(id), "f", {}};
}
ports::FunctionCall call(std::uint64_t id) {
  return {ports::InvocationId(ports::kFirstCallId + id), "f", "{}", nullptr};
}

std::string name_of(const Work& work) {
  const std::uint64_t id = id_of(work).value();
  return id < ports::kFirstCallId ? fmt::format("t{}", id)
                                  : fmt::format("c{}", id - ports::kFirstCallId);
}

std::string drain(WaitingWork& waiting) {
  std::string all;
  while (!waiting.empty()) all += name_of(waiting.take()) + " ";
  return all;
}

TEST(WaitingWork, TheTwoKindsAreTakenByTurnsEachInItsOrder) {
  WaitingWork waiting;
  for (std::uint64_t i = 1; i <= 4; ++i) waiting.add(invocation(i));
  for (std::uint64_t i = 1; i <= 2; ++i) waiting.add(call(i));
  EXPECT_EQ(drain(waiting), "t1 c1 t2 c2 t3 t4 ");
}

TEST(WaitingWork, WhoeverWasServedLastWaitsForTheOther) {
  WaitingWork waiting;
  waiting.add(call(1));
  EXPECT_EQ(drain(waiting), "c1 ");
  waiting.add(call(2));
  waiting.add(invocation(1));
  EXPECT_EQ(drain(waiting), "t1 c2 ");
}

TEST(WaitingWork, WhatIsPutBackGoesBeforeTheOthersOfItsKindButNotOutOfTurn) {
  WaitingWork waiting;
  waiting.add(invocation(1));
  waiting.add(invocation(2));
  waiting.add(call(1));
  Work first = waiting.take();
  waiting.put_back(std::move(std::get<ports::Invocation>(first)));
  EXPECT_EQ(drain(waiting), "c1 t1 t2 ");
}

TEST(WaitingWork, OneIsTakenByItsId) {
  WaitingWork waiting;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    waiting.add(invocation(i));
    waiting.add(call(i));
  }
  EXPECT_EQ(name_of(*waiting.take(ports::InvocationId(2))), "t2");
  EXPECT_EQ(name_of(*waiting.take(ports::InvocationId(ports::kFirstCallId + 3))), "c3");
  EXPECT_FALSE(waiting.take(ports::InvocationId(2)).has_value());
  EXPECT_EQ(waiting.take_all().size(), 4U);
  EXPECT_TRUE(waiting.empty());
}

RC_GTEST_PROP(WaitingWork, NobodyIsPassedMoreThanOnceByTheOtherKind,
              (const std::vector<bool>& arrivals)) {
  WaitingWork waiting;
  std::uint64_t last = 0;
  std::size_t tasks_in_a_row = 0;
  std::size_t calls_in_a_row = 0;
  for (const bool is_call : arrivals) {
    if (is_call) {
      waiting.add(call(++last));
    } else {
      waiting.add(invocation(++last));
    }
    // Two come, one goes: both kinds pile up.
    if (last % 2 == 0) continue;
    const bool both = waiting.calls() > 0 && waiting.invocations() > 0;
    const bool was_call = std::holds_alternative<ports::FunctionCall>(waiting.take());
    tasks_in_a_row = both && !was_call ? tasks_in_a_row + 1 : 0;
    calls_in_a_row = both && was_call ? calls_in_a_row + 1 : 0;
    RC_ASSERT(tasks_in_a_row <= 1 && calls_in_a_row <= 1);
  }
}

}  // namespace
}  // namespace ordo::functions
