#include "functions/call_faults.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

namespace ordo::functions {
namespace {

using base::Millis;

std::string told(const ports::CallFault& fault) {
  return fault.error + ": " + fault.cause;
}

TEST(CallFault, HasTheErrorObjectAsItsCause) {
  EXPECT_EQ(told(call_fault("InitError", "no \"x\"\n")),
            R"(InitError: {"errorType":"InitError","errorMessage":"no \"x\"\n"})");
}

TEST(CallFault, ATimeOutIsWordedAsLambdaDoes) {
  EXPECT_EQ(told(call_timed_out("7f-1", Millis(3'000))),
            R"(Sandbox.Timedout: {"errorType":"Sandbox.Timedout",)"
            R"("errorMessage":"RequestId: 7f-1 Error: Task timed out after 3.00 seconds"})");
  EXPECT_EQ(
      call_timed_out("", Millis(1'250)).cause,
      R"({"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 1.25 seconds"})");
}

TEST(CallFault, AnExitIsWordedAsLambdaDoes) {
  const auto why = [](ProcessEnd end) {
    const std::string cause = call_exited("7f-1", end).cause;
    const std::string before =
        R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: 7f-1 Error: )";
    EXPECT_TRUE(cause.starts_with(before)) << cause;
    return cause.substr(before.size(), cause.size() - before.size() - 2);
  };
  EXPECT_EQ(why({.status = 3}), "Runtime exited with error: exit status 3");
  EXPECT_EQ(why({.status = 0}), "Runtime exited without providing a reason");
  EXPECT_EQ(why({.by_signal = true, .status = SIGKILL}),
            "Runtime exited with error: signal: killed");
  EXPECT_EQ(why({.by_signal = true, .status = SIGSEGV}),
            "Runtime exited with error: signal: segmentation fault");
}

TEST(CallFault, OnlyAPayloadOverItsLimitIsRefused) {
  ports::FunctionCall call{ports::InvocationId(1), "f", std::string(ports::kMaxCallBytes, '1'), {}};
  EXPECT_FALSE(fault_of(call).has_value());
  call.payload += '1';
  ASSERT_TRUE(fault_of(call).has_value());
  EXPECT_EQ(told(*fault_of(call)),
            "Lambda.RequestTooLargeException: 6291457 bytes are over the limit of 6291456 of a "
            "payload");
}

}  // namespace
}  // namespace ordo::functions
