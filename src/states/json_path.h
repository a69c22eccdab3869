// Paths into JSON as the Amazon States Language uses them: the JSONPath dialect of the service
// (members, indices from either end, lists, slices, wildcards, descent, filters), read once and
// evaluated often.
//
//   $.a.b  $['a b'][0]  $.list[-1]  $.list[1:3]  $..x  $.list[?(@.n > 1)]   the state's input
//   $$.Execution.Id                                                         the Context object
//   $name.member                                                            a variable
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "states/fault.h"
#include "states/scope.h"

namespace ordo::states {

class JsonPath {
 public:
  enum class Root : std::uint8_t { input, context, variable };

  // `invalid`: what is wrong, and where.
  static base::Result<JsonPath> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const;  // as it was written
  [[nodiscard]] std::string normalized() const;   // "$['a'][0]"
  [[nodiscard]] Root root() const;
  [[nodiscard]] const std::string& variable() const;  // its name, without "$"
  [[nodiscard]] bool is_root() const;                 // "$", "$$" or "$name" alone
  // Names at most one node, whatever the value: what the specification calls a Reference Path.
  [[nodiscard]] bool is_reference() const;

  // A definite path: the node, or nothing when there is none. Any other: the array of all the nodes
  // that match, maybe empty. The fault is that of a search without end (kRuntime).
  [[nodiscard]] Outcome<std::optional<Json>> find(const Scope& scope) const;

  // Puts `value` where this reference path points to, making the objects on the way that are not
  // there. False when it cannot be: a step into a scalar, or over an array's end.
  [[nodiscard]] bool put(Json& target, Json value) const;

 private:
  struct Parsed;
  explicit JsonPath(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  // Shared, because a machine is copied by reference and never changed.
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace ordo::states
