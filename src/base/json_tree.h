// JSON as a tree, for what computes with it. Not on the path of a task.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace ordo::base {

// Strict as parse_json_object. An integer that no 64 bits hold becomes the nearest double.
Result<JsonValue> parse_json_tree(std::string_view text);

// Compact text, members in their order. A double is written with the fewest digits that read back
// to it, and never looks like an integer ("1.0", "2.5E-7").
void append_json_tree(std::string& out, const JsonValue& value);
[[nodiscard]] std::string json_tree_text(const JsonValue& value);

// How long that text is, or more than `at_most` as soon as it is known to be: costs no more.
[[nodiscard]] std::size_t json_tree_bytes(const JsonValue& value, std::size_t at_most);

// Arrays and objects around each other: 0 for a scalar, 1 for "[]".
[[nodiscard]] std::size_t json_tree_depth(const JsonValue& value);

// As values: 1 equals 1.0, members in any order.
[[nodiscard]] bool equal_json_trees(const JsonValue& a, const JsonValue& b);

}  // namespace ordo::base
