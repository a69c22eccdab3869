// Reads the text of a path.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "states/json_path.h"
#include "states/json_path_steps.h"

namespace ordo::states {

struct PathText {
  JsonPath::Root root = JsonPath::Root::input;
  std::string variable;
  PathSteps steps;
};
base::Result<PathText> parse_path(std::string_view text);

// How many bytes of `text`, which begins with "$", are a path: up to the white space, comma or
// closing parenthesis that ends an argument.
[[nodiscard]] std::size_t path_extent(std::string_view text);

}  // namespace ordo::states
