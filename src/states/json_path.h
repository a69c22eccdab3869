// Paths into JSON as the Amazon States Language uses them: the JSONPath dialect of the service
// (members, indices from either end, lists, slices, wildcards, descent, filters), read once and
// evaluated often.
//
//   $.a.b  $['a b'][0]  $.list[-1]  $.list[1:3]  $..x  $.list[?(@.n > 1)]   the state's input
//   $$.Execution.Id                                                         the Context object
//   $name.member                                                            a variable
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "states/fault.h"
#include "states/scope.h"

namespace ordo::states {

// A value that is looked at where it is, or that was made for the purpose. Lives as long as the
// values of the scope it was found in.
class JsonView {
 public:
  JsonView() = default;  // nothing
  explicit JsonView(const Json* there) : there_(there) {}
  explicit JsonView(Json made) : made_(std::move(made)) {}

  [[nodiscard]] bool has_value() const { return there_ != nullptr || made_.has_value(); }
  [[nodiscard]] bool is_made() const { return made_.has_value(); }
  [[nodiscard]] const Json* operator->() const { return made_ ? &*made_ : there_; }
  [[nodiscard]] const Json& operator*() const { return *operator->(); }
  [[nodiscard]] Json take() && { return made_ ? *std::move(made_) : Json(*there_); }

 private:
  const Json* there_ = nullptr;
  std::optional<Json> made_;
};

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
  // PathNames at most one node, whatever the value: what the specification calls a Reference Path.
  [[nodiscard]] bool is_reference() const;

  // A definite path: the node, or nothing when there is none. Any other: the array of all the nodes
  // that match, maybe empty. The faults are those of a search without end (kRuntime) and of more
  // than kMaxStateBytes of nodes (kDataLimitExceeded).
  [[nodiscard]] Outcome<std::optional<Json>> find(const Scope& scope) const;
  // The same without a copy of what is there already.
  [[nodiscard]] Outcome<JsonView> look(const Scope& scope) const;

  // Why it finds nothing, as the service says it.
  [[nodiscard]] std::string why_nothing(const Scope& scope) const;

  // Puts `value` where this reference path points to, making the objects on the way that are not
  // there. False when it cannot be: a step into a scalar, or over an array's end, or deeper than
  // kMaxJsonDepth. `target` is then as it was.
  [[nodiscard]] bool put(Json& target, Json value) const;

 private:
  struct Parsed;
  [[nodiscard]] const Json* from(const Scope& scope) const;
  explicit JsonPath(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  // Shared, because a machine is copied by reference and never changed.
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace ordo::states
