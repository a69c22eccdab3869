// What a Lambda function said, as the outcome of the tasks, or of the call, that it was given.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/attempt.h"
#include "domain/task.h"
#include "ports/function_host.h"

namespace ordo::functions {

// The first tasks with their results, then the failure of the next one; see ports::Ended.
struct LambdaOutcome {
  std::vector<std::optional<std::string>> results;
  std::optional<domain::Failure> failure;

  friend bool operator==(const LambdaOutcome&, const LambdaOutcome&) = default;
};

// Of what came to /response.
//
// `batchItemFailures` is read as AWS does: missing, null or empty, all tasks succeeded; otherwise
// everything from the first task that it names on is returned, as the order demands. An answer that
// is no JSON, a list of another shape, and an identifier that is empty or of no task of the
// invocation fail all of them ("MalformedResponse").
//
// The result of a single task is the answer, if that is an object and does not speak of a batch.
[[nodiscard]] LambdaOutcome read_response(std::string_view body,
                                          std::span<const domain::Task> tasks);

// Of what came to /error: {"errorMessage": …, "errorType": …, …}. No runtime names the type in a
// header there. What cannot be read is quoted, as type "Unhandled".
[[nodiscard]] domain::Failure read_error(std::string_view body);

// Of what came to /response of a call: any JSON value, null when there is nothing. What is no JSON
// is "Runtime.MalformedResponse".
[[nodiscard]] ports::CallOutcome read_call_response(std::string_view body);

// Of what came to /error of a call: errorType, and the whole object as it came, cut off at
// kMaxCallCauseBytes. What cannot be read is quoted, as "Unhandled".
[[nodiscard]] ports::CallFault read_call_error(std::string_view body);

}  // namespace ordo::functions
