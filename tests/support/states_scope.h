// What an expression of a state machine looks at, made from JSON text.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/json_tree.h"
#include "states/scope.h"

namespace ordo::testing {

inline states::Json tree(std::string_view text) {
  base::Result<states::Json> value = base::parse_json_tree(text);
  if (!value) throw std::invalid_argument(value.error().message);
  return *std::move(value);
}

struct StatesScope {
  explicit StatesScope(std::string_view input_text = "{}") : input(tree(input_text)) {}

  [[nodiscard]] states::Scope get() const { return {input, context, variables, entropy}; }

  states::Json input;
  states::Json context = tree("{}");
  states::Variables variables = states::Variables();
  states::Entropy entropy = [] { return std::uint64_t{0x0123'4567'89ab'cdef}; };
};

}  // namespace ordo::testing
