#include "cli/execution_history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ordo::cli {
namespace {

// One history, an event after the other.
class ExecutionHistory : public ::testing::Test {
 protected:
  // Second `at` of the hour.
  ToldEvent tell(int previous, const std::string& type, int at, const std::string& details = "") {
    const auto told = teller_.tell(fmt::format(
        R"({{"id":{},"previousEventId":{},"type":"{}","timestamp":"2026-11-21T05:00:{:02}.250Z"{}}})",
        ++id_, previous, type, at, details.empty() ? "" : R"(,"xEventDetails":)" + details));
    EXPECT_TRUE(told.has_value()) << type;
    return told.value_or(ToldEvent());
  }
  // "state|seconds"
  std::string known(int previous, const std::string& type, int at,
                    const std::string& details = "") {
    const ToldEvent told = tell(previous, type, at, details);
    return told.state + "|" + seconds_text(told.took);
  }
  std::string of_state(int previous, const std::string& type, int at, const std::string& name) {
    return known(previous, type, at, R"({"name":")" + name + R"("})");
  }
  HistoryTeller teller_;
  int id_ = 0;
};

TEST_F(ExecutionHistory, ACallIsOfTheStateThatWasEnteredAndTakesFromItsScheduling) {
  EXPECT_EQ(known(0, "ExecutionStarted", 1, R"({"input":"{}"})"), "|");
  EXPECT_EQ(of_state(0, "TaskStateEntered", 2, "Ask"), "Ask|");
  EXPECT_EQ(known(2, "LambdaFunctionScheduled", 3), "Ask|");
  EXPECT_EQ(known(3, "LambdaFunctionStarted", 4), "Ask|");
  EXPECT_EQ(known(4, "LambdaFunctionFailed", 5), "Ask|2.000 s");
  EXPECT_EQ(known(5, "LambdaFunctionScheduled", 15), "Ask|");
  EXPECT_EQ(known(6, "LambdaFunctionSucceeded", 16), "Ask|1.000 s");
  EXPECT_EQ(of_state(7, "TaskStateExited", 17, "Ask"), "Ask|15.000 s");
  EXPECT_EQ(of_state(8, "WaitStateEntered", 17, "Rest"), "Rest|");
  EXPECT_EQ(known(9, "WaitStateAborted", 20), "Rest|3.000 s");
  EXPECT_EQ(known(10, "ExecutionAborted", 20), "|19.000 s");
}

TEST_F(ExecutionHistory, WhatIsInBranchesIsOfItsOwnStates) {
  of_state(0, "ParallelStateEntered", 1, "Both");
  EXPECT_EQ(known(1, "ParallelStateStarted", 1), "Both|");
  of_state(2, "TaskStateEntered", 2, "A");
  of_state(2, "TaskStateEntered", 2, "B");
  EXPECT_EQ(known(3, "TaskScheduled", 3), "A|");
  EXPECT_EQ(known(4, "TaskScheduled", 3), "B|");
  EXPECT_EQ(known(6, "TaskFailed", 7), "B|4.000 s");
  EXPECT_EQ(known(5, "TaskStateAborted", 7), "A|5.000 s");
  EXPECT_EQ(known(7, "ParallelStateFailed", 7), "Both|");
  EXPECT_EQ(of_state(7, "ParallelStateExited", 8, "Both"), "Both|7.000 s");
  EXPECT_EQ(of_state(10, "PassStateEntered", 8, "After"), "After|");
  EXPECT_EQ(of_state(11, "PassStateExited", 8, "After"), "After|0.000 s");
}

TEST_F(ExecutionHistory, IterationsHaveTheirNumberAndTheirTime) {
  of_state(0, "MapStateEntered", 1, "Each");
  EXPECT_EQ(known(1, "MapStateStarted", 1, R"({"length":2})"), "Each|");
  const std::string first = R"({"name":"Each","index":0})";
  const std::string second = R"({"name":"Each","index":1})";
  EXPECT_EQ(known(2, "MapIterationStarted", 1, first), "Each[0]|");
  EXPECT_EQ(known(2, "MapIterationStarted", 3, second), "Each[1]|");
  of_state(3, "PassStateEntered", 4, "I");
  EXPECT_EQ(of_state(5, "PassStateExited", 5, "I"), "I|1.000 s");
  EXPECT_EQ(known(6, "MapIterationSucceeded", 6, first), "Each[0]|5.000 s");
  EXPECT_EQ(known(4, "MapIterationAborted", 6, second), "Each[1]|3.000 s");
  EXPECT_EQ(known(7, "MapStateSucceeded", 7), "Each|");
  EXPECT_EQ(of_state(7, "MapStateExited", 7, "Each"), "Each|6.000 s");
}

TEST_F(ExecutionHistory, ARedrivenExecutionTakesFromThere) {
  known(0, "ExecutionStarted", 1);
  EXPECT_EQ(known(1, "ExecutionFailed", 2), "|1.000 s");
  EXPECT_EQ(known(2, "ExecutionRedriven", 30), "|");
  EXPECT_EQ(known(3, "ExecutionSucceeded", 34), "|4.000 s");
}

TEST_F(ExecutionHistory, ARedrivenCallIsOfTheStateThatFailed) {
  of_state(0, "TaskStateEntered", 1, "Ask");
  known(1, "LambdaFunctionScheduled", 1);
  known(2, "LambdaFunctionFailed", 2);
  known(3, "ExecutionFailed", 2);
  known(4, "ExecutionRedriven", 30);
  EXPECT_EQ(known(5, "LambdaFunctionScheduled", 30), "Ask|");
  EXPECT_EQ(known(6, "LambdaFunctionSucceeded", 31), "Ask|1.000 s");
  EXPECT_EQ(of_state(7, "TaskStateExited", 31, "Ask"), "Ask|30.000 s");
}

TEST_F(ExecutionHistory, ARedrivenCallInBranchesIsOfNoStateThatIsKnown) {
  of_state(0, "MapStateEntered", 1, "Each");
  known(1, "MapStateStarted", 1);
  const std::string first = R"({"name":"Each","index":0})";
  known(2, "MapIterationStarted", 1, first);
  of_state(3, "TaskStateEntered", 1, "Ask");
  known(4, "LambdaFunctionScheduled", 1);
  known(5, "LambdaFunctionFailed", 2);
  known(6, "MapIterationFailed", 2, first);
  known(7, "MapStateFailed", 2);
  known(8, "ExecutionFailed", 2);
  known(9, "ExecutionRedriven", 30);
  EXPECT_EQ(known(10, "LambdaFunctionScheduled", 30), "|");
  EXPECT_EQ(known(11, "LambdaFunctionSucceeded", 31), "|");
  EXPECT_EQ(of_state(12, "TaskStateExited", 31, "Ask"), "Ask|");
  EXPECT_EQ(known(13, "MapIterationSucceeded", 31, first), "Each[0]|");
  EXPECT_EQ(known(14, "MapStateSucceeded", 31), "Each|");
  EXPECT_EQ(of_state(15, "MapStateExited", 31, "Each"), "Each|30.000 s");
}

TEST_F(ExecutionHistory, AFailureHasItsErrorAndItsCause) {
  EXPECT_EQ(tell(0, "TaskFailed", 1, R"({"error":"E","cause":"why"})").failure, "E: why");
  EXPECT_EQ(tell(0, "TaskFailed", 1, R"({"error":"E"})").failure, "E");
  EXPECT_EQ(tell(0, "TaskFailed", 1, R"({"cause":"why"})").failure, "why");
  EXPECT_EQ(tell(0, "TaskFailed", 1).failure, "");
}

TEST_F(ExecutionHistory, WithoutItsBeginningLessIsKnown) {
  id_ = 50;
  EXPECT_EQ(known(50, "TaskSucceeded", 1), "|");
  EXPECT_EQ(of_state(51, "TaskStateExited", 1, "Ask"), "Ask|");
  EXPECT_EQ(known(52, "ParallelStateSucceeded", 1), "|");
  EXPECT_EQ(known(53, "MapIterationSucceeded", 1, R"({"name":"Each","index":1})"), "|");
  EXPECT_EQ(known(54, "ExecutionSucceeded", 1), "|");
}

TEST_F(ExecutionHistory, WhatIsNoEventIsRefused) {
  for (const char* const text :
       {"", "7", "{}", R"({"id":1,"type":"A"})", R"({"id":1,"type":"A","timestamp":"today"})",
        R"({"id":0,"type":"A","timestamp":"2026-11-21T05:00:00Z"})"}) {
    EXPECT_FALSE(teller_.tell(text).has_value()) << text;
  }
}

TEST(EventWords, AreThoseOfTheType) {
  EXPECT_EQ(in_words("TaskStateEntered"), "task state entered");
  EXPECT_EQ(in_words("ExecutionTimedOut"), "execution timed out");
  EXPECT_EQ(in_words(""), "");
}

}  // namespace
}  // namespace ordo::cli
