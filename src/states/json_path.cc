#include "states/json_path.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <utility>
#include <variant>

#include "base/json_tree.h"
#include "base/limits.h"
#include "states/json_path_parser.h"
#include "states/json_path_search.h"
#include "states/json_path_steps.h"

namespace ordo::states {

struct JsonPath::Parsed {
  std::string text;
  PathText path;
  bool definite = false;
  bool reference = false;
};

base::Result<JsonPath> JsonPath::parse(std::string_view text) {
  base::Result<PathText> path = parse_path(text);
  if (!path) return base::fail(std::move(path.error()));
  auto parsed = std::make_shared<Parsed>();
  parsed->text = text;
  parsed->path = *std::move(path);
  parsed->definite = is_definite(parsed->path.steps);
  parsed->reference = states::is_reference(parsed->path.steps);
  return JsonPath(std::move(parsed));
}

const std::string& JsonPath::text() const {
  return parsed_->text;
}

std::string JsonPath::normalized() const {
  return "$" + variable() + states::normalized(parsed_->path.steps);
}

JsonPath::Root JsonPath::root() const {
  return parsed_->path.root;
}

const std::string& JsonPath::variable() const {
  return parsed_->path.variable;
}

bool JsonPath::is_root() const {
  return parsed_->path.steps.empty();
}

bool JsonPath::is_reference() const {
  return parsed_->reference;
}

const Json* JsonPath::from(const Scope& scope) const {
  switch (root()) {
    case Root::context:
      return &scope.context;
    case Root::variable:
      return scope.variables.find(variable());
    case Root::input:
      break;
  }
  return &scope.input;
}

Outcome<JsonView> JsonPath::look(const Scope& scope) const {
  const Json* const from = this->from(scope);
  const PathSteps& steps = parsed_->path.steps;
  if (from == nullptr) return JsonView();
  if (parsed_->definite) return PathSearch::one(steps, *from);
  PathSearch search(*from);
  JsonView found = search.all(steps, *from);
  if (found.has_value()) return found;
  if (search.ended()) {
    return fault(kRuntime, fmt::format("The JSONPath '{}' looks at more than {} values", text(),
                                       PathSearch::kMaxLooks));
  }
  return fault(kDataLimitExceeded,
               fmt::format("The JSONPath '{}' finds more than {} bytes", text(), kMaxStateBytes));
}

Outcome<std::optional<Json>> JsonPath::find(const Scope& scope) const {
  Outcome<JsonView> found = look(scope);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!found->has_value()) return std::nullopt;
  return std::move(*found).take();
}

namespace {

// The node of a reference path's step, if it is there.
template <class Node>
Node* child(Node& node, const PathStep& step) {
  if (const auto* names = std::get_if<PathNames>(&step.what)) {
    return node.is_object() ? node.get_object().if_contains(names->names.front()) : nullptr;
  }
  if (!node.is_array()) return nullptr;
  const auto at = static_cast<std::size_t>(std::get<PathIndices>(step.what).indices.front());
  return at < node.get_array().size() ? &node.get_array()[at] : nullptr;
}

}  // namespace

std::string JsonPath::why_nothing(const Scope& scope) const {
  const std::span<const PathStep> steps = parsed_->path.steps;
  const Json* node = is_reference() ? from(scope) : nullptr;
  std::size_t at = 0;
  while (node != nullptr && at < steps.size()) {
    const Json* const next = child(*node, steps[at]);
    if (next == nullptr) break;
    node = next;
    ++at;
  }
  // A member on the way is told of by itself.
  const bool on_the_way = node != nullptr && node->is_object() && at + 1 < steps.size();
  if (!on_the_way) return "No results for path: " + normalized();
  return fmt::format("Missing property in path ${}{}", variable(),
                     states::normalized(steps.first(at + 1)));
}

bool JsonPath::put(Json& target, Json value) const {
  const PathSteps& steps = parsed_->path.steps;
  if (!is_reference() || steps.size() + base::json_tree_depth(value) > base::kMaxJsonDepth) {
    return false;
  }
  Json* node = &target;
  std::size_t at = 0;
  while (at < steps.size()) {
    Json* next = child(*node, steps[at]);
    if (next == nullptr) break;
    node = next;
    ++at;
  }
  if (at < steps.size() && !node->is_object()) return false;
  for (std::size_t i = at; i < steps.size(); ++i) {
    if (!std::holds_alternative<PathNames>(steps[i].what)) return false;
  }
  for (; at < steps.size(); ++at) {
    if (!node->is_object()) node->emplace_object();
    node = &node->get_object()[std::get<PathNames>(steps[at].what).names.front()];
  }
  *node = std::move(value);
  return true;
}

}  // namespace ordo::states
