#include "functions/call_faults.h"

#include <fmt/format.h>

#include <string.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace ordo::functions {
namespace {

// As the Go programs of AWS name it: "exit status 1", "signal: killed".
std::string exit_text(ProcessEnd how) {
  if (!how.by_signal) return fmt::format("exit status {}", how.status);
  const char* const name = ::sigdescr_np(how.status);
  std::string text = name == nullptr ? fmt::format("signal {}", how.status) : name;
  std::ranges::transform(text, text.begin(), base::ascii_lower);
  return "signal: " + text;
}

}  // namespace

ports::CallFault call_fault(std::string_view type, std::string_view message) {
  std::string cause = R"({"errorType":)";
  base::append_json_string(cause, type);
  cause += R"(,"errorMessage":)";
  base::append_json_string(cause, message);
  cause += '}';
  return {std::string(type), std::move(cause)};
}

ports::CallFault call_fault(const domain::Failure& failure) {
  return call_fault(failure.type, failure.message);
}

ports::CallFault call_timed_out(std::string_view request_id, base::Millis limit) {
  std::string message;
  if (!request_id.empty()) message = fmt::format("RequestId: {} Error: ", request_id);
  message +=
      fmt::format("Task timed out after {:.2f} seconds", static_cast<double>(limit.count()) / 1000);
  return call_fault("Sandbox.Timedout", message);
}

ports::CallFault call_exited(std::string_view request_id, ProcessEnd how) {
  const bool silently = !how.by_signal && how.status == 0;
  return call_fault("Runtime.ExitError",
                    fmt::format("RequestId: {} Error: Runtime exited with{}", request_id,
                                silently ? "out providing a reason" : " error: " + exit_text(how)));
}

ports::CallFault call_answer_too_large() {
  return call_fault("Function.ResponseSizeTooLarge",
                    fmt::format("Response payload size exceeded maximum allowed payload size ({} "
                                "bytes).",
                                ports::kMaxCallBytes));
}

ports::CallFault call_cancelled() {
  return {"Cancelled", "the call was cancelled"};
}

ports::CallFault call_stopped() {
  return {"Lambda.ServiceException", "the server stops"};
}

ports::CallFault too_many_calls(std::string_view function) {
  return {"Lambda.TooManyRequestsException",
          fmt::format("too many calls wait for the function \"{}\"", function)};
}

std::optional<ports::CallFault> fault_of(const ports::FunctionCall& call) {
  if (call.payload.size() <= ports::kMaxCallBytes) return std::nullopt;
  return ports::CallFault{"Lambda.RequestTooLargeException",
                          fmt::format("{} bytes are over the limit of {} of a payload",
                                      call.payload.size(), ports::kMaxCallBytes)};
}

}  // namespace ordo::functions
