// How executions lie in their tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/ids.h"
#include "ports/execution_writes.h"
#include "postgres/params.h"
#include "postgres/rows.h"

namespace ordo::postgres {

[[nodiscard]] inline std::int64_t raw(domain::ExecutionNumber number) {
  return raw(number.value());
}
[[nodiscard]] domain::ExecutionNumber execution_number_at(const Rows& rows, std::size_t row,
                                                          int column);

// For SELECT … FROM executions e. The large texts are last.
inline constexpr std::string_view kExecutionColumns =
    "e.n, e.id, e.pipeline, e.name, e.status, e.redrives, e.started_at, e.stopped_at, "
    "e.redriven_at, e.parent, e.error, e.cause, e.input, e.output";
inline constexpr int kExecutionColumnCount = 14;
// What of it counts as text where sizes are limited.
inline constexpr std::string_view kExecutionBytes =
    "octet_length(e.input) + coalesce(octet_length(e.output), 0) + "
    "coalesce(octet_length(e.error), 0) + coalesce(octet_length(e.cause), 0)";

[[nodiscard]] ports::ExecutionRecord read_execution(const Rows& rows, std::size_t row);

}  // namespace ordo::postgres
