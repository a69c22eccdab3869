// The rules of Choice states.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "states/definition_reader.h"
#include "states/timestamp.h"

namespace ordo::states {
namespace {

class RuleReader {
 public:
  explicit RuleReader(DefinitionFaults& faults) : faults_(faults) {}

  std::optional<ChoiceRule> read(DefinitionObject& object) {
    object.at_most_one({"And", "Or", "Not", "Variable"});
    if (object.has("And")) return read_list<ChoiceRule::All>(object, "And");
    if (object.has("Or")) return read_list<ChoiceRule::Any>(object, "Or");
    if (object.has("Not")) return read_not(object);
    return read_test(object);
  }

 private:
  // A rule within another: nothing but the rule.
  std::optional<ChoiceRule> read_inner(const Json& source, std::string pointer) {
    DefinitionObject object(source, std::move(pointer), faults_);
    object.take("Comment");
    std::optional<ChoiceRule> rule = read(object);
    object.finish();
    return rule;
  }

  template <class List>
  std::optional<ChoiceRule> read_list(DefinitionObject& object, std::string_view name) {
    const boost::json::array* sources = object.array(name);
    if (sources == nullptr) return std::nullopt;
    if (sources->empty()) object.fault(name, "too_short", "at least one rule is wanted");
    List list;
    for (std::size_t i = 0; i < sources->size(); ++i) {
      auto rule = read_inner((*sources)[i], pointer_to(object.at(name), i));
      if (rule) list.rules.push_back(std::move(*rule));
    }
    return ChoiceRule{std::move(list)};
  }

  std::optional<ChoiceRule> read_not(DefinitionObject& object) {
    auto rule = read_inner(*object.take("Not"), object.at("Not"));
    if (!rule) return std::nullopt;
    return ChoiceRule{ChoiceRule::Not{std::make_unique<ChoiceRule>(std::move(*rule))}};
  }

  std::optional<ChoiceRule> read_test(DefinitionObject& object) {
    object.require("Variable");
    std::optional<JsonPath> variable = object.reference_path("Variable");
    std::optional<ChoiceRule::Test> test;
    for (const std::string_view name : object.names()) {
      const std::optional<Operator> op = find_operator(name);
      if (!op) continue;
      if (test) {
        object.take(name);
        object.fault(name, "contradiction",
                     fmt::format("\"{}\" and \"{}\" exclude each other", test->name, name));
        continue;
      }
      if (auto read = read_operator(object, *op, name, variable))
        test = std::move(read);
      else
        return std::nullopt;
    }
    if (!test && variable) {
      faults_.add(object.pointer(), "missing", "a comparison is missing, as in \"StringEquals\"");
    }
    if (!test || !variable) return std::nullopt;
    return ChoiceRule{std::move(*test)};
  }

  std::optional<ChoiceRule::Test> read_operator(DefinitionObject& object, const Operator& op,
                                                std::string_view name,
                                                const std::optional<JsonPath>& variable) {
    if (!variable) {
      object.take(name);
      return std::nullopt;
    }
    if (op.by_path) {
      std::optional<JsonPath> path = object.reference_path(name);
      if (!path) return std::nullopt;
      return ChoiceRule::Test{op, std::string(name), *variable, std::move(*path)};
    }
    const Json& expected = *object.take(name);
    if (!is_wanted(op, expected)) {
      object.fault(name, "wrong_type", wanted(op));
      return std::nullopt;
    }
    return ChoiceRule::Test{op, std::string(name), *variable, expected};
  }

  static bool is_wanted(const Operator& op, const Json& expected) {
    switch (op.operand) {
      case Operand::string:
        return expected.is_string();
      case Operand::number:
        return expected.is_number();
      case Operand::timestamp:
        return expected.is_string() && parse_timestamp(expected.get_string()).has_value();
      case Operand::boolean:
      case Operand::none:
        break;
    }
    return expected.is_bool();
  }
  static std::string wanted(const Operator& op) {
    switch (op.operand) {
      case Operand::string:
        return "a string is wanted";
      case Operand::number:
        return "a number is wanted";
      case Operand::timestamp:
        return "a timestamp is wanted, as in \"2026-11-21T09:00:00Z\"";
      case Operand::boolean:
      case Operand::none:
        break;
    }
    return "true or false is wanted";
  }

  DefinitionFaults& faults_;
};

}  // namespace

std::optional<ChoiceRule> read_choice_rule(DefinitionObject& object, DefinitionFaults& faults) {
  return RuleReader(faults).read(object);
}

}  // namespace ordo::states
