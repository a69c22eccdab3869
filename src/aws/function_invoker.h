// Calls functions of AWS Lambda.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/service_client.h"
#include "base/time.h"
#include "ports/function_host.h"

namespace ordo::aws {

// What Lambda allows a function, and a moment more.
inline constexpr base::Millis kMaxFunctionTime{15LL * 60 * 1000 + 10'000};

// Any thread.
class FunctionInvoker {
 public:
  // `endpoint` is that of lambda.
  FunctionInvoker(const CallContext& context, Endpoint endpoint)
      : client_(context, std::move(endpoint)) {}

  // Blocks until the function, a name or an ARN, has answered `payload`, JSON text, or `patience`
  // is over. The answer is compact JSON, null when there is nothing. Faults:
  //   what the function failed with      its errorType ("Unhandled" without), and all it said
  //   Runtime.MalformedResponse          what it answered is no JSON
  //   Lambda.RequestTooLargeException    the payload is over ports::kMaxCallBytes
  //   Lambda.TooManyRequestsException    throttled, again and again
  //   Lambda.…                           any other refusal of Lambda, in its words
  //   Lambda.SdkClientException          Lambda was not reached, or did not answer in time
  // A function that has begun, perhaps, is not called again.
  ports::CallOutcome invoke(std::string_view function, std::string payload,
                            base::Millis patience = kMaxFunctionTime);

 private:
  ServiceClient client_;
};

}  // namespace ordo::aws
