// Reads the members of one JSON object of a definition, and collects all that is wrong with them.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "states/expression.h"
#include "states/json_path.h"
#include "states/machine.h"
#include "states/payload_template.h"
#include "states/scope.h"

namespace ordo::states {

// A JSON Pointer to a member of what `parent` points to.
[[nodiscard]] std::string pointer_to(std::string_view parent, std::string_view member);
[[nodiscard]] std::string pointer_to(std::string_view parent, std::size_t index);

// A definition may have as many faults as it likes; so many are told.
class DefinitionFaults {
 public:
  void add(std::string pointer, std::string code, std::string message);
  // Those of a part that was read alone, whose pointers count from `pointer`.
  void add(const std::string& pointer, const base::Error& error);
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  [[nodiscard]] std::vector<base::FieldError> take() { return std::move(faults_); }

 private:
  static constexpr std::size_t kMaxFaults = 50;
  std::vector<base::FieldError> faults_;
};

// Borrows all that it is given. A member that nobody has asked for is a fault, told by finish().
class DefinitionObject {
 public:
  // A value that is no object is a fault, and reads as an empty one.
  DefinitionObject(const Json& value, std::string pointer, DefinitionFaults& faults);

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] std::string at(std::string_view name) const { return pointer_to(pointer_, name); }
  void fault(std::string_view name, std::string code, std::string message);

  // The member, or null when there is none.
  const Json* take(std::string_view name);
  // Of the kind that is wanted, or nothing: not there, or a fault.
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  struct Range {
    double least;
    double most;
    bool whole = true;
  };
  std::optional<double> number(std::string_view name, const Range& range);
  const boost::json::array* array(std::string_view name);
  // Of a state: not empty.
  std::optional<std::string> state_name(std::string_view name);
  std::optional<JsonPath> path(std::string_view name);
  // One that names a single node.
  std::optional<JsonPath> reference_path(std::string_view name);
  std::optional<PayloadTemplate> payload(std::string_view name);
  Selection selection(std::string_view name);
  // `name` or `name` + "Path", not both.
  NumberOrPath number_or_path(std::string_view name, const Range& range);
  TextOrPath text_or_path(std::string_view name);
  // So many of them that must be there are missing: one fault.
  void require(std::string_view name);
  // Not more than one of these.
  void at_most_one(std::initializer_list<std::string_view> names);
  void finish();

 private:
  const boost::json::object* members_;
  std::string pointer_;
  DefinitionFaults& faults_;
  std::vector<std::string_view> taken_;
};

}  // namespace ordo::states
