#include "functions/function_hosts.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/call_log.h"
#include "support/ended_log.h"
#include "support/fake_clock.h"

namespace ordo::functions {
namespace {

using testing::invocation;
using testing::just;
using testing::running_task;
using testing::told;

// Writes down what it is asked for.
class Recorder : public ports::FunctionHost {
 public:
  void invoke(std::vector<ports::Invocation> invocations) override {
    std::string call;
    for (const auto& each : invocations) call += each.function + std::to_string(each.id.value());
    calls.push_back(call);
  }
  void call(ports::FunctionCall call) override { calls.push_back("call " + call.payload); }
  [[nodiscard]] std::size_t capacity(const std::string& function) const override {
    return function.size();
  }
  void curtail(ports::InvocationId id) override {
    calls.push_back("curtail " + std::to_string(id.value()));
  }
  void cancel(ports::InvocationId id, std::optional<domain::Sequence> /*task*/) override {
    calls.push_back("cancel " + std::to_string(id.value()));
  }
  std::vector<std::string> calls;
};

class FunctionHostsTest : public ::testing::Test {
 protected:
  FunctionHostsTest() {
    FunctionHosts::ByName by_name;
    for (const auto& [name, recorder] : {std::pair{"a", &a_}, std::pair{"b", &b_}}) {
      auto made = std::make_unique<Recorder>();
      *recorder = made.get();
      by_name.emplace(name, std::move(made));
    }
    hosts_ = std::make_unique<FunctionHosts>(std::move(by_name), clock_, log_.listener());
  }

  testing::EndedLog log_;
  testing::CallLog calls_;
  testing::FakeClock clock_;
  Recorder* a_ = nullptr;
  Recorder* b_ = nullptr;
  std::unique_ptr<FunctionHosts> hosts_;
};

using Calls = std::vector<std::string>;

TEST_F(FunctionHostsTest, EachFunctionGetsItsOwnInOneCallAndInOrder) {
  std::vector<ports::Invocation> mixed;
  std::uint64_t id = 0;
  for (const char* function : {"b", "a", "b", "a", "a"}) {
    mixed.push_back(invocation(++id, function, {running_task("t")}));
  }
  hosts_->invoke(std::move(mixed));
  EXPECT_EQ(a_->calls, Calls{"a2a4a5"});
  EXPECT_EQ(b_->calls, Calls{"b1b3"});
}

TEST_F(FunctionHostsTest, AnUnknownFunctionFailsForGood) {
  std::vector<ports::Invocation> both;
  both.push_back(invocation(1, "nobody", {running_task("t"), running_task("u")}));
  both.push_back(invocation(2, "a", {running_task("v")}));
  hosts_->invoke(std::move(both));
  EXPECT_EQ(told(log_.of(1)), "UnknownFunction: no function is called \"nobody\"; configure it");
  EXPECT_TRUE(log_.of(1).failure->permanent);
  EXPECT_EQ(a_->calls, Calls{"a2"});
}

TEST_F(FunctionHostsTest, ACancelReachesWhicheverHostHasTheInvocation) {
  hosts_->cancel(ports::InvocationId(5), std::nullopt);
  EXPECT_EQ(a_->calls, Calls{"cancel 5"});
  EXPECT_EQ(b_->calls, Calls{"cancel 5"});
}

TEST_F(FunctionHostsTest, NothingIsNoWork) {
  hosts_->invoke({});
  EXPECT_TRUE(a_->calls.empty());
}

TEST_F(FunctionHostsTest, ACallGoesToTheHostOfItsFunction) {
  hosts_->call(calls_.call(1, "b", "[1]"));
  EXPECT_EQ(b_->calls, Calls{"call [1]"});
  EXPECT_TRUE(a_->calls.empty());
}

TEST_F(FunctionHostsTest, ACallOfAnUnknownFunctionSaysSo) {
  hosts_->call(calls_.call(1, "nobody", "{}"));
  EXPECT_EQ(calls_.told(1),
            "Lambda.ResourceNotFoundException: no function is called \"nobody\"; configure it");
}

TEST_F(FunctionHostsTest, OneMayBeAddedUnderAnotherName) {
  EXPECT_FALSE(hosts_->add("a", std::make_unique<Recorder>()));
  auto made = std::make_unique<Recorder>();
  const Recorder& c = *made;
  EXPECT_TRUE(hosts_->add("c", std::move(made)));
  hosts_->call(calls_.call(1, "c", "[1]"));
  EXPECT_EQ(c.calls, Calls{"call [1]"});
}

}  // namespace
}  // namespace ordo::functions
