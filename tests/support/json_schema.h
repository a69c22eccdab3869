// As much of JSON Schema as our own schemas use, read from the published document: what a client
// that believes the document would send or refuse. An unknown keyword is an error in itself.
#pragma once

#include <boost/json.hpp>
#include <regex>
#include <string>
#include <string_view>

#include "base/iso8601.h"
#include "base/text.h"

namespace ordo::testing {

inline bool is_of_type(const boost::json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  return type == "null" && value.is_null();
}

inline std::string schema_fault(const boost::json::value& schema, const boost::json::value& value);

// What one keyword has against the value.
inline bool keyword_holds(std::string_view keyword, const boost::json::value& says,
                          const boost::json::value& schema, const boost::json::value& value) {
  const std::string_view text =
      value.is_string() ? std::string_view(value.as_string()) : std::string_view();
  if (keyword == "type") {
    if (says.is_string()) return is_of_type(value, says.as_string());
    for (const auto& one : says.as_array()) {
      if (is_of_type(value, one.as_string())) return true;
    }
    return false;
  }
  if (keyword == "enum") {
    for (const auto& one : says.as_array()) {
      if (one == value) return true;
    }
    return false;
  }
  if (keyword == "minLength" || keyword == "maxLength") {
    if (!value.is_string()) return true;
    const std::size_t length = base::count_characters(text);
    const auto bound = says.to_number<std::size_t>();
    return keyword == "minLength" ? length >= bound : length <= bound;
  }
  if (keyword == "pattern") {
    return !value.is_string() ||
           std::regex_search(text.begin(), text.end(), std::regex(std::string(says.as_string())));
  }
  if (keyword == "format") {
    return !value.is_string() || says != "date-time" || base::parse_time(text).has_value();
  }
  if (keyword == "required") {
    for (const auto& name : says.as_array()) {
      if (!value.as_object().contains(name.as_string())) return false;
    }
    return true;
  }
  if (keyword == "anyOf") {
    for (const auto& one : says.as_array()) {
      if (schema_fault(one, value).empty()) return true;
    }
    return false;
  }
  if (keyword == "additionalProperties") {
    for (const auto& member : value.as_object()) {
      if (!schema.at("properties").as_object().contains(member.key())) return false;
    }
    return true;
  }
  if (keyword == "properties") {
    for (const auto& member : value.as_object()) {
      const auto* const one = says.as_object().if_contains(member.key());
      if (one != nullptr && !schema_fault(*one, member.value()).empty()) return false;
    }
    return true;
  }
  return keyword == "description" || keyword == "example" || keyword == "default";
}

// The first keyword of `schema` that `value` breaks, or "".
inline std::string schema_fault(const boost::json::value& schema, const boost::json::value& value) {
  // A value of another type breaks "type", and the other keywords say nothing of it.
  if (const auto* type = schema.as_object().if_contains("type");
      type != nullptr && !keyword_holds("type", *type, schema, value)) {
    return "type";
  }
  for (const auto& [keyword, says] : schema.as_object()) {
    if (!keyword_holds(keyword, says, schema, value)) return keyword;
  }
  return "";
}

}  // namespace ordo::testing
