// Executions as other executions see them, in the service's own words.
#pragma once

#include <string>
#include <string_view>

#include "ports/execution_writes.h"

namespace ordo::app {

// How they are named to the outside: ARNs of a place that is here.
[[nodiscard]] std::string machine_arn(std::string_view pipeline);
[[nodiscard]] std::string execution_arn(const ports::ExecutionRecord& record);

// What startExecution answers.
[[nodiscard]] std::string execution_started_json(const ports::ExecutionRecord& record);
// What describeExecution answers once it has ended. Input and output are JSON text in a string, or
// themselves.
[[nodiscard]] std::string execution_ended_json(const ports::ExecutionRecord& record, bool as_json);

}  // namespace ordo::app
