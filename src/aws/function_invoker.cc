#include "aws/function_invoker.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kUnhandled = "Unhandled";
// What is left of the patience must do for another try when Lambda was busy.
constexpr unsigned kInvokeTries = 3;

ports::CallFault fault_with(std::string_view error, std::string_view cause) {
  return {std::string(base::clip(error, ports::kMaxCallErrorBytes)),
          std::string(base::clip(cause, ports::kMaxCallCauseBytes))};
}

ports::CallFault function_fault(const std::string& body) {
  if (!base::is_valid_utf8(body)) return {std::string(kUnhandled), "its error is not readable"};
  const auto members = base::parse_json_object(body);
  const std::string_view type = members ? base::text_of(*members, "errorType") : std::string_view();
  return fault_with(type.empty() ? kUnhandled : type, body);
}

ports::CallFault service_fault(const ServiceError& error) {
  const std::string said = to_error(error).message;
  if (is_throttling(error)) return fault_with("Lambda.TooManyRequestsException", said);
  if (error.status == 0) return fault_with("Lambda.SdkClientException", said);
  if (error.code.starts_with("Http")) return fault_with("Lambda.ServiceException", said);
  return fault_with("Lambda." + error.code, said);
}

}  // namespace

ports::CallOutcome FunctionInvoker::invoke(std::string_view function, std::string payload,
                                           base::Millis patience) {
  if (payload.size() > ports::kMaxCallBytes) {
    return std::unexpected(fault_with("Lambda.RequestTooLargeException",
                                      fmt::format("{} bytes are over the limit of {} of a payload",
                                                  payload.size(), ports::kMaxCallBytes)));
  }
  net::Request request;
  request.method = "POST";
  request.path =
      fmt::format("/2015-03-31/functions/{}/invocations", base::percent_encode(function));
  request.headers.add("Content-Type", "application/json");
  request.headers.add("X-Amz-Invocation-Type", "RequestResponse");
  request.body = std::move(payload);
  const CallLimits limits{
      .one_try = patience, .whole = patience, .tries = kInvokeTries, .repeatable = false};
  auto answer = client_.call(request, limits);
  if (!answer) {
    answer.error().call += " Invoke";
    return std::unexpected(service_fault(answer.error()));
  }
  if (!answer->headers.get("X-Amz-Function-Error").empty()) {
    return std::unexpected(function_fault(answer->body));
  }
  if (answer->body.find_first_not_of(" \t\r\n") == std::string::npos) return "null";
  auto text = base::compact_json(answer->body);
  if (!text) return std::unexpected(fault_with("Runtime.MalformedResponse", text.error().message));
  return std::move(*text);
}

}  // namespace ordo::aws
