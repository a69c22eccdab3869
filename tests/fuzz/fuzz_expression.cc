// A line of expression, then an input: what it comes to is the same each time, within the limits of
// a state, and the same in a payload template.
#include <boost/json.hpp>
#include <string_view>

#include "base/json_tree.h"
#include "base/limits.h"
#include "base/text.h"
#include "fuzz/target.h"
#include "states/expression.h"
#include "states/payload_template.h"

namespace ordo::fuzz {
namespace {

using states::Expression;
using states::Json;
using states::Outcome;

bool is_known(std::string_view error) {
  return error == states::kRuntime || error == states::kIntrinsicFailure ||
         error == states::kDataLimitExceeded;
}

void check_in_template(std::string_view text, const states::Scope& scope,
                       const Outcome<Json>& alone) {
  boost::json::object source;
  source["x.$"] = boost::json::string(text);
  const auto payload = states::PayloadTemplate::parse(source);
  ORDO_ASSERT(payload.has_value() && !payload->is_constant());
  const Outcome<Json> filled = payload->evaluate(scope);
  if (filled) {
    ORDO_ASSERT(alone && base::equal_json_trees(filled->at("x"), *alone));
  } else if (!alone && alone.error().error == states::kIntrinsicFailure) {
    ORDO_ASSERT(filled.error() == alone.error());
  } else {
    ORDO_ASSERT(is_known(filled.error().error));
  }
}

void check(const Halves& in) {
  if (!base::is_valid_utf8(in.first)) return;
  const base::Result<Expression> expression = Expression::parse(in.first);
  if (!expression) {
    ORDO_ASSERT(expression.error().code == base::ErrorCode::invalid);
    ORDO_ASSERT(base::is_valid_utf8(expression.error().message));
    return;
  }
  ORDO_ASSERT(expression->text() == in.first);
  const base::Result<Json> input = base::parse_json_tree(in.second);
  if (!input) return;
  const states::Variables none;
  const states::Entropy entropy = [] { return std::uint64_t{7}; };
  const states::Scope scope{*input, *input, none, entropy};
  const Outcome<Json> value = expression->evaluate(scope, "x.$");
  const Outcome<Json> again = expression->evaluate(scope, "x.$");
  ORDO_ASSERT(value.has_value() == again.has_value());
  check_in_template(in.first, scope, value);
  if (!value) {
    ORDO_ASSERT(value.error() == again.error() && is_known(value.error().error));
    ORDO_ASSERT(base::is_valid_utf8(value.error().cause));
    return;
  }
  const std::string text = base::json_tree_text(*value);
  ORDO_ASSERT(text == base::json_tree_text(*again));
  ORDO_ASSERT(text.size() <= states::kMaxStateBytes);
  const base::Result<Json> read = base::parse_json_tree(text);
  ORDO_ASSERT(read && base::equal_json_trees(*read, *value));
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::halves_of(ordo::fuzz::text_of(data, size)));
  return 0;
}
