// A path or a call of an intrinsic function, as in `"total.$": "States.MathAdd($.a, 1)"`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "states/fault.h"
#include "states/json_path.h"
#include "states/scope.h"

namespace ordo::states {

class Expression {
 public:
  // `invalid`: what is wrong, and where. Knows each intrinsic function's name and how many
  // arguments it takes.
  static base::Result<Expression> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const;
  // Null: it is a call.
  [[nodiscard]] const JsonPath* path() const;
  // Each path in it, those within calls included.
  void each_path(const std::function<void(const JsonPath&)>& visit) const;

  // kIntrinsicFailure when a call cannot be done; kRuntime when a path finds nothing, saying so of
  // `field`, or when the value is deeper than kMaxJsonDepth; kDataLimitExceeded when it would hold
  // more than kMaxStateBytes.
  [[nodiscard]] Outcome<Json> evaluate(const Scope& scope, std::string_view field) const;
  // For a part of something larger: takes the bytes of the value from what is left, fails when they
  // are not, and does not look at the depth.
  [[nodiscard]] Outcome<Json> evaluate(const Scope& scope, std::string_view field,
                                       std::size_t& bytes_left) const;

 private:
  struct Parsed;
  explicit Expression(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace ordo::states
