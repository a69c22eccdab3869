// A payload template: JSON in which each member whose name ends in ".$" is computed
// (Parameters, ResultSelector, ItemSelector, Assign…).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "states/expression.h"
#include "states/fault.h"
#include "states/scope.h"

namespace ordo::states {

class PayloadTemplate {
 public:
  // All faults at once, in `error().fields`; their pointers count from the template ("/a/b.$").
  // Two members that would come to one name, "a" and "a.$", are one of them.
  static base::Result<PayloadTemplate> parse(const Json& source);

  // Whether nothing in it is computed.
  [[nodiscard]] bool is_constant() const;
  void each_path(const std::function<void(const JsonPath&)>& visit) const;

  // Faults as Expression::evaluate.
  [[nodiscard]] Outcome<Json> evaluate(const Scope& scope) const;

 private:
  struct Node;
  class Reader;
  class Filler;
  explicit PayloadTemplate(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace ordo::states
