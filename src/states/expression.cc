#include "states/expression.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>
#include <variant>

#include "base/json_tree.h"
#include "base/limits.h"
#include "base/text.h"
#include "states/expression_parser.h"

namespace ordo::states {
namespace {

// What the calls within one expression may make before it is done.
constexpr std::size_t kMaxComputedBytes = 16 * kMaxStateBytes;
constexpr std::size_t kMaxQuotedBytes = 16UL * 1024;  // of an input, in a cause

std::string quoted(const Json& input) {
  return std::string(base::clip(base::json_tree_text(input), kMaxQuotedBytes));
}

Fault field_too_large(std::string_view field) {
  return {kDataLimitExceeded,
          fmt::format("The value of the field '{}' has a size exceeding the maximum number of "
                      "bytes service limit ({}).",
                      field, kMaxStateBytes)};
}

Fault missing(const JsonPath& path, const Scope& scope, std::string_view field) {
  const Json* searched = &scope.input;
  if (path.root() == JsonPath::Root::context) searched = &scope.context;
  if (path.root() == JsonPath::Root::variable) searched = scope.variables.find(path.variable());
  if (searched == nullptr) {
    return {kRuntime, fmt::format("The JSONPath '{}' specified for the field '{}' could not be "
                                  "found: there is no variable '${}'",
                                  path.text(), field, path.variable())};
  }
  return {kRuntime, fmt::format("The JSONPath '{}' specified for the field '{}' could not be "
                                "found in the input '{}'",
                                path.text(), field, quoted(*searched))};
}

// The calls of one expression, while they are computed.
class Evaluation {
 public:
  Evaluation(const Scope& scope, std::string_view text, std::string_view field)
      : scope_(scope), text_(text), field_(field) {}

  // NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
  Outcome<JsonView> value_of(const Invocation& call) {
    std::vector<JsonView> arguments;
    arguments.reserve(call.arguments.size());
    for (const Term& term : call.arguments) {
      Outcome<JsonView> argument = value_of(term);
      if (!argument) return argument;
      const Kinds wanted = call.function->kinds_of(arguments.size());
      if ((kind_of(**argument) & wanted) == 0) {
        return failed(
            kIntrinsicFailure,
            fmt::format("argument {} of {} must be {}, not {}", arguments.size() + 1,
                        call.function->name, describe(wanted), describe(kind_of(**argument))));
      }
      arguments.push_back(std::move(*argument));
    }
    Computed computed = call.function->compute(arguments, scope_.entropy);
    if (computed) return counted(JsonView(std::move(*computed)));
    if (computed.error().empty()) return std::unexpected(field_too_large(field_));
    return failed(kIntrinsicFailure, computed.error());
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
  Outcome<JsonView> value_of(const Term& term) {
    if (const auto* literal = std::get_if<Json>(&term)) return JsonView(literal);
    if (const auto* path = std::get_if<JsonPath>(&term)) return value_of(*path);
    return value_of(*std::get<std::unique_ptr<Invocation>>(term));
  }
  Outcome<JsonView> value_of(const JsonPath& path) {
    Outcome<JsonView> found = path.look(scope_);
    if (!found) return found;
    if (found->has_value()) return counted(std::move(*found));
    // The service writes the path as it searches the Context object, and the state's own input.
    std::string_view text = path.text();
    if (path.root() == JsonPath::Root::context) text.remove_prefix(1);
    return failed(kRuntime, fmt::format("The JsonPath argument for the field '{}' could not be "
                                        "found in the input '{}'",
                                        text, quoted(scope_.input)));
  }
  Outcome<JsonView> counted(JsonView view) {
    if (!view.is_made()) return view;
    const std::size_t bytes = base::json_tree_bytes(*view, kMaxStateBytes);
    made_ += bytes;
    if (bytes > kMaxStateBytes || made_ > kMaxComputedBytes) {
      return std::unexpected(field_too_large(field_));
    }
    return view;
  }
  [[nodiscard]] std::unexpected<Fault> failed(const char* error, std::string_view why) const {
    return fault(error, fmt::format("The function '{}' had the following error: {}", text_, why));
  }

  const Scope& scope_;
  std::string_view text_;
  std::string_view field_;
  std::size_t made_ = 0;
};

// NOLINTNEXTLINE(misc-no-recursion): kMaxNestedCalls
void visit_paths(const Term& term, const std::function<void(const JsonPath&)>& visit) {
  if (const auto* path = std::get_if<JsonPath>(&term)) return visit(*path);
  if (const auto* call = std::get_if<std::unique_ptr<Invocation>>(&term)) {
    for (const Term& argument : (*call)->arguments) visit_paths(argument, visit);
  }
}

}  // namespace

struct Expression::Parsed {
  std::string text;
  Term term;
};

base::Result<Expression> Expression::parse(std::string_view text) {
  base::Result<Term> term = parse_expression(text);
  if (!term) return base::fail(std::move(term.error()));
  return Expression(std::make_shared<Parsed>(std::string(text), *std::move(term)));
}

const std::string& Expression::text() const {
  return parsed_->text;
}

const JsonPath* Expression::path() const {
  return std::get_if<JsonPath>(&parsed_->term);
}

void Expression::each_path(const std::function<void(const JsonPath&)>& visit) const {
  visit_paths(parsed_->term, visit);
}

Outcome<Json> Expression::evaluate(const Scope& scope, std::string_view field,
                                   std::size_t& bytes_left) const {
  const JsonPath* only_path = path();
  Outcome<JsonView> value =
      only_path != nullptr ? only_path->look(scope)
                           : Evaluation(scope, text(), field)
                                 .value_of(*std::get<std::unique_ptr<Invocation>>(parsed_->term));
  if (!value) return std::unexpected(std::move(value.error()));
  if (!value->has_value()) return std::unexpected(missing(*only_path, scope, field));
  const std::size_t bytes = base::json_tree_bytes(**value, bytes_left);
  if (bytes > bytes_left) return std::unexpected(field_too_large(field));
  bytes_left -= bytes;
  return std::move(*value).take();
}

Outcome<Json> Expression::evaluate(const Scope& scope, std::string_view field) const {
  std::size_t bytes_left = kMaxStateBytes;
  Outcome<Json> value = evaluate(scope, field, bytes_left);
  if (value && base::json_tree_depth(*value) > base::kMaxJsonDepth) {
    return fault(kRuntime, fmt::format("The value of the field '{}' is deeper than {} levels",
                                       field, base::kMaxJsonDepth));
  }
  return value;
}

}  // namespace ordo::states
