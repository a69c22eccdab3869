// What a filter accepts.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/json_tree.h"
#include "states/json_path_search.h"

namespace ordo::states {
namespace {

using FilterComparison = PathFilter::Comparison;

constexpr std::size_t kPatternWorkPerLook = 32;
constexpr std::size_t kBytesPerLook = 16;

// Wide enough for each integer of 64 bits.
std::optional<long double> wide_number(const Json& value) {
  if (value.is_int64()) return static_cast<long double>(value.get_int64());
  if (value.is_uint64()) return static_cast<long double>(value.get_uint64());
  if (value.is_double()) return static_cast<long double>(value.get_double());
  return std::nullopt;
}

std::optional<long double> wide_number_in(std::string_view text) {
  const base::Result<Json> value = base::parse_json_tree(text);
  return value ? wide_number(*value) : std::nullopt;
}

// A number and a text are equal when the one on the right reads as what is on the left.
bool equal(const Json& left, const Json& right) {
  const boost::json::string* left_text = left.if_string();
  const boost::json::string* right_text = right.if_string();
  if (left.is_number() && right_text != nullptr)
    return wide_number_in(*right_text) == wide_number(left);
  if (left_text != nullptr && right.is_number()) {
    return *left_text == base::json_tree_text(right);
  }
  return base::equal_json_trees(left, right);
}

// What it takes to compare them, in bytes.
std::size_t weight(const Json& left, const Json& right) {
  if (left.is_string()) {
    return right.is_string() ? std::min(left.get_string().size(), right.get_string().size())
                             : left.get_string().size();
  }
  if (right.is_string()) return right.get_string().size();
  if (!left.is_structured() || left.kind() != right.kind()) return 0;
  return base::json_tree_bytes(left, kMaxStateBytes);
}

bool same_type(const Json& left, const Json& right) {
  return left.kind() == right.kind() || (left.is_number() && right.is_number());
}

// Below, at or above 0; nothing when they have no order.
std::optional<int> order(const Json& left, const Json& right) {
  const std::optional<long double> a = wide_number(left);
  const std::optional<long double> b = wide_number(right);
  if (a && b) return *a < *b ? -1 : *a > *b ? 1 : 0;
  if (!left.is_string() || !right.is_string()) return std::nullopt;
  return std::string_view(left.get_string()).compare(std::string_view(right.get_string()));
}

bool in_order(FilterComparison comparison, const Json& left, const Json& right) {
  const std::optional<int> order_of_both = order(left, right);
  if (!order_of_both) return false;
  switch (comparison) {
    case FilterComparison::less:
      return *order_of_both < 0;
    case FilterComparison::less_or_equal:
      return *order_of_both <= 0;
    case FilterComparison::greater:
      return *order_of_both > 0;
    default:
      return *order_of_both >= 0;
  }
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
bool PathSearch::accepts(const PathFilter& filter, const Json& node) {
  if (!look()) return false;
  switch (filter.kind) {
    case PathFilter::Kind::any:
      for (const PathFilter& part : filter.parts) {
        if (accepts(part, node)) return true;
      }
      return false;
    case PathFilter::Kind::all:
      for (const PathFilter& part : filter.parts) {
        if (!accepts(part, node)) return false;
      }
      return true;
    case PathFilter::Kind::negation:
      return !accepts(filter.parts.front(), node);
    case PathFilter::Kind::exists:
      return exists(std::get<FilterPath>(filter.left), node);
    case PathFilter::Kind::constant:
      return std::get<Json>(filter.left).get_bool();
    case PathFilter::Kind::comparison:
      return holds(filter, node);
  }
  return false;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
bool PathSearch::exists(const FilterPath& path, const Json& node) {
  const Json& from = path.from_root ? root_ : node;
  if (path.definite) return paid(one(path.steps, from)).has_value();
  return !matches(path.steps, from).empty();
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
bool PathSearch::holds(const PathFilter& comparison, const Json& node) {
  if (comparison.comparison == FilterComparison::matches) return matches(comparison, node);
  const JsonView left = value_of(comparison.left, node);
  const JsonView right = value_of(comparison.right, node);
  const bool both = left.has_value() && right.has_value();
  if (both && !look(weight(*left, *right) / kBytesPerLook)) return false;
  switch (comparison.comparison) {
    case FilterComparison::equal:
      return both && equal(*left, *right);
    case FilterComparison::not_equal:
      return !both || !equal(*left, *right);
    case FilterComparison::same:
      return both && same_type(*left, *right) && equal(*left, *right);
    case FilterComparison::not_same:
      return !both || !same_type(*left, *right) || !equal(*left, *right);
    case FilterComparison::in:
      return both && is_in(*left, *right);
    case FilterComparison::not_in:
      return !both || !is_in(*left, *right);
    default:
      return both && in_order(comparison.comparison, *left, *right);
  }
}

bool PathSearch::is_in(const Json& value, const Json& list) {
  if (!list.is_array()) return false;
  for (const Json& item : list.get_array()) {
    if (!look(1 + weight(value, item) / kBytesPerLook)) return false;
    if (equal(value, item)) return true;
  }
  return false;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
bool PathSearch::matches(const PathFilter& comparison, const Json& node) {
  const auto* on_left = std::get_if<Pattern>(&comparison.left);
  const auto* on_right = std::get_if<Pattern>(&comparison.right);
  if ((on_left == nullptr) == (on_right == nullptr)) return false;
  const JsonView value = value_of(on_left != nullptr ? comparison.right : comparison.left, node);
  const Pattern& pattern = on_left != nullptr ? *on_left : *on_right;
  if (!value.has_value()) return matches(pattern, Json());
  if (!value->is_array()) return matches(pattern, *value);
  for (const Json& item : value->get_array()) {
    if (matches(pattern, item)) return true;
  }
  return false;
}

bool PathSearch::matches(const Pattern& pattern, const Json& value) {
  std::string made;
  std::string_view text;
  if (value.is_string()) {
    text = value.get_string();
  } else if (value.is_number() || value.is_bool()) {
    made = base::json_tree_text(value);
    text = made;
  }
  return look(1 + pattern.cost(text) / kPatternWorkPerLook) && pattern.matches(text);
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxFilterNesting
JsonView PathSearch::value_of(const FilterOperand& operand, const Json& node) {
  if (const auto* literal = std::get_if<Json>(&operand)) return JsonView(literal);
  const auto* path = std::get_if<FilterPath>(&operand);
  if (path == nullptr) return {};
  const Json& from = path->from_root ? root_ : node;
  return paid(path->definite ? one(path->steps, from) : all(path->steps, from));
}

// What is made is a copy, and costs what it is long.
JsonView PathSearch::paid(JsonView view) {
  const bool copied = view.has_value() && view.is_made();
  look(copied ? 1 + base::json_tree_bytes(*view, kMaxStateBytes) / kBytesPerLook : 1);
  return view;
}

}  // namespace ordo::states
