// Query strings, strictly: every parameter known, given once, and valid UTF-8 once decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ordo::api {

// "%2F" → "/"; nothing when a percent sign is not followed by two hex digits or the outcome is not
// valid UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Everything but unreserved characters escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x+y". Faults are reported together, each with the pointer "?name".
base::Result<QueryParameters> parse_query(std::string_view query);

}  // namespace ordo::api
