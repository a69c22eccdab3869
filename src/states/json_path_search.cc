#include "states/json_path_search.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "base/json_tree.h"

namespace ordo::states {
namespace {

const Json* member(const Json& node, const std::string& name) {
  return node.is_object() ? node.get_object().if_contains(name) : nullptr;
}

const Json* element(const Json& node, std::int64_t index) {
  if (!node.is_array()) return nullptr;
  const auto size = static_cast<std::int64_t>(node.get_array().size());
  const std::int64_t from_begin = index < 0 ? index + size : index;
  if (from_begin < 0 || from_begin >= size) return nullptr;
  return &node.get_array()[static_cast<std::size_t>(from_begin)];
}

// The members of those names, as many as there are.
std::optional<Json> selection(const PathNames& names, const Json& node) {
  if (!node.is_object()) return std::nullopt;
  boost::json::object selected;
  for (const std::string& name : names.names) {
    if (const Json* value = member(node, name)) selected.insert_or_assign(name, *value);
  }
  return selected;
}

std::optional<Json> length(const Json& node) {
  if (node.is_array()) return Json(static_cast<std::int64_t>(node.get_array().size()));
  if (node.is_object()) return Json(static_cast<std::int64_t>(node.get_object().size()));
  return std::nullopt;
}

template <class Visit>
void each_child(const Json& node, const Visit& visit) {
  if (node.is_array()) {
    for (const Json& child : node.get_array()) visit(child);
  } else if (node.is_object()) {
    for (const auto& child : node.get_object()) visit(child.value());
  }
}

// As the service's library slices: an end from behind counts only where no beginning is given.
template <class Visit>
void each_of(const PathSlice& slice, const Json& node, const Visit& visit) {
  if (!node.is_array()) return;
  const auto size = static_cast<std::int64_t>(node.get_array().size());
  std::int64_t from = 0;
  std::int64_t to = size;
  if (slice.from && slice.to) {
    from = std::max(*slice.from, -size);
    to = std::min(*slice.to, size);
  } else if (slice.from) {
    from = std::max<std::int64_t>(*slice.from < 0 ? *slice.from + size : *slice.from, 0);
  } else if (slice.to) {
    to = std::min(*slice.to < 0 ? *slice.to + size : *slice.to, size);
  }
  for (std::int64_t i = from; i < to; ++i) {
    if (const Json* found = element(node, i)) visit(*found);
  }
}

}  // namespace

JsonView PathSearch::one(const PathSteps& steps, const Json& from) {
  const Json* node = &from;
  for (const PathStep& step : steps) {
    if (const auto* names = std::get_if<PathNames>(&step.what)) {
      if (names->names.size() > 1) {
        std::optional<Json> made = selection(*names, *node);
        return made ? JsonView(*std::move(made)) : JsonView();
      }
      node = member(*node, names->names.front());
    } else if (const auto* indices = std::get_if<PathIndices>(&step.what)) {
      node = element(*node, indices->indices.front());
    } else {
      std::optional<Json> made = length(*node);
      return made ? JsonView(*std::move(made)) : JsonView();
    }
    if (node == nullptr) return {};
  }
  return JsonView(node);
}

JsonView PathSearch::all(const PathSteps& steps, const Json& from) {
  Nodes nodes = matches(steps, from);
  if (ended()) return {};
  std::size_t bytes = nodes.size() + 1;
  for (const JsonView& node : nodes) {
    if (bytes > kMaxStateBytes) return {};
    bytes += base::json_tree_bytes(*node, kMaxStateBytes - bytes);
  }
  if (bytes > std::max<std::size_t>(kMaxStateBytes, 2)) return {};
  boost::json::array array;
  array.reserve(nodes.size());
  for (JsonView& node : nodes) array.push_back(std::move(node).take());
  return JsonView(Json(std::move(array)));
}

PathSearch::Nodes PathSearch::matches(const PathSteps& steps, const Json& from) {
  Nodes found;
  follow(steps, 0, from, found);
  return found;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a path and a tree may be
void PathSearch::follow(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found) {
  if (!look()) return;
  if (at == steps.size()) {
    found.emplace_back(&node);
  } else if (steps[at].descend) {
    descend(steps, at, node, found);
  } else {
    apply(steps, at, node, found);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
void PathSearch::descend(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found) {
  if (!look() || !node.is_structured()) return;
  const PathStep& step = steps[at];
  if (const auto* filter = std::get_if<std::unique_ptr<PathFilter>>(&step.what)) {
    if (accepts(**filter, node)) follow(steps, at + 1, node, found);
  } else {
    apply(steps, at, node, found);
  }
  each_child(node, [&](const Json& child) { descend(steps, at, child, found); });
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a path and a tree may be
void PathSearch::apply(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found) {
  const PathStep& step = steps[at];
  const auto go_on = [&](const Json& next) { follow(steps, at + 1, next, found); };
  if (const auto* names = std::get_if<PathNames>(&step.what)) {
    apply(*names, steps, at, node, found);
  } else if (const auto* indices = std::get_if<PathIndices>(&step.what)) {
    if (!look(indices->indices.size())) return;
    for (const std::int64_t index : indices->indices) {
      if (const Json* next = element(node, index)) go_on(*next);
    }
  } else if (const auto* slice = std::get_if<PathSlice>(&step.what)) {
    each_of(*slice, node, go_on);
  } else if (std::holds_alternative<PathWildcard>(step.what)) {
    each_child(node, go_on);
  } else if (const auto* filter = std::get_if<std::unique_ptr<PathFilter>>(&step.what)) {
    apply(**filter, steps, at, node, found);
  } else if (std::optional<Json> made = length(node)) {
    found.emplace_back(*std::move(made));
  }
}

// Several names in the middle of a path are several ways; at its end they make one object.
// NOLINTNEXTLINE(misc-no-recursion): as deep as a path and a tree may be
void PathSearch::apply(const PathNames& names, const PathSteps& steps, std::size_t at,
                       const Json& node, Nodes& found) {
  if (!look(names.names.size())) return;
  const bool makes = names.names.size() > 1 && at + 1 == steps.size();
  if (!makes) {
    for (const std::string& name : names.names) {
      if (const Json* next = member(node, name)) follow(steps, at + 1, *next, found);
    }
    return;
  }
  const bool complete = std::ranges::all_of(
      names.names, [&](const std::string& name) { return member(node, name) != nullptr; });
  if (steps[at].descend && !complete) return;
  for (const std::string& name : names.names) {
    const Json* value = member(node, name);
    // What is made is a copy: it costs as much as it is long.
    if (value != nullptr && !look(base::json_tree_bytes(*value, kMaxStateBytes) / 16)) return;
  }
  if (std::optional<Json> made = selection(names, node)) found.emplace_back(*std::move(made));
}

// An object is held against the filter itself, an array's elements each.
// NOLINTNEXTLINE(misc-no-recursion): as deep as a path and a tree may be
void PathSearch::apply(const PathFilter& filter, const PathSteps& steps, std::size_t at,
                       const Json& node, Nodes& found) {
  if (node.is_object()) {
    if (accepts(filter, node)) follow(steps, at + 1, node, found);
  } else if (node.is_array()) {
    for (const Json& candidate : node.get_array()) {
      if (!look()) return;
      if (accepts(filter, candidate)) follow(steps, at + 1, candidate, found);
    }
  }
}

}  // namespace ordo::states
