// Rules for executions of pipelines.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "domain/text_rules.h"

namespace ordo::domain {

inline constexpr std::size_t kMaxExecutionNameLength = 80;

// What somebody may call an execution. No name that a schedule gives is among these.
[[nodiscard]] std::optional<Violation> check_execution_name(std::string_view name);

}  // namespace ordo::domain
