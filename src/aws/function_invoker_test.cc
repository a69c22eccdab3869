#include "aws/function_invoker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/scripted_service.h"

namespace ordo::aws {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedService;
using ::testing::SizeIs;

class Invoking : public ::testing::Test {
 protected:
  ports::CallOutcome invoke(std::string payload = R"({"a":1})") {
    return invoker.invoke("arn:aws:lambda:eu-central-1:1:function:f", std::move(payload));
  }
  // The fault's error, and its cause.
  std::string fault_when(int status, const std::string& body, const std::string& header,
                         const std::string& value) {
    service.then(status, body, {{header, value}});
    const auto outcome = invoke();
    return outcome ? "none" : outcome.error().error + "|" + outcome.error().cause;
  }

  ScriptedService service;
  FunctionInvoker invoker{service.context(), service.endpoint("lambda")};
};

TEST_F(Invoking, AFunctionReturnsItsAnswer) {
  service.then(200, R"( { "b" : [1, 2.50] } )");
  EXPECT_EQ(invoke(), R"({"b":[1,2.50]})");
  const auto asked = service.asked();
  EXPECT_EQ(asked[0].method + " " + asked[0].path,
            "POST /2015-03-31/functions/"
            "arn%3Aaws%3Alambda%3Aeu-central-1%3A1%3Afunction%3Af/invocations");
  EXPECT_EQ(asked[0].headers.get("X-Amz-Invocation-Type"), "RequestResponse");
  EXPECT_EQ(asked[0].body, R"({"a":1})");
  service.then(200, " ");
  EXPECT_EQ(invoke(), "null");
}

TEST_F(Invoking, AFunctionThatFailsSaysWhy) {
  const std::string error = R"({"errorMessage":"no","errorType":"OrderRejected"})";
  EXPECT_EQ(fault_when(200, error, "X-Amz-Function-Error", "Unhandled"), "OrderRejected|" + error);
  EXPECT_EQ(fault_when(200, R"({"errorMessage":"timed out"})", "X-Amz-Function-Error", "Unhandled"),
            R"(Unhandled|{"errorMessage":"timed out"})");
  EXPECT_EQ(fault_when(200, "words", "X-Amz-Function-Error", "Unhandled"), "Unhandled|words");
  EXPECT_THAT(fault_when(200, "\xff", "X-Amz-Function-Error", "Unhandled"),
              HasSubstr("Unhandled|"));
  EXPECT_THAT(fault_when(200, "no JSON", "X-A", "b"), HasSubstr("Runtime.MalformedResponse|"));
}

TEST_F(Invoking, LambdaThatRefusesIsNamed) {
  EXPECT_THAT(
      fault_when(404, R"({"Message":"not here"})", "x-amzn-errortype", "ResourceNotFoundException"),
      HasSubstr("Lambda.ResourceNotFoundException|"));
  EXPECT_THAT(fault_when(413, "{}", "x-amzn-errortype", "RequestEntityTooLargeException"),
              HasSubstr("Lambda.RequestEntityTooLargeException|"));
  EXPECT_THAT(fault_when(502, "", "X-A", "b"), HasSubstr("Lambda.ServiceException|"));
}

TEST_F(Invoking, AThrottledFunctionIsTriedAgainAFewTimes) {
  service.then(429, "{}", {{"x-amzn-errortype", "TooManyRequestsException"}});
  EXPECT_EQ(invoke(), "{}");
  for (int i = 0; i < 3; ++i) {
    service.then(429, "{}", {{"x-amzn-errortype", "TooManyRequestsException"}});
  }
  EXPECT_EQ(invoke().error().error, "Lambda.TooManyRequestsException");
  EXPECT_THAT(service.asked(), SizeIs(5));
}

TEST_F(Invoking, AFunctionThatMayHaveRunIsNotRunAgain) {
  service.then(500, "{}", {{"x-amzn-errortype", "ServiceException"}});
  EXPECT_EQ(invoke().error().error, "Lambda.ServiceException");
  EXPECT_THAT(service.asked(), SizeIs(1));
}

TEST_F(Invoking, LambdaThatIsNotReachedIsAFaultOfTheCaller) {
  service.http.stop();
  EXPECT_EQ(invoke().error().error, "Lambda.SdkClientException");
}

TEST_F(Invoking, APayloadHasALimit) {
  EXPECT_EQ(invoke(std::string(ports::kMaxCallBytes + 1, ' ')).error().error,
            "Lambda.RequestTooLargeException");
  EXPECT_THAT(service.asked(), SizeIs(0));
}

}  // namespace
}  // namespace ordo::aws
