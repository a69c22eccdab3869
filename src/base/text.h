// Rules for text.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ordo::base {

// The first byte that is not valid UTF-8 (overlong forms, surrogates and anything over U+10FFFF
// included), or nothing.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

// Unicode code points of valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

// Without leading and trailing white space as Unicode defines it (White_Space property).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// At most `max_bytes` of valid UTF-8, cut between characters: for quoting input in an error.
[[nodiscard]] std::string_view clip(std::string_view text, std::size_t max_bytes) noexcept;

// Of ASCII, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || is_letter(c);
}

// The parts between the marks, empty ones too: one more than there are marks.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char mark);

// ASCII letters in their small form; all else as it is.
[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

// The first control character (Unicode Cc: U+0000–001F, U+007F–009F) other than tab and newline.
[[nodiscard]] std::optional<char32_t> find_control_character(std::string_view text) noexcept;

// In decimal.
void append_integer(std::string& out, std::integral auto number) {
  std::array<char, std::numeric_limits<decltype(number)>::digits10 + 2> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace ordo::base
