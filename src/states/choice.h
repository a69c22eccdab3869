// The rules of a Choice state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "states/fault.h"
#include "states/json_path.h"
#include "states/scope.h"

namespace ordo::states {

enum class Comparison : std::uint8_t {
  equals,
  less,
  less_equals,
  greater,
  greater_equals,
  matches,
  is_null,
  is_present,
  is_numeric,
  is_string,
  is_boolean,
  is_timestamp,
};
enum class Operand : std::uint8_t { none, string, number, boolean, timestamp };

// "NumericLessThanEqualsPath" taken apart.
struct Operator {
  Comparison comparison = Comparison::equals;
  Operand operand = Operand::none;
  bool by_path = false;

  friend bool operator==(const Operator&, const Operator&) = default;
};
// Nothing: there is no such operator.
[[nodiscard]] std::optional<Operator> find_operator(std::string_view name);

struct ChoiceRule {
  struct Test {
    Operator op;
    std::string name;  // the operator's, as written
    JsonPath variable;
    std::variant<Json, JsonPath> expected;  // the operator says which
  };
  struct All {
    std::vector<ChoiceRule> rules;
  };
  struct Any {
    std::vector<ChoiceRule> rules;
  };
  struct Not {
    std::unique_ptr<ChoiceRule> rule;
  };
  std::variant<Test, All, Any, Not> of;
};

// kRuntime when a path finds nothing, unless the test is IsPresent.
[[nodiscard]] Outcome<bool> holds(const ChoiceRule& rule, const Scope& scope);

// Whether a string matches a pattern of StringMatches: "*" is any run of characters, "\\*" a star
// and "\\\\" a backslash.
[[nodiscard]] bool matches_pattern(std::string_view text, std::string_view pattern) noexcept;

}  // namespace ordo::states
