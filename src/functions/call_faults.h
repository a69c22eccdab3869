// How calls fail that the function itself has no say in, in AWS Lambda's words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/attempt.h"
#include "functions/process_child.h"
#include "ports/function_host.h"

namespace ordo::functions {

// The cause is an error object: {"errorType":…,"errorMessage":…}.
[[nodiscard]] ports::CallFault call_fault(std::string_view type, std::string_view message);
[[nodiscard]] ports::CallFault call_fault(const domain::Failure& failure);

// Without a request id: of a function that knows of none.
[[nodiscard]] ports::CallFault call_timed_out(std::string_view request_id, base::Millis limit);
[[nodiscard]] ports::CallFault call_exited(std::string_view request_id, ProcessEnd how);
[[nodiscard]] ports::CallFault call_answer_too_large();
[[nodiscard]] ports::CallFault call_cancelled();
[[nodiscard]] ports::CallFault call_stopped();
[[nodiscard]] ports::CallFault too_many_calls(std::string_view function);

// Why the call cannot even wait, if so.
[[nodiscard]] std::optional<ports::CallFault> fault_of(const ports::FunctionCall& call);

}  // namespace ordo::functions
