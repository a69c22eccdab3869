// JSON as a form (application/x-www-form-urlencoded), as AWS Step Functions makes one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace ordo::app {

// What becomes of {"a": ["x", "y"]}: "a[0]=x&a[1]=y", "a=x&a=y", "a=x,y", "a[]=x&a[]=y".
enum class FormArrays : std::uint8_t { indices, repeat, commas, brackets };
[[nodiscard]] std::optional<FormArrays> form_arrays_named(std::string_view name) noexcept;

// The value of a string, the text of a number or a boolean; nothing: it is another kind.
[[nodiscard]] std::optional<std::string> form_value(const base::JsonMember& member);

// Members within members are "outer[inner]"; null is an empty value. Names and values are
// percent-encoded, the brackets of names included. Nothing: commas can have no lists or objects
// between them.
[[nodiscard]] std::optional<std::string> form_of(const std::vector<base::JsonMember>& members,
                                                 FormArrays arrays);

}  // namespace ordo::app
