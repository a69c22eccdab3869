// Query strings, strictly: every parameter known, given once, and valid UTF-8 once decoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ordo::api {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x+y". Faults are reported together, each with the pointer "?name".
base::Result<QueryParameters> parse_query(std::string_view query);

// Where a fault of the parameter is: "?name", of which a long one is cut.
[[nodiscard]] std::string pointer_to_parameter(std::string_view name);

[[nodiscard]] base::Error bad_query(std::vector<base::FieldError> errors);

}  // namespace ordo::api
