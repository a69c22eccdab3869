// Reads the text of an expression.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "states/intrinsics.h"
#include "states/json_path.h"

namespace ordo::states {

inline constexpr std::size_t kMaxNestedCalls = 10;

struct Invocation;
using Term = std::variant<Json, JsonPath, std::unique_ptr<Invocation>>;
struct Invocation {
  const Intrinsic* function = nullptr;
  std::vector<Term> arguments = {};
};

base::Result<Term> parse_expression(std::string_view text);

}  // namespace ordo::states
