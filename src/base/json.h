// Strict JSON (RFC 8259), kept as text.
//
// Payloads travel as validated text, not as trees, so that the number a client
// sent is the number a handler gets. parse_* refuses what has two readings:
// duplicate keys, invalid UTF-8, lone surrogates, trailing bytes, more than
// kMaxJsonDepth levels. "\u0000" in a string is JSON and passes; rules for fields
// are elsewhere.
//
// "Compact text": the same value with insignificant white space removed and
// strings escaped in one way; numbers digit for digit as they were sent, whatever
// their size (only a decimal exponent of about ±2147483647 and beyond is refused);
// members in their order.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ordo::base {

// The library's tree, for what is not on the hot path (configuration, OpenAPI,
// the command's tables). #include <boost/json.hpp> where it is used.
using JsonValue = boost::json::value;

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// "null", "boolean", …: the words that JSON Schema uses.
[[nodiscard]] std::string_view json_kind_name(JsonKind kind) noexcept;

struct JsonMember {
  std::string key;
  JsonKind kind = JsonKind::null;
  std::string text;  // a string's characters, unescaped; compact text of anything else
};

// One JSON object, its own members taken apart, everything deeper as compact text.
// An error's code is `invalid` and its message says what and at which byte.
Result<std::vector<JsonMember>> parse_json_object(std::string_view text);

// One JSON array, its elements as compact text each, with their kinds
// (JsonMember::key stays empty; a string element is unescaped like a member).
Result<std::vector<JsonMember>> parse_json_array(std::string_view text);

// Null: it is not there. Lives as long as `members`.
[[nodiscard]] const JsonMember* find_member(const std::vector<JsonMember>& members,
                                            std::string_view key) noexcept;

// The member's value as compact text.
[[nodiscard]] std::string json_of(const JsonMember& member);

// A member for people: a string's characters, the text of anything else, "" when it is null or not
// there. Lives as long as `members`.
[[nodiscard]] std::string_view text_of(const std::vector<JsonMember>& members,
                                       std::string_view key) noexcept;

// Any one JSON value as compact text.
Result<std::string> compact_json(std::string_view text);

// RFC 7396: `target` and `patch` are JSON objects, the outcome is compact text. Members that stay
// keep their place, new ones follow in the patch's order. Linear in both texts.
Result<std::string> merge_patch_json(std::string_view target, std::string_view patch);

// Appends `text` as a JSON string, quotes included. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

// As a JSON string, or null when there is none.
void append_json_or_null(std::string& out, std::optional<std::string_view> text);
void append_json_or_null(std::string& out, std::optional<WallTime> time);

}  // namespace ordo::base
