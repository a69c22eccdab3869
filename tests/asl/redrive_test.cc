// Stops and redrives, and executions that are told of what they do not wait for.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>

#include "asl/case_table.h"
#include "base/json_tree.h"

namespace ordo::states {
namespace {

// Steps one by one; the execution is restored before each when asked to.
class ByHand {
 public:
  ByHand(std::string_view definition, std::string_view input, bool restores)
      : machine_(*parse_machine(machine_text(definition))), restores_(restores) {
    Identity identity;
    identity.machine_id = "arn:aws:states:local:111111111111:stateMachine:m";
    identity.started_at = now_;
    execution_ = new_execution(*machine_, identity, *base::parse_json_tree(quoted_text(input)));
  }

  Effects tell(const Event& event) {
    if (restores_ && !execution_.frames.empty()) execution_ = restored(*machine_, execution_);
    Step next = step(*machine_, std::move(execution_), event, {now_, entropy_});
    execution_ = std::move(next.execution);
    const auto events = split_history(next.effects.history.text).value();
    for (const std::string& one : events) {
      types_ += std::string(base::parse_json_tree(one)->at("type").get_string()) + " ";
    }
    return std::move(next.effects);
  }
  Effects succeed(const CallWanted& call, std::string output) {
    return tell(CallSucceeded{call.frame, call.token, std::move(output)});
  }
  void pass(std::int64_t ms) { now_ = now_ + base::Millis(ms); }

  [[nodiscard]] const Execution& execution() const { return execution_; }
  [[nodiscard]] const Machine& machine() const { return *machine_; }
  std::string take_types() { return std::exchange(types_, {}); }

 private:
  std::shared_ptr<const Machine> machine_;
  bool restores_;
  base::WallTime now_ = RunOptions().now;
  std::uint64_t drawn_ = 0;
  Entropy entropy_ = [this] { return ++drawn_; };
  Execution execution_;
  std::string types_;
};

class BothWays : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Restored, BothWays, ::testing::Bool());

constexpr char kOne[] =
    "{'StartAt':'T','States':{'T':{'Type':'Task','Resource':'f','TimeoutSeconds':60,"
    "'HeartbeatSeconds':10,'Next':'Z'},'Z':{'Type':'Succeed'}}}";

TEST_P(BothWays, AStopEndsItAndGivesTheCallUp) {
  ByHand run(kOne, "1", GetParam());
  const Effects begun = run.tell(Begin{});
  ASSERT_EQ(begun.calls.size(), 1U);
  const Effects stopped = run.tell(StopAsked{{"Mine", "enough"}});
  ASSERT_TRUE(stopped.ending);
  EXPECT_EQ(stopped.ending->status, Status::stopped);
  EXPECT_EQ(stopped.given_up, std::vector<std::string>{begun.calls[0].token});
  EXPECT_EQ(run.take_types(),
            "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
            "ExecutionAborted ");
  EXPECT_FALSE(run.execution().wake());
  EXPECT_FALSE(run.tell(StopAsked{{"Again", ""}}).taken);
  EXPECT_FALSE(run.succeed(begun.calls[0], "1").taken);
}

TEST_P(BothWays, ARedriveGoesOnWhereItWasStopped) {
  ByHand run(kOne, "1", GetParam());
  const Effects begun = run.tell(Begin{});
  run.tell(StopAsked{{"Mine", "enough"}});
  run.take_types();
  const Effects again = run.tell(RedriveAsked{});
  ASSERT_EQ(again.calls.size(), 1U);
  EXPECT_NE(again.calls[0].token, begun.calls[0].token);
  EXPECT_FALSE(run.succeed(begun.calls[0], "1").taken);
  const Effects done = run.succeed(again.calls[0], "2");
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->output, "2");
  EXPECT_EQ(run.take_types(),
            "ExecutionRedriven LambdaFunctionScheduled LambdaFunctionStarted "
            "LambdaFunctionSucceeded TaskStateExited SucceedStateEntered SucceedStateExited "
            "ExecutionSucceeded ");
  EXPECT_FALSE(run.tell(RedriveAsked{}).taken);
}

TEST_P(BothWays, ARedriveKeepsWhatBranchesHaveDone) {
  ByHand run(
      "{'Type':'Parallel','Branches':["
      "{'StartAt':'A','States':{'A':{'Type':'Task','Resource':'a','End':true}}},"
      "{'StartAt':'B','States':{'B':{'Type':'Task','Resource':'b','End':true}}},"
      "{'StartAt':'W','States':{'W':{'Type':'Wait','Seconds':9,'End':true}}}]}",
      "1", GetParam());
  const Effects begun = run.tell(Begin{});
  ASSERT_EQ(begun.calls.size(), 2U);
  run.succeed(begun.calls[0], "\"a\"");
  const Effects failed =
      run.tell(CallFailed{begun.calls[1].frame, begun.calls[1].token, {"E", ""}});
  ASSERT_TRUE(failed.ending);
  EXPECT_FALSE(run.execution().wake());
  const Effects again = run.tell(RedriveAsked{});
  ASSERT_EQ(again.calls.size(), 1U);
  EXPECT_EQ(again.calls[0].resource->text, "b");
  run.succeed(again.calls[0], "\"b\"");
  ASSERT_TRUE(run.execution().wake());
  run.pass(9000);
  const Effects done = run.tell(TimePassed{});
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->output, R"(["a","b",1])");
}

TEST_P(BothWays, ARedriveOfAMapBeginsTheItemsThatWereNotBegun) {
  ByHand run(
      "{'Type':'Map','MaxConcurrency':1,'ItemProcessor':{'StartAt':'T','States':{"
      "'T':{'Type':'Task','Resource':'f','End':true}}}}",
      "[1,2,3]", GetParam());
  Effects at = run.tell(Begin{});
  at = run.succeed(at.calls.at(0), "10");
  at = run.tell(CallFailed{at.calls.at(0).frame, at.calls.at(0).token, {"E", ""}});
  ASSERT_TRUE(at.ending);
  at = run.tell(RedriveAsked{});
  ASSERT_EQ(at.calls.size(), 1U);
  EXPECT_EQ(at.calls[0].parameters, "2");
  at = run.succeed(at.calls[0], "20");
  ASSERT_EQ(at.calls.size(), 1U);
  EXPECT_EQ(at.calls[0].parameters, "3");
  at = run.succeed(at.calls[0], "30");
  ASSERT_TRUE(at.ending);
  EXPECT_EQ(at.ending->output, "[10,20,30]");
}

TEST_P(BothWays, ARedriveMakesTheInputOfAnItemThatCouldNotBeMade) {
  ByHand run(
      "{'Type':'Map','ItemSelector':{'n.$':'States.MathAdd($$.Map.Item.Value, 1)'},"
      "'ItemProcessor':{'StartAt':'T','States':{'T':{'Type':'Pass','End':true}}}}",
      "[1,'x']", GetParam());
  const Effects failed = run.tell(Begin{});
  ASSERT_TRUE(failed.ending);
  EXPECT_EQ(failed.ending->fault.error, kIntrinsicFailure);
  const Effects again = run.tell(RedriveAsked{});
  ASSERT_TRUE(again.ending);
  EXPECT_EQ(again.ending->fault.error, kIntrinsicFailure);
}

TEST_P(BothWays, ARedriveOfABranchThatWasBetweenTwoStatesEntersTheNextOne) {
  // The first branch is about to enter its second state when the other one fails.
  ByHand run(
      "{'Type':'Parallel','Branches':["
      "{'StartAt':'A','States':{'A':{'Type':'Pass','Next':'A2'},"
      "'A2':{'Type':'Pass','End':true}}},"
      "{'StartAt':'B','States':{'B':{'Type':'Pass','Next':'B2'},'B2':{'Type':'Fail'}}},"
      "{'StartAt':'C','States':{'C':{'Type':'Pass','Next':'C2'},"
      "'C2':{'Type':'Pass','End':true}}}]}",
      "1", GetParam());
  ASSERT_TRUE(run.tell(Begin{}).ending);
  run.take_types();
  ASSERT_TRUE(run.tell(RedriveAsked{}).ending);
  // "B2" fails at once; "A2" had been entered and goes on; "C2" is entered only now.
  EXPECT_EQ(run.take_types().find("ExecutionRedriven "), 0U);
  const auto child = run.execution().frames.find(3);
  ASSERT_NE(child, run.execution().frames.end());
  EXPECT_TRUE(child->second.phase == Phase::done || child->second.phase == Phase::aborted);
}

TEST_P(BothWays, ARedriveOfATimedOutExecutionHasItsTimeAnew) {
  ByHand run(
      "{'StartAt':'W','TimeoutSeconds':5,'States':{'W':{'Type':'Wait','Seconds':4,"
      "'Next':'W2'},'W2':{'Type':'Wait','Seconds':4,'End':true}}}",
      "1", GetParam());
  run.tell(Begin{});
  run.pass(4000);
  run.tell(TimePassed{});
  run.pass(1000);
  const Effects late = run.tell(TimePassed{});
  ASSERT_TRUE(late.ending);
  EXPECT_EQ(late.ending->status, Status::timed_out);
  run.pass(60'000);
  run.tell(RedriveAsked{});
  run.pass(4000);
  const Effects done = run.tell(TimePassed{});
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->status, Status::succeeded);
}

TEST_P(BothWays, ARedriveOfAMapThatCouldNotReadReadsAgain) {
  ByHand run(
      "{'Type':'Map','ItemReader':{'Resource':'r'},'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'X','States':{'X':{'Type':'Pass'"
      ",'End':true}}}}",
      "1", GetParam());
  Effects at = run.tell(Begin{});
  at = run.tell(CallFailed{at.calls.at(0).frame, at.calls.at(0).token, {"E", ""}});
  ASSERT_TRUE(at.ending);
  at = run.tell(RedriveAsked{});
  ASSERT_EQ(at.calls.size(), 1U);
  at = run.succeed(at.calls[0], R"({"Body":"[7]"})");
  ASSERT_TRUE(at.ending);
  EXPECT_EQ(at.ending->output, "[7]");
}

TEST_P(BothWays, AMapThatReadsIsAskedForAgainAfterALoad) {
  ByHand run(
      "{'Type':'Map','ItemReader':{'Resource':'r'},'ResultWriter':{'Resource':'w',"
      "'Parameters':{'Bucket':'b'}},'ItemProcessor':{'ProcessorConfig':"
      "{'Mode':'DISTRIBUTED','ExecutionType':'STANDARD'},'StartAt':'X','States':{'X':{'Type':'Pass'"
      ",'End':true}}}}",
      "1", GetParam());
  const Effects begun = run.tell(Begin{});
  auto open = open_calls(run.machine(), run.execution());
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].resource->text, "r");
  EXPECT_EQ(open[0].token, begun.calls.at(0).token);
  EXPECT_TRUE(run.tell(CallSubmitted{open[0].frame, open[0].token, "{}"}).taken);
  EXPECT_TRUE(run.tell(CallIsAlive{open[0].frame, open[0].token}).taken);
  run.succeed(open[0], R"({"Body":"[7]"})");
  open = open_calls(run.machine(), run.execution());
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].resource->text, "w");
  EXPECT_TRUE(run.succeed(open[0], "{}").ending);
}

TEST_P(BothWays, AHeartbeatKeepsACallAlive) {
  ByHand run(kOne, "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  for (int i = 0; i < 5; ++i) {
    run.pass(9000);
    EXPECT_TRUE(run.tell(CallIsAlive{call.frame, call.token}).taken);
    run.tell(TimePassed{});
  }
  EXPECT_FALSE(run.tell(CallIsAlive{call.frame, "another"}).taken);
  run.pass(10'000);
  const Effects late = run.tell(TimePassed{});
  ASSERT_TRUE(late.ending);
  EXPECT_EQ(late.ending->fault.error, kTimeout);
  EXPECT_TRUE(late.ending->fault.silence);
  EXPECT_EQ(late.given_up, std::vector<std::string>{call.token});
}

TEST_P(BothWays, AHeartbeatDoesNotMoveTheTimeLimit) {
  ByHand run(kOne, "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  Effects last;
  for (int i = 0; i < 7 && !last.ending; ++i) {
    run.pass(9000);
    run.tell(CallIsAlive{call.frame, call.token});
    last = run.tell(TimePassed{});
  }
  ASSERT_TRUE(last.ending);
  EXPECT_EQ(last.ending->fault.error, kTimeout);
}

TEST_P(BothWays, ACallThatWaitsForItsTokenIsNotAskedForAgain) {
  ByHand run(
      "{'Type':'Task','Resource':'arn:aws:states:::sqs:sendMessage.waitForTaskToken',"
      "'Parameters':{'t.$':'$$.Task.Token'}}",
      "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  EXPECT_EQ(call.parameters, R"({"t":")" + call.token + R"("})");
  EXPECT_TRUE(run.tell(CallSubmitted{call.frame, call.token, R"({"MessageId":"m"})"}).taken);
  EXPECT_TRUE(run.execution().frames.at(kRootFrame).call->submitted);
  const Effects done = run.succeed(call, R"({"said":"yes"})");
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->output, R"({"said":"yes"})");
  EXPECT_EQ(run.take_types(),
            "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSubmitted "
            "TaskSucceeded TaskStateExited ExecutionSucceeded ");
}

TEST_P(BothWays, ACallThatCouldNotStartSaysSo) {
  ByHand run("{'Type':'Task','Resource':'f'}", "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  run.tell(CallFailed{call.frame, call.token, {"E", "c"}, true});
  EXPECT_EQ(run.take_types(),
            "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
            "LambdaFunctionStartFailed ExecutionFailed ");
}

TEST_P(BothWays, AFaultThatIsNoUtf8IsMadeReadable) {
  ByHand run("{'Type':'Task','Resource':'f'}", "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  const Effects done = run.tell(CallFailed{call.frame, call.token, {"E\xC1", "\xFF\xFE c"}});
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->fault, (Fault{"E?", "?? c"}));
}

TEST_P(BothWays, AnOutputThatIsNoJsonFailsTheState) {
  ByHand run("{'Type':'Task','Resource':'f'}", "1", GetParam());
  const CallWanted call = run.tell(Begin{}).calls.at(0);
  const Effects done = run.succeed(call, "{");
  ASSERT_TRUE(done.ending);
  EXPECT_EQ(done.ending->fault.error, kRuntime);
}

}  // namespace
}  // namespace ordo::states
