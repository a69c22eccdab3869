// Conditional requests: If-Match and If-None-Match against a task's ETag.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/task_changes.h"
#include "net/http.h"

namespace ordo::api {

// The states of which If-Match demands one. Nothing without the field and for "*". Tags that can be
// no task's current one (weak, or not of our shape) are left out.
base::Result<std::optional<std::vector<domain::SeenVersion>>> parse_if_match(
    const net::Headers& headers);

// What a write may demand of the store for `any` of these: the one that `task` has now, or version
// 0, which no task has.
[[nodiscard]] domain::SeenVersion current_of(const std::vector<domain::SeenVersion>& any,
                                             const domain::Task& task);

// Whether an If-None-Match field names `etag` (weakly compared) or is "*".
[[nodiscard]] bool none_match_names(std::string_view field, std::string_view etag);

}  // namespace ordo::api
