#include "app/call_parameters.h"

namespace ordo::app {

base::Result<CallParameters> CallParameters::parse(std::string_view json) {
  base::Result<std::vector<base::JsonMember>> members = base::parse_json_object(json);
  if (!members) return base::fail(std::move(members.error()));
  return CallParameters(std::move(*members));
}

const base::JsonMember* CallParameters::find(std::string_view name) const {
  return base::find_member(members_, name);
}

std::optional<std::string> CallParameters::text(std::string_view name) const {
  const base::JsonMember* member = find(name);
  if (member == nullptr || member->kind != base::JsonKind::string) return std::nullopt;
  return member->text;
}

std::optional<std::string> CallParameters::content(std::string_view name) const {
  const base::JsonMember* member = find(name);
  if (member == nullptr) return std::nullopt;
  return member->text;
}

std::optional<std::string> CallParameters::json(std::string_view name) const {
  const base::JsonMember* member = find(name);
  if (member == nullptr) return std::nullopt;
  return json_of(*member);
}

base::Result<std::optional<std::string>> CallParameters::document(std::string_view name) const {
  const base::JsonMember* member = find(name);
  if (member == nullptr || member->kind == base::JsonKind::null) return std::nullopt;
  if (member->kind != base::JsonKind::string) return member->text;
  return base::compact_json(member->text);
}

std::optional<CallParameters> CallParameters::object(std::string_view name) const {
  const base::JsonMember* member = find(name);
  if (member == nullptr || member->kind != base::JsonKind::object) return std::nullopt;
  auto members = base::parse_json_object(member->text);
  if (!members) return std::nullopt;
  return CallParameters(std::move(*members));
}

}  // namespace ordo::app
