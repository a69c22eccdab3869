// Percent-encoding (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ordo::base {

// "%2F" → "/"; nothing when a percent sign is not followed by two hex digits or the outcome is not
// valid UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Everything but unreserved characters escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace ordo::base
