// One table a resource: the same rows decode a body, find every fault in it, and print its schema.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_pointer.h"
#include "base/result.h"
#include "base/text.h"
#include "domain/task_rules.h"

namespace ordo::api {

// `set` checks the member and moves what it says into the target, or says what is wrong with it.
template <class T>
struct Field {
  std::string_view name;
  std::optional<base::JsonKind> kind;  // nothing: any
  bool nullable;                       // null is taken, and `set` is called with it
  std::string_view schema;  // JSON Schema keywords beside "type", as in `"maxLength":200`
  std::optional<domain::Violation> (*set)(T& target, base::JsonMember& member);
};

// The names of a body's members.
class GivenFields {
 public:
  explicit GivenFields(std::span<const base::JsonMember> members) : members_(members) {}
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::find(members_, name, &base::JsonMember::key) != members_.end();
  }

 private:
  std::span<const base::JsonMember> members_;
};

template <class T>
struct FieldTable {
  std::string_view name;  // of the schema in the OpenAPI document
  std::span<const Field<T>> fields;
  // What no field can see alone. `given` is all that the body has, well-formed or not.
  std::vector<base::FieldError> (*check_whole)(const T& target, const GivenFields& given);
  std::string_view whole_schema;  // further keywords of the object
};

// A name as one step of a JSON Pointer.
[[nodiscard]] inline std::string pointer_to(std::string_view name) {
  std::string out;
  base::append_pointer_step(out, base::clip(name, 128));
  return out;
}

// A body has as many faults as it likes; a client is told of so many.
inline constexpr std::size_t kMaxFieldErrors = 50;

// All the faults of a body at once, in the order of its members.
template <class T>
base::Result<T> decode_members(const FieldTable<T>& table, std::span<base::JsonMember> members) {
  T target;
  std::vector<base::FieldError> errors;
  const auto complain = [&](std::string_view name, domain::Violation violation) {
    if (errors.size() >= kMaxFieldErrors) return;
    errors.push_back({pointer_to(name), std::move(violation.code), std::move(violation.message)});
  };
  for (base::JsonMember& member : members) {
    const auto field = std::ranges::find(table.fields, member.key, &Field<T>::name);
    if (field == table.fields.end()) {
      complain(member.key, {"unknown_field", "there is no such field here"});
      continue;
    }
    const bool is_null = member.kind == base::JsonKind::null;
    if (field->kind && member.kind != *field->kind && !(is_null && field->nullable)) {
      complain(member.key, {"wrong_type", fmt::format("a JSON {} is wanted here, not a JSON {}",
                                                      base::json_kind_name(*field->kind),
                                                      base::json_kind_name(member.kind))});
      continue;
    }
    if (auto violation = field->set(target, member)) complain(member.key, std::move(*violation));
  }
  for (base::FieldError& error : table.check_whole(target, GivenFields(members))) {
    const bool told =
        std::ranges::find(errors, error.pointer, &base::FieldError::pointer) != errors.end();
    if (!told && errors.size() < kMaxFieldErrors) errors.push_back(std::move(error));
  }
  if (errors.empty()) return target;
  return base::fail(base::Error{base::ErrorCode::invalid, "the request is not valid; see errors",
                                std::move(errors)});
}

template <class T>
base::Result<T> decode(const FieldTable<T>& table, std::string_view body) {
  base::Result<std::vector<base::JsonMember>> members = base::parse_json_object(body);
  if (!members) return base::fail(std::move(members.error()));
  return decode_members(table, *members);
}

// The table as a JSON Schema object.
template <class T>
std::string schema_of(const FieldTable<T>& table) {
  std::string out = R"({"type":"object","additionalProperties":false,"properties":{)";
  for (const Field<T>& field : table.fields) {
    if (out.back() != '{') out.push_back(',');
    out += fmt::format(R"("{}":{{)", field.name);
    if (field.kind) {
      const std::string_view kind = base::json_kind_name(*field.kind);
      out += field.nullable ? fmt::format(R"("type":["{}","null"])", kind)
                            : fmt::format(R"("type":"{}")", kind);
      if (!field.schema.empty()) out.push_back(',');
    }
    out += field.schema;
    out.push_back('}');
  }
  out.push_back('}');
  if (!table.whole_schema.empty()) out += "," + std::string(table.whole_schema);
  out.push_back('}');
  return out;
}

}  // namespace ordo::api
