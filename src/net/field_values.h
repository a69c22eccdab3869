// Lists, parameters and weights as RFC 9110 writes them in the values of fields. Pure.
#pragma once

#include <string_view>

namespace ordo::net {

// Without the spaces and tabs at both ends.
[[nodiscard]] std::string_view strip(std::string_view text) noexcept;

// Takes the part before `mark` off the front of `rest`, stripped. A mark inside quotes is text.
[[nodiscard]] std::string_view take_part(std::string_view& rest, char mark) noexcept;

// Whether parameters ("level=1; q=0.000") say that what they belong to is not wanted.
[[nodiscard]] bool weighs_nothing(std::string_view parameters) noexcept;

// Whether `text` is a parameter: a name, "=", and a token or a text in quotes.
[[nodiscard]] bool is_parameter(std::string_view text) noexcept;

}  // namespace ordo::net
