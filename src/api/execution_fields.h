// What a client may say of an execution.
#pragma once

#include <optional>
#include <string>

#include "api/field_table.h"
#include "app/executions.h"

namespace ordo::api {

struct ExecutionOrder {
  std::string name;
  std::string input = "{}";  // JSON
};
[[nodiscard]] const FieldTable<ExecutionOrder>& execution_fields();

// Why an execution is stopped, or how a callback failed.
struct Reason {
  std::string error;
  std::string cause;
};
[[nodiscard]] const FieldTable<Reason>& reason_fields();

// {"output": anything}; an empty body is {}.
base::Result<std::string> decode_output(std::string_view body);

}  // namespace ordo::api
