// Follows the steps of a path through a value.
#pragma once

#include <cstddef>
#include <vector>

#include "states/json_path.h"
#include "states/json_path_steps.h"

namespace ordo::states {

class PathSearch {
 public:
  // What one search may look at: nodes, elements compared, and a pattern's work in such units.
  static constexpr std::size_t kMaxLooks = 1'000'000;

  explicit PathSearch(const Json& root) : root_(root) {}

  // For a definite path; nothing is what there is not.
  static JsonView one(const PathSteps& steps, const Json& from);

  // For any other: all nodes that match, in the order of the text, as an array. Nothing: the
  // search was given up, either because it ended() or because they are over kMaxStateBytes.
  JsonView all(const PathSteps& steps, const Json& from);
  [[nodiscard]] bool ended() const { return looks_ > kMaxLooks; }

 private:
  using Nodes = std::vector<JsonView>;

  bool look(std::size_t times = 1) {
    looks_ += times;
    return !ended();
  }
  Nodes matches(const PathSteps& steps, const Json& from);
  void follow(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found);
  void descend(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found);
  void apply(const PathSteps& steps, std::size_t at, const Json& node, Nodes& found);
  void apply(const PathNames& names, const PathSteps& steps, std::size_t at, const Json& node,
             Nodes& found);
  void apply(const PathFilter& filter, const PathSteps& steps, std::size_t at, const Json& node,
             Nodes& found);

  bool accepts(const PathFilter& filter, const Json& node);
  bool exists(const FilterPath& path, const Json& node);
  bool holds(const PathFilter& comparison, const Json& node);
  bool matches(const PathFilter& comparison, const Json& node);
  bool matches(const Pattern& pattern, const Json& value);
  bool is_in(const Json& value, const Json& list);
  JsonView value_of(const FilterOperand& operand, const Json& node);
  JsonView paid(JsonView view);

  const Json& root_;
  std::size_t looks_ = 0;
};

}  // namespace ordo::states
