// Cuts a JSON array or object at its own level only, without reading what is inside, so that each
// part can be judged alone: a broken part is that part's fault.
//
// A part is text between commas, brackets and strings kept together; it may be no JSON at all, and
// whoever takes it parses it. If all the parts are JSON, the parts are exactly those of the whole
// and the whole is JSON. A part with a quote too few may take its neighbours with it.
// Linear, without recursion, and with memory for `at_most` parts only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace ordo::base {

struct RawJsonMember {
  std::string_view key;  // quotes and escapes included
  std::string_view value;
};

// `invalid`: not an array, or malformed at its own level; `too_large`: more than `at_most`
// elements. The parts are views into `text`, never empty and without white space around them.
Result<std::vector<std::string_view>> split_json_array(std::string_view text, std::size_t at_most);

// The same for an object. Keys are not compared.
Result<std::vector<RawJsonMember>> split_json_object(std::string_view text, std::size_t at_most);

// What a part is if it is JSON.
[[nodiscard]] JsonKind raw_json_kind(std::string_view part) noexcept;

}  // namespace ordo::base
