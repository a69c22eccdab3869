// What people ask of executions at a node that does not run them.
#include "app/execution_desk.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/execution_harness.h"
#include "support/memory_peers.h"

namespace ordo::app {
namespace {

using base::ErrorCode;

constexpr char kWaitsForToken[] =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters":{"token.$":"$$.Task.Token"}}}})";

// The executions run at "a"; people ask at "b", which shares the store.
class ExecutionDesks : public ::testing::Test, protected testing::ExecutionWorld {
 protected:
  ExecutionDesks() {
    define("p", kWaitsForToken);
    boot();
    net_.owner_of_pipelines = [this] { return owner_; };
    for (auto* const node : {&a_, &b_}) {
      node->peers.ears.on_question = [node](const std::string& question,
                                            ports::Peers::Answer answer) {
        EXPECT_TRUE(node->desk->hear(question, answer)) << question;
      };
      node->peers.ears.on_news = [node](const std::string&, const std::string& news) {
        EXPECT_TRUE(node->desk->hear_news(news)) << news;
      };
      node->desk = std::make_unique<ExecutionDesk>(
          ExecutionDesk::Parts{pipelines, *readers, clock, &node->peers});
    }
    a_.desk->open(*executions);
  }
  void settle_all() {
    do settle();
    while (net_.deliver() > 0);
    settle();
  }
  // How it is answered: "done", or why not.
  auto remember(std::string& answer) {
    return [&answer](const base::Result<std::monostate>& said) {
      answer = said                                          ? "done"
               : said.error().code == ErrorCode::unavailable ? "unavailable"
                                                             : said.error().message;
    };
  }
  std::optional<base::Result<Executions::Started>> start_at_b(std::string name,
                                                              std::string input = "{}") {
    std::optional<base::Result<Executions::Started>> answer;
    Executions::StartOrder order;
    order.pipeline = domain::PipelineName("p");
    order.name = std::move(name);
    order.input = std::move(input);
    order.answer = [&](base::Result<Executions::Started> started) { answer = std::move(started); };
    b_.desk->start(std::move(order));
    settle_all();
    return answer;
  }
  struct Node {
    Node(testing::PeerNet& net, std::string id) : peers(net, std::move(id)) {}
    testing::MemoryPeers peers;
    std::unique_ptr<ExecutionDesk> desk;
  };
  testing::PeerNet net_;
  std::string owner_ = "a";
  Node a_{net_, "a"};
  Node b_{net_, "b"};
};

TEST_F(ExecutionDesks, OneIsStartedAnywhereAndAnsweredAsItIsKept) {
  const auto started = start_at_b("one", R"({"n":1})");
  ASSERT_TRUE(started && *started);
  const ports::ExecutionRecord& record = (*started)->record;
  EXPECT_FALSE((*started)->known);
  EXPECT_EQ(record.name, "one");
  EXPECT_EQ(record.input, R"({"n":1})");
  EXPECT_EQ(record, find(record.id));
  EXPECT_TRUE(start_at_b("one", R"({"n":1})")->value().known);
  EXPECT_EQ(start_at_b("one", "{}")->error().code, ErrorCode::conflict);
}

TEST_F(ExecutionDesks, OneIsStoppedAndRedrivenAnywhere) {
  const domain::ExecutionId id = start_at_b("one")->value().record.id;
  std::string answer;
  b_.desk->stop(id, {"Enough", "no more"}, remember(answer));
  settle_all();
  EXPECT_EQ(answer, "done");
  EXPECT_EQ(find(id).error, "Enough");
  EXPECT_EQ(find(id).cause, "no more");
  b_.desk->redrive(id, remember(answer));
  settle_all();
  EXPECT_EQ(answer, "done");
  EXPECT_EQ(find(id).redrives, 1U);
  b_.desk->redrive(id, remember(answer));
  settle_all();
  EXPECT_NE(answer, "done") << "it has not failed";
}

TEST_F(ExecutionDesks, ACallbackReachesItsExecutionFromAnywhere) {
  for (const bool succeeds : {true, false}) {
    const domain::ExecutionId id = start_at_b(succeeds ? "one" : "other")->value().record.id;
    const std::string token = calls->open.back().call.token;
    std::string answer;
    b_.desk->call_back({token, Executions::Callback::Heartbeat{}}, remember(answer));
    settle_all();
    EXPECT_EQ(answer, "done");
    Executions::Callback callback{token, states::Fault{"No", "way"}};
    if (succeeds) callback.word = Executions::Callback::Success{R"({"ok":true})"};
    b_.desk->call_back(std::move(callback), remember(answer));
    settle_all();
    EXPECT_EQ(answer, "done");
    if (succeeds) {
      EXPECT_EQ(find(id).output, R"({"ok":true})");
    } else {
      EXPECT_EQ(find(id).error, "No");
    }
  }
  std::string answer;
  b_.desk->call_back({"x.1.y", Executions::Callback::Heartbeat{}}, remember(answer));
  settle_all();
  EXPECT_EQ(answer, "there is no execution \"x\"");
}

TEST_F(ExecutionDesks, APauseIsKnownEverywhere) {
  const domain::PipelineName name("p");
  for (const bool paused : {true, false}) {
    std::string answer;
    (paused ? b_ : a_).desk->pause(name, paused, remember(answer));
    settle_all();
    EXPECT_EQ(answer, "done");
    EXPECT_EQ(a_.desk->is_paused(name), paused);
    EXPECT_EQ(b_.desk->is_paused(name), paused);
  }
  std::string answer;
  b_.desk->pause(domain::PipelineName("none"), true, remember(answer));
  settle_all();
  EXPECT_EQ(answer, "there is no pipeline \"none\"");
}

TEST_F(ExecutionDesks, WhileNobodyRunsThemPeopleAreToldToComeAgain) {
  owner_ = "";
  EXPECT_EQ(start_at_b("one")->error().code, ErrorCode::unavailable);
  // It has the right, and has not begun yet.
  owner_ = "a";
  a_.desk->close();
  EXPECT_EQ(start_at_b("one")->error().code, ErrorCode::unavailable);
  a_.desk->open(*executions);
  EXPECT_TRUE(start_at_b("one")->has_value());
}

TEST_F(ExecutionDesks, WhoWaitsWhenTheyGoElsewhereIsToldToComeAgain) {
  const domain::ExecutionId id = start_at_b("one")->value().record.id;
  std::string stopped;
  a_.desk->stop(id, {"Enough", ""}, remember(stopped));
  executions->turn();  // its step is on its way
  std::string started;
  Executions::StartOrder order;
  order.pipeline = domain::PipelineName("p");
  order.input = "{}";
  order.answer = [&](const base::Result<Executions::Started>& said) {
    started = said ? "done" : said.error().code == ErrorCode::unavailable ? "unavailable" : "?";
  };
  a_.desk->start(std::move(order));
  ASSERT_EQ(calls->open.size(), 1U);
  executions->retire();
  EXPECT_EQ(stopped, "unavailable");
  EXPECT_EQ(started, "unavailable");
  EXPECT_EQ(calls->given_up.size(), 1U);
  EXPECT_TRUE(executions->wait_until_idle(base::Millis(0)));
  // What still comes is heard by nobody.
  calls->open.front().answer(CallDone{"{}"});
  settle();
  a_.desk->redrive(id, remember(stopped));
  EXPECT_EQ(stopped, "unavailable");
}

}  // namespace
}  // namespace ordo::app
