// The parameters of a call of a service, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace ordo::app {

class CallParameters {
 public:
  // `invalid`: not an object.
  static base::Result<CallParameters> parse(std::string_view json);

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  // A string's characters; nothing: not there, or no string.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  // A string's characters, or the JSON text of anything else; nothing: not there.
  [[nodiscard]] std::optional<std::string> content(std::string_view name) const;
  // As JSON text; nothing: not there.
  [[nodiscard]] std::optional<std::string> json(std::string_view name) const;
  // A JSON text that is given as a string, or anything else as JSON; nothing: not there, or null.
  // `invalid`: a string that is no JSON.
  [[nodiscard]] base::Result<std::optional<std::string>> document(std::string_view name) const;
  // An object within; nothing: not there, or no object.
  [[nodiscard]] std::optional<CallParameters> object(std::string_view name) const;

  [[nodiscard]] const std::vector<base::JsonMember>& members() const { return members_; }

 private:
  explicit CallParameters(std::vector<base::JsonMember> members) : members_(std::move(members)) {}
  [[nodiscard]] const base::JsonMember* find(std::string_view name) const;

  std::vector<base::JsonMember> members_;
};

}  // namespace ordo::app
