// The intrinsic functions for arrays.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json_tree.h"
#include "states/intrinsics.h"

namespace ordo::states {
namespace {

const boost::json::array& array_of(const JsonView& argument) {
  return argument->get_array();
}

// One text for all values that are equal.
// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
void append_canonical(std::string& out, const Json& value) {
  if (value.is_array()) {
    out += '[';
    for (const Json& element : value.get_array()) {
      append_canonical(out, element);
      out += ',';
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<const boost::json::key_value_pair*> members;
    members.reserve(value.get_object().size());
    for (const auto& member : value.get_object()) members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto* member) { return member->key(); });
    out += '{';
    for (const auto* member : members) {
      base::append_json_string(out, member->key());
      out += ':';
      append_canonical(out, member->value());
      out += ',';
    }
    out += '}';
  } else if (value.is_double() && std::trunc(value.get_double()) == value.get_double()) {
    fmt::format_to(std::back_inserter(out), "{:.0f}", value.get_double() + 0.0);
  } else {
    base::append_json_tree(out, value);
  }
}

std::string canonical(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace

Computed array(Arguments arguments, const Entropy& /*entropy*/) {
  std::size_t bytes = arguments.size() + 1;
  for (const JsonView& argument : arguments) {
    if (bytes > kMaxStateBytes) return too_large();
    bytes += base::json_tree_bytes(*argument, kMaxStateBytes - bytes);
  }
  if (bytes > kMaxStateBytes) return too_large();
  boost::json::array out;
  out.reserve(arguments.size());
  for (const JsonView& argument : arguments) out.push_back(*argument);
  return out;
}

Computed array_partition(Arguments arguments, const Entropy& /*entropy*/) {
  const boost::json::array& source = array_of(arguments[0]);
  const auto size = whole(*arguments[1], "the size of a chunk");
  if (!size) return cannot(size.error());
  if (*size <= 0) return cannot("the size of a chunk must be over 0");
  const auto step = static_cast<std::size_t>(*size);
  boost::json::array chunks;
  for (std::size_t at = 0; at < source.size(); at += step) {
    const std::size_t end = std::min(source.size(), at + step);
    boost::json::array chunk;
    chunk.reserve(end - at);
    for (std::size_t i = at; i < end; ++i) chunk.push_back(source[i]);
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

Computed array_contains(Arguments arguments, const Entropy& /*entropy*/) {
  return std::ranges::any_of(array_of(arguments[0]), [&](const Json& element) {
    return base::equal_json_trees(element, *arguments[1]);
  });
}

Computed array_range(Arguments arguments, const Entropy& /*entropy*/) {
  const auto first = whole(*arguments[0], "the first number");
  const auto last = whole(*arguments[1], "the last number");
  const auto step = whole(*arguments[2], "the step");
  for (const auto& number : {first, last, step}) {
    if (!number) return cannot(number.error());
  }
  if (*step == 0) return cannot("the step must not be 0");
  const std::int64_t steps = (*last - *first) / *step;
  const bool backwards = (*step > 0) != (*last >= *first) && *last != *first;
  if (backwards) return boost::json::array();
  if (steps >= static_cast<std::int64_t>(kMaxRangeItems)) {
    return cannot(fmt::format("a range has at most {} numbers", kMaxRangeItems));
  }
  boost::json::array out;
  for (std::int64_t i = 0; i <= steps; ++i) out.push_back(*first + i * *step);
  return out;
}

Computed array_get_item(Arguments arguments, const Entropy& /*entropy*/) {
  const boost::json::array& source = array_of(arguments[0]);
  const auto index = whole(*arguments[1], "the index");
  if (!index) return cannot(index.error());
  if (*index < 0 || std::cmp_greater_equal(*index, source.size())) {
    return cannot(fmt::format("the index {} is not within an array of {}", *index, source.size()));
  }
  return source[static_cast<std::size_t>(*index)];
}

Computed array_length(Arguments arguments, const Entropy& /*entropy*/) {
  return Json(static_cast<std::int64_t>(array_of(arguments[0]).size()));
}

// By a text that equal values share: comparing each with each would be quadratic.
Computed array_unique(Arguments arguments, const Entropy& /*entropy*/) {
  std::set<std::string> seen;
  boost::json::array out;
  for (const Json& element : array_of(arguments[0])) {
    if (seen.insert(canonical(element)).second) out.push_back(element);
  }
  return out;
}

}  // namespace ordo::states
