// One invocation of a Lambda function, and how its handler ends it.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "base/time.h"

namespace ordo::aws {

struct RuntimeInvocation {
  std::string request_id;
  std::string event;        // JSON text, as it came
  base::WallTime deadline;  // the function is stopped then
  std::string function_arn;
  std::string trace_id;  // of X-Ray; empty: not traced
};

struct HandlerError {
  std::string type;  // "Queue.BadEvent"; whoever invoked the function may tell errors apart by it
  std::string message;

  friend bool operator==(const HandlerError&, const HandlerError&) = default;
};

// The answer is JSON text.
using HandlerOutcome = std::expected<std::string, HandlerError>;

// One invocation at a time. What it throws is an error of type kUnhandledException.
using InvocationHandler = std::function<HandlerOutcome(const RuntimeInvocation& invocation)>;

inline constexpr const char* kUnhandledException = "Runtime.UnhandledException";

}  // namespace ordo::aws
