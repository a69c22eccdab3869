#include "states/definition_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/json_pointer.h"
#include "base/text.h"

namespace ordo::states {
namespace {

// The name of any state that is accepted, whole.
constexpr std::size_t kMaxPointerStep = 4 * kMaxStateNameCharacters;

const boost::json::object& nothing() {
  static const boost::json::object empty;
  return empty;
}

std::string_view described(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

bool belongs_to_jsonata(std::string_view name) {
  constexpr std::string_view kFields[] = {"Arguments", "Output", "Items", "Condition"};
  return std::ranges::find(kFields, name) != std::end(kFields);
}

}  // namespace

std::string pointer_to(std::string_view parent, std::string_view member) {
  std::string out(parent);
  base::append_pointer_step(out, base::clip(member, kMaxPointerStep));
  return out;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return fmt::format("{}/{}", parent, index);
}

void DefinitionFaults::add(std::string pointer, std::string code, std::string message) {
  if (faults_.size() >= kMaxFaults) return;
  faults_.push_back({std::move(pointer), std::move(code), std::move(message)});
}

void DefinitionFaults::add(const std::string& pointer, const base::Error& error) {
  if (error.fields.empty()) return add(pointer, "invalid", error.message);
  for (const base::FieldError& field : error.fields) {
    add(pointer + field.pointer, field.code, field.message);
  }
}

DefinitionObject::DefinitionObject(const Json& value, std::string pointer, DefinitionFaults& faults)
    : members_(value.if_object()), pointer_(std::move(pointer)), faults_(faults) {
  if (members_ == nullptr) {
    faults_.add(pointer_, "wrong_type",
                fmt::format("an object is wanted, not {}", described(value)));
    members_ = &nothing();
  }
}

bool DefinitionObject::has(std::string_view name) const {
  return members_->contains(name);
}

std::vector<std::string_view> DefinitionObject::names() const {
  std::vector<std::string_view> names;
  for (const auto& member : *members_) names.emplace_back(member.key());
  return names;
}

void DefinitionObject::fault(std::string_view name, std::string code, std::string message) {
  faults_.add(at(name), std::move(code), std::move(message));
}

const Json* DefinitionObject::take(std::string_view name) {
  taken_.push_back(name);
  return members_->if_contains(name);
}

std::optional<std::string> DefinitionObject::text(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->if_string()) return std::string(*string);
  fault(name, "wrong_type", fmt::format("a string is wanted, not {}", described(*value)));
  return std::nullopt;
}

std::optional<std::string> DefinitionObject::state_name(std::string_view name) {
  std::optional<std::string> state = text(name);
  if (state && state->empty()) fault(name, "not_allowed", "a state's name is wanted here");
  return state;
}

std::optional<bool> DefinitionObject::boolean(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const bool* boolean = value->if_bool()) return *boolean;
  fault(name, "wrong_type", fmt::format("true or false is wanted, not {}", described(*value)));
  return std::nullopt;
}

std::optional<double> DefinitionObject::number(std::string_view name, const Range& range) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    fault(name, "wrong_type", fmt::format("a number is wanted, not {}", described(*value)));
    return std::nullopt;
  }
  const double number = value->to_number<double>();
  if (number < range.least || number > range.most ||
      (range.whole && number != std::floor(number))) {
    fault(name, "out_of_range",
          fmt::format("a{} number from {} to {} is wanted", range.whole ? " whole" : "",
                      range.least, range.most));
    return std::nullopt;
  }
  return number;
}

const boost::json::array* DefinitionObject::array(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return nullptr;
  const boost::json::array* array = value->if_array();
  if (array == nullptr) {
    fault(name, "wrong_type", fmt::format("an array is wanted, not {}", described(*value)));
  }
  return array;
}

std::optional<JsonPath> DefinitionObject::path(std::string_view name) {
  const std::optional<std::string> source = text(name);
  if (!source) return std::nullopt;
  base::Result<JsonPath> path = JsonPath::parse(*source);
  if (path) return std::move(*path);
  faults_.add(at(name), "invalid_path", path.error().message);
  return std::nullopt;
}

std::optional<JsonPath> DefinitionObject::reference_path(std::string_view name) {
  std::optional<JsonPath> path = this->path(name);
  if (!path || path->is_reference()) return path;
  fault(name, "invalid_path",
        "a reference path is wanted, which names a single node, as in \"$.items[0].id\"");
  return std::nullopt;
}

std::optional<PayloadTemplate> DefinitionObject::payload(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_null()) {
    fault(name, "wrong_type", "null is no template: leave it out");
    return std::nullopt;
  }
  base::Result<PayloadTemplate> payload = PayloadTemplate::parse(*value);
  if (payload) return std::move(*payload);
  faults_.add(at(name), payload.error());
  return std::nullopt;
}

Selection DefinitionObject::selection(std::string_view name) {
  if (!has(name)) return {};
  if (take(name)->is_null()) return {Selection::Kind::nothing, {}};
  std::optional<JsonPath> chosen = path(name);
  if (!chosen || (chosen->root() == JsonPath::Root::input && chosen->is_root())) return {};
  return {Selection::Kind::path, std::move(chosen)};
}

NumberOrPath DefinitionObject::number_or_path(std::string_view name, const Range& range) {
  const std::string by_path = std::string(name) + "Path";
  at_most_one({name, by_path});
  // What is taken is remembered by its name in the definition, not by our own copy of it.
  const auto member = members_->find(by_path);
  if (member != members_->end()) {
    if (auto path = reference_path(member->key())) return std::move(*path);
  }
  if (const auto number = this->number(name, range)) return *number;
  return {};
}

TextOrPath DefinitionObject::text_or_path(std::string_view name) {
  const std::string by_path = std::string(name) + "Path";
  at_most_one({name, by_path});
  const auto member = members_->find(by_path);
  if (member != members_->end()) {
    if (const auto source = text(member->key())) {
      base::Result<Expression> expression = Expression::parse(*source);
      if (expression) return std::move(*expression);
      faults_.add(at(by_path), "invalid_path", expression.error().message);
    }
  }
  if (auto text = this->text(name)) return std::move(*text);
  return {};
}

void DefinitionObject::require(std::string_view name) {
  if (!has(name)) fault(name, "missing", fmt::format("\"{}\" is missing", name));
}

void DefinitionObject::at_most_one(std::initializer_list<std::string_view> names) {
  std::string_view first;
  for (const std::string_view name : names) {
    if (!has(name)) continue;
    if (first.empty()) {
      first = name;
    } else {
      fault(name, "contradiction",
            fmt::format("\"{}\" and \"{}\" exclude each other", first, name));
      // One fault is enough for those that are not read because of it.
      taken_.emplace_back(members_->find(first)->key());
      taken_.emplace_back(members_->find(name)->key());
    }
  }
}

void DefinitionObject::finish() {
  for (const auto& member : *members_) {
    const std::string_view name = member.key();
    if (std::ranges::find(taken_, name) != taken_.end()) continue;
    fault(name, "unknown_field",
          belongs_to_jsonata(name) ? "this field belongs to JSONata, which is not supported yet"
                                   : "there is no such field here");
  }
}

}  // namespace ordo::states
