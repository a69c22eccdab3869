#include "app/executions.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/execution_harness.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using base::Millis;
using states::Status;
using testing::ExecutionWorld;

constexpr char kOneTask[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","Resource":"work","End":true}}})";
constexpr char kWaitThenTask[] =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"Next":"A"},
        "A":{"Type":"Task","Resource":"work","End":true}}})";
constexpr char kCallback[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","HeartbeatSeconds":60,"End":true,
        "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters":{"token.$":"$$.Task.Token"}}}})";

class ExecutionsTest : public ::testing::Test, protected ExecutionWorld {
 protected:
  domain::ExecutionId begin(const char* definition, std::string input = "{}") {
    define("p", definition);
    boot();
    return start({"p", "", std::move(input)})->value().record.id;
  }
  std::optional<base::Result<std::monostate>> stop(const domain::ExecutionId& id) {
    std::optional<base::Result<std::monostate>> answer;
    executions->stop(id, {"Enough", "no more"},
                     [&](base::Result<std::monostate> said) { answer = std::move(said); });
    settle();
    return answer;
  }
  std::optional<base::Result<std::monostate>> redrive(const domain::ExecutionId& id) {
    std::optional<base::Result<std::monostate>> answer;
    executions->redrive(id, [&](base::Result<std::monostate> said) { answer = std::move(said); });
    settle();
    return answer;
  }
  std::optional<base::Result<std::monostate>> call_back(std::string token,
                                                        decltype(Executions::Callback::word) word) {
    std::optional<base::Result<std::monostate>> answer;
    executions->call_back({std::move(token), std::move(word)},
                          [&](base::Result<std::monostate> said) { answer = std::move(said); });
    settle();
    return answer;
  }
};

TEST_F(ExecutionsTest, ACallIsMadeOnlyOnceItsTransitionIsDurable) {
  define("p", kOneTask);
  boot();
  Executions::StartOrder order;
  order.pipeline = domain::PipelineName("p");
  order.input = "{}";
  executions->start(std::move(order));
  executions->turn();
  EXPECT_TRUE(calls->open.empty());
  committer->turn();
  EXPECT_TRUE(calls->open.empty());
  executions->turn();
  ASSERT_EQ(calls->open.size(), 1U);
}

TEST_F(ExecutionsTest, GoesOnWithWhatACallCameTo) {
  const auto id = begin(kOneTask, R"({"n":1})");
  EXPECT_EQ(calls->open.at(0).call.parameters, R"({"n":1})");
  answer(CallDone{R"({"n":2})"});
  const auto record = find(id);
  EXPECT_EQ(record.status, Status::succeeded);
  EXPECT_EQ(record.output, R"({"n":2})");
  EXPECT_EQ(history(id).size(), 7U);
}

TEST_F(ExecutionsTest, ACallThatFailedFailsTheExecution) {
  const auto id = begin(kOneTask);
  answer(CallNotDone{{"Wrong", "it was wrong"}});
  EXPECT_EQ(find(id).status, Status::failed);
  EXPECT_EQ(find(id).error, "Wrong");
  EXPECT_EQ(find(id).cause, "it was wrong");
}

TEST_F(ExecutionsTest, AfterACrashAnOpenCallIsMadeAgainWithTheSameToken) {
  const auto id = begin(kOneTask);
  const std::string token = calls->open.at(0).call.token;
  boot();
  settle();
  ASSERT_EQ(calls->open.size(), 1U);
  EXPECT_EQ(calls->open[0].call.token, token);
  answer(CallDone{"3"});
  EXPECT_EQ(find(id).output, "3");
}

TEST_F(ExecutionsTest, OneThatOnlyWaitsIsNotInMemoryAndGoesOnInTime) {
  const auto id = begin(kWaitThenTask);
  EXPECT_EQ(executions->stats().loaded, 0U);
  pass(Millis(3'599'999));
  EXPECT_TRUE(calls->open.empty());
  pass(Millis(1));
  ASSERT_EQ(calls->open.size(), 1U);
  answer(CallDone{"1"});
  EXPECT_EQ(find(id).status, Status::succeeded);
}

TEST_F(ExecutionsTest, OneThatWaitedThroughARestartGoesOnInTime) {
  const auto id = begin(kWaitThenTask);
  boot();
  pass(Millis(3'600'000));
  ASSERT_EQ(calls->open.size(), 1U);
  answer(CallDone{"1"});
  EXPECT_EQ(find(id).status, Status::succeeded);
}

TEST_F(ExecutionsTest, TheSameNameAndInputIsTheSameExecution) {
  define("p", kOneTask);
  boot();
  const auto first = start({"p", "today", R"({"a":1})"})->value();
  const auto again = start({"p", "today", R"({ "a" : 1 })"})->value();
  EXPECT_FALSE(first.known);
  EXPECT_TRUE(again.known);
  EXPECT_EQ(again.record.id, first.record.id);
  EXPECT_EQ(calls->open.size(), 1U);
  const auto other = start({"p", "today", R"({"a":2})"});
  EXPECT_EQ(other->error().code, ErrorCode::conflict);
}

TEST_F(ExecutionsTest, ThereMustBeSuchAPipeline) {
  boot();
  EXPECT_EQ(start({"none"})->error().code, ErrorCode::not_found);
}

TEST_F(ExecutionsTest, WhatCannotBeMadeDurableHasNotBegun) {
  define("p", kOneTask);
  boot();
  store.fail_next({ErrorCode::unavailable, "the disk is full", {}});
  EXPECT_EQ(start({"p"})->error().code, ErrorCode::unavailable);
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(calls->open.empty());
}

TEST_F(ExecutionsTest, AStepThatCannotBeMadeDurableIsTriedAgain) {
  const auto id = begin(kOneTask);
  store.fail_next({ErrorCode::unavailable, "the disk is full", {}});
  answer(CallDone{"5"});
  EXPECT_EQ(find(id).status, Status::running);
  pass(Millis(200));
  EXPECT_EQ(find(id).status, Status::succeeded);
  EXPECT_EQ(history(id).size(), 7U);
}

TEST_F(ExecutionsTest, AStopEndsItAndGivesUpItsCalls) {
  const auto id = begin(kOneTask);
  EXPECT_TRUE(stop(id)->has_value());
  EXPECT_EQ(find(id).status, Status::stopped);
  EXPECT_EQ(find(id).error, "Enough");
  EXPECT_EQ(calls->given_up.size(), 1U);
  EXPECT_EQ(stop(id)->error().code, ErrorCode::conflict);
  answer(CallDone{"1"});
  EXPECT_EQ(find(id).status, Status::stopped);
}

TEST_F(ExecutionsTest, AStopReachesOneThatSleeps) {
  const auto id = begin(kWaitThenTask);
  EXPECT_TRUE(stop(id)->has_value());
  EXPECT_EQ(find(id).status, Status::stopped);
  pass(Millis(3'600'000));
  EXPECT_TRUE(calls->open.empty());
}

TEST_F(ExecutionsTest, ARedriveGoesOnFromTheStateThatFailed) {
  const auto id = begin(
      R"({"StartAt":"A","States":{"A":{"Type":"Task","Resource":"one","Next":"B"},
          "B":{"Type":"Task","Resource":"two","End":true}}})");
  EXPECT_EQ(redrive(id)->error().code, ErrorCode::conflict);
  answer(CallDone{"1"});
  answer(CallNotDone{{"Wrong", ""}});
  EXPECT_EQ(find(id).status, Status::failed);
  boot();
  EXPECT_TRUE(redrive(id)->has_value());
  ASSERT_EQ(calls->open.size(), 1U);
  EXPECT_EQ(calls->open[0].call.resource->text, "two");
  EXPECT_EQ(calls->open[0].call.parameters, "1");
  answer(CallDone{"2"});
  EXPECT_EQ(find(id).status, Status::succeeded);
  EXPECT_EQ(find(id).redrives, 1U);
  EXPECT_EQ(redrive(id)->error().code, ErrorCode::conflict);
}

TEST_F(ExecutionsTest, ACallbackEndsTheCallThatItsTokenNames) {
  const auto id = begin(kCallback);
  const std::string token = calls->open.at(0).call.token;
  answer(CallUnderWay{"{}"});
  EXPECT_EQ(call_back(token + "0", Executions::Callback::Success{"1"})->error().code,
            ErrorCode::not_found);
  EXPECT_TRUE(call_back(token, Executions::Callback::Success{R"({"ok":true})"})->has_value());
  EXPECT_EQ(find(id).output, R"({"ok":true})");
  EXPECT_EQ(call_back(token, Executions::Callback::Success{"1"})->error().code,
            ErrorCode::not_found);
  EXPECT_EQ(call_back("nonsense", states::Fault{})->error().code, ErrorCode::not_found);
}

TEST_F(ExecutionsTest, ACallThatIsAskedAgainAfterACrashIsSubmittedOnceInTheHistory) {
  const auto id = begin(
      R"({"StartAt":"S","States":{"S":{"Type":"Task","End":true,
          "Resource":"arn:aws:states:::states:startExecution.sync:2",
          "Parameters":{"StateMachineArn":"other"}}}})");
  answer(CallUnderWay{"{}"});
  const auto events = history(id).size();
  boot();
  settle();
  ASSERT_EQ(calls->open.size(), 1U);
  const OnResourceOutcome tell = calls->open.at(0).answer;
  tell(CallUnderWay{"{}"});
  settle();
  EXPECT_EQ(history(id).size(), events);
  tell(CallDone{"1"});
  settle();
  EXPECT_EQ(find(id).output, "1");
}

TEST_F(ExecutionsTest, ACallThatWasSubmittedIsNotMadeAgainAfterACrash) {
  const auto id = begin(kCallback);
  const std::string token = calls->open.at(0).call.token;
  answer(CallUnderWay{"{}"});
  boot();
  settle();
  EXPECT_TRUE(calls->open.empty());
  EXPECT_EQ(call_back(token + "0", Executions::Callback::Success{"1"})->error().code,
            ErrorCode::not_found);
  EXPECT_TRUE(calls->open.empty()) << "loaded by whoever knows its name";
  EXPECT_TRUE(call_back(token, states::Fault{"No", "not today"})->has_value());
  EXPECT_TRUE(calls->open.empty());
  EXPECT_EQ(find(id).error, "No");
}

TEST_F(ExecutionsTest, HeartbeatsKeepACallAlive) {
  const auto id = begin(kCallback);
  const std::string token = calls->open.at(0).call.token;
  answer(CallUnderWay{"{}"});
  pass(Millis(50'000));
  EXPECT_TRUE(call_back(token, Executions::Callback::Heartbeat{})->has_value());
  pass(Millis(50'000));
  EXPECT_EQ(find(id).status, Status::running);
  pass(Millis(10'000));
  EXPECT_EQ(find(id).status, Status::failed);
  EXPECT_EQ(find(id).error, "States.Timeout");
}

TEST_F(ExecutionsTest, MuchThatIsToBeKeptAtOnceFindsItsWayPastOthersWrites) {
  std::string branches;
  for (int i = 0; i < 40; ++i) {
    branches += std::string(i == 0 ? "" : ",") + R"({"StartAt":"w)" + std::to_string(i) +
                R"(","States":{"w)" + std::to_string(i) +
                R"(":{"Type":"Task","Resource":"f","End":true}}})";
  }
  define("p", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"P"},
      "P":{"Type":"Parallel","End":true,"Branches":[)" +
                  branches + "]}}}");
  boot();
  const std::string input = '"' + std::string(250'000, 'x') + '"';
  for (int i = 0; i < 8; ++i) static_cast<void>(start({"p", std::to_string(i), input}));
  clock.advance(Millis(1'000));
  // Nearly ten megabytes each, and the committer never without something else to write.
  for (int round = 0; round < 100; ++round) {
    committer->submit({ports::PauseQueue{domain::QueueName("tasks"), true}},
                      [](const base::Result<Committed>&) {});
    executions->turn();
    committer->turn();
    clock.advance(Millis(20));
  }
  EXPECT_EQ(calls->open.size(), 8U * 40U);
}

TEST_F(ExecutionsTest, ALongRunOfStatesIsCutIntoSteps) {
  define("p", R"x({"StartAt":"A","States":{
      "A":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)"},"Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":2000,"Next":"A"}],
           "Default":"D"},
      "D":{"Type":"Succeed"}}})x");
  boot();
  const auto id = start({"p", "", R"({"n":0})"})->value().record.id;
  EXPECT_EQ(find(id).status, Status::succeeded);
  EXPECT_EQ(find(id).output, R"({"n":2000})");
  EXPECT_GT(executions->stats().steps, 5U);
}

TEST_F(ExecutionsTest, AnEndlessLoopEndsWithItsHistory) {
  const auto id = begin(R"x({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},
      "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":false,"Next":"A"}],
           "Default":"D"},"D":{"Type":"Succeed"}}})x");
  EXPECT_EQ(find(id).status, Status::failed);
  EXPECT_EQ(find(id).error, "States.Runtime");
  EXPECT_EQ(history(id).size(), states::kMaxHistoryEvents);
}

TEST_F(ExecutionsTest, WhoWatchesIsToldOfTheEnd) {
  define("p", kOneTask);
  boot();
  std::vector<std::string> told;
  const auto watch = [&] {
    Executions::StartOrder order;
    order.pipeline = domain::PipelineName("p");
    order.name = "child";
    order.input = "{}";
    order.on_end = [&](const ports::ExecutionRecord& record) {
      told.push_back(record.output.value_or("none"));
    };
    executions->start(std::move(order));
    settle();
  };
  watch();
  watch();
  EXPECT_TRUE(told.empty());
  answer(CallDone{"7"});
  EXPECT_EQ(told, (std::vector<std::string>{"7", "7"}));
  watch();
  EXPECT_EQ(told.size(), 3U);
}

}  // namespace
}  // namespace ordo::app
