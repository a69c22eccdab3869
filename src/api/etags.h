// Conditional requests: If-Match and If-None-Match against a task's ETag.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "domain/task_changes.h"

namespace ordo::api {

// What an If-Match field demands. Nothing without a field and for "*". A tag that can be no task's
// current one (weak, or not of our shape) demands version 0, which no task has.
base::Result<std::optional<domain::SeenVersion>> parse_if_match(std::string_view field);

// Whether an If-None-Match field names `etag` (weakly compared) or is "*".
[[nodiscard]] bool none_match_names(std::string_view field, std::string_view etag);

}  // namespace ordo::api
