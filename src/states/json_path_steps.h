// What a path is made of, once it has been read. Nobody outside the paths of this room needs it.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "states/json_path_pattern.h"
#include "states/scope.h"

namespace ordo::states {

inline constexpr std::size_t kMaxPathSteps = 64;
inline constexpr std::size_t kMaxFilterNesting = 16;

struct PathFilter;

// A level of a path. A list of several names or indices, a slice, a wildcard or a filter may match
// any number of nodes.
struct PathNames {
  std::vector<std::string> names;
};
struct PathIndices {
  std::vector<std::int64_t> indices;  // a negative one counts from the end
};
struct PathSlice {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
};
struct PathWildcard {};
struct PathLength {};  // ".length()"

struct PathStep {
  std::variant<PathNames, PathIndices, PathSlice, PathWildcard, PathLength,
               std::unique_ptr<PathFilter>>
      what;
  bool descend = false;  // "..": also from each node below
};
using PathSteps = std::vector<PathStep>;

// PathNames at most one node, or is made of one: several names at the end are the object of those.
[[nodiscard]] bool is_definite(const PathSteps& steps);
// Single names and indices from the beginning only.
[[nodiscard]] bool is_reference(const PathSteps& steps);
// "['a'][0]"
[[nodiscard]] std::string normalized(std::span<const PathStep> steps);

// "@.a" or "$.a" in a filter.
struct FilterPath {
  bool from_root = false;
  PathSteps steps;
  bool definite = true;
};
using FilterOperand = std::variant<Json, FilterPath, Pattern>;

struct PathFilter {
  enum class Kind : std::uint8_t { any, all, negation, exists, constant, comparison };
  enum class Comparison : std::uint8_t {
    equal,
    not_equal,
    same,  // "===": equal, and of one type
    not_same,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    matches,
    in,
    not_in,
  };

  Kind kind = Kind::constant;
  std::vector<PathFilter> parts = {};  // of any, all and negation
  Comparison comparison = Comparison::equal;
  FilterOperand left = {};
  FilterOperand right = {};
};

}  // namespace ordo::states
