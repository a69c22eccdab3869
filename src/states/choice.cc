#include "states/choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <compare>
#include <utility>

#include "base/json_tree.h"
#include "states/timestamp.h"

namespace ordo::states {
namespace {

struct Word {
  std::string_view word;
  Comparison comparison;
};
constexpr std::array<Word, 5> kOrders{{{"Equals", Comparison::equals},
                                       {"LessThan", Comparison::less},
                                       {"LessThanEquals", Comparison::less_equals},
                                       {"GreaterThan", Comparison::greater},
                                       {"GreaterThanEquals", Comparison::greater_equals}}};
constexpr std::array<Word, 6> kKinds{{{"IsNull", Comparison::is_null},
                                      {"IsPresent", Comparison::is_present},
                                      {"IsNumeric", Comparison::is_numeric},
                                      {"IsString", Comparison::is_string},
                                      {"IsBoolean", Comparison::is_boolean},
                                      {"IsTimestamp", Comparison::is_timestamp}}};
constexpr std::array<std::pair<std::string_view, Operand>, 3> kOperands{
    {{"String", Operand::string}, {"Numeric", Operand::number}, {"Timestamp", Operand::timestamp}}};

// Integers are compared as such; only with a fraction on one side as doubles.
std::partial_ordering compare_numbers(const Json& a, const Json& b) {
  if (a.is_double() || b.is_double()) return a.to_number<double>() <=> b.to_number<double>();
  if (a.is_uint64() && b.is_uint64()) return a.get_uint64() <=> b.get_uint64();
  // What 64 bits with a sign do not hold is larger than all that they do.
  if (a.is_uint64() && a.get_uint64() > INT64_MAX) return std::partial_ordering::greater;
  if (b.is_uint64() && b.get_uint64() > INT64_MAX) return std::partial_ordering::less;
  return a.to_number<std::int64_t>() <=> b.to_number<std::int64_t>();
}

// Unordered: they are not both of the operand's kind.
std::partial_ordering compare(Operand operand, const Json& a, const Json& b) {
  const bool strings = a.is_string() && b.is_string();
  switch (operand) {
    case Operand::number:
      if (a.is_number() && b.is_number()) return compare_numbers(a, b);
      break;
    case Operand::string:
      if (strings) return std::string_view(a.get_string()) <=> std::string_view(b.get_string());
      break;
    case Operand::boolean:
      if (a.is_bool() && b.is_bool()) return int{a.get_bool()} <=> int{b.get_bool()};
      break;
    case Operand::timestamp:
      if (strings) {
        const auto first = parse_timestamp(a.get_string());
        const auto second = parse_timestamp(b.get_string());
        if (first && second) return *first <=> *second;
      }
      break;
    case Operand::none:
      break;
  }
  return std::partial_ordering::unordered;
}

bool agrees(Comparison comparison, std::partial_ordering order) {
  switch (comparison) {
    case Comparison::equals:
      return order == 0;
    case Comparison::less:
      return order < 0;
    case Comparison::less_equals:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_equals:
      return order >= 0;
    default:
      return false;
  }
}

bool is_of_kind(Comparison comparison, const Json& value) {
  switch (comparison) {
    case Comparison::is_null:
      return value.is_null();
    case Comparison::is_numeric:
      return value.is_number();
    case Comparison::is_string:
      return value.is_string();
    case Comparison::is_boolean:
      return value.is_bool();
    case Comparison::is_timestamp:
      return value.is_string() && parse_timestamp(value.get_string()).has_value();
    default:
      return true;
  }
}

std::unexpected<Fault> no_value(const JsonPath& path) {
  return fault(kRuntime, fmt::format("Invalid path '{}': The choice state's condition path "
                                     "references an invalid value.",
                                     path.text()));
}

Outcome<bool> test_holds(const ChoiceRule::Test& test, const Scope& scope) {
  Outcome<std::optional<Json>> found = test.variable.find(scope);
  if (!found) return std::unexpected(std::move(found.error()));
  const Json* const literal = std::get_if<Json>(&test.expected);
  if (test.op.comparison == Comparison::is_present) {
    return found->has_value() == literal->get_bool();
  }
  if (!*found) return no_value(test.variable);
  const Json& actual = **found;
  if (test.op.operand == Operand::none) {
    return is_of_kind(test.op.comparison, actual) == literal->get_bool();
  }
  if (test.op.comparison == Comparison::matches) {
    return actual.is_string() && matches_pattern(actual.get_string(), literal->get_string());
  }
  if (literal != nullptr) {
    return agrees(test.op.comparison, compare(test.op.operand, actual, *literal));
  }
  const JsonPath& path = std::get<JsonPath>(test.expected);
  Outcome<std::optional<Json>> expected = path.find(scope);
  if (!expected) return std::unexpected(std::move(expected.error()));
  if (!*expected) return no_value(path);
  return agrees(test.op.comparison, compare(test.op.operand, actual, **expected));
}

// The first rule that is not `wanted`, or all of them.
Outcome<bool> all_are(bool wanted, const std::vector<ChoiceRule>& rules, const Scope& scope) {
  for (const ChoiceRule& rule : rules) {
    const Outcome<bool> one = holds(rule, scope);
    if (!one) return one;
    if (*one != wanted) return false;
  }
  return true;
}

}  // namespace

std::optional<Operator> find_operator(std::string_view name) {
  if (const auto* kind = std::ranges::find(kKinds, name, &Word::word); kind != kKinds.end()) {
    return Operator{kind->comparison, Operand::none, false};
  }
  if (name == "StringMatches") return Operator{Comparison::matches, Operand::string, false};
  const bool by_path = name.ends_with("Path");
  if (by_path) name.remove_suffix(4);
  if (name == "BooleanEquals") return Operator{Comparison::equals, Operand::boolean, by_path};
  for (const auto& [prefix, operand] : kOperands) {
    if (!name.starts_with(prefix)) continue;
    const auto* order = std::ranges::find(kOrders, name.substr(prefix.size()), &Word::word);
    if (order != kOrders.end()) return Operator{order->comparison, operand, by_path};
  }
  return std::nullopt;
}

Outcome<bool> holds(const ChoiceRule& rule, const Scope& scope) {
  if (const auto* test = std::get_if<ChoiceRule::Test>(&rule.of)) return test_holds(*test, scope);
  if (const auto* all = std::get_if<ChoiceRule::All>(&rule.of)) {
    return all_are(true, all->rules, scope);
  }
  const auto* any = std::get_if<ChoiceRule::Any>(&rule.of);
  Outcome<bool> held = any != nullptr ? all_are(false, any->rules, scope)
                                      : holds(*std::get<ChoiceRule::Not>(rule.of).rule, scope);
  if (held) *held = !*held;
  return held;
}

// Greedy with one way back: the last star takes one character more whenever what follows it fails.
bool matches_pattern(std::string_view text, std::string_view pattern) noexcept {
  std::size_t at = 0;
  std::size_t from = 0;
  std::size_t star = std::string_view::npos;
  std::size_t tried = 0;
  while (at < text.size()) {
    const bool escaped = from + 1 < pattern.size() && pattern[from] == '\\';
    if (from < pattern.size() && !escaped && pattern[from] == '*') {
      star = from++;
      tried = at;
    } else if (from < pattern.size() && pattern[from + (escaped ? 1 : 0)] == text[at]) {
      from += escaped ? 2 : 1;
      ++at;
    } else if (star != std::string_view::npos) {
      from = star + 1;
      at = ++tried;
    } else {
      return false;
    }
  }
  while (from < pattern.size() && pattern[from] == '*') ++from;
  return from == pattern.size();
}

}  // namespace ordo::states
