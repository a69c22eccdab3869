#include "base/text.h"

#include <algorithm>

namespace ordo::base {
namespace {

struct Decoded {
  char32_t character = 0;
  std::size_t length = 0;  // 0: not valid UTF-8
};

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
}

// The character at `at`, by Table 3-7 of the Unicode standard: no overlong form, no surrogate,
// nothing over U+10FFFF.
Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xc2 && lead <= 0xdf && continues(text, at + 1)) {
    return {((lead & 0x1fU) << 6U) | (byte(1) & 0x3fU), 2};
  }
  if (lead >= 0xe0 && lead <= 0xef && continues(text, at + 1) && continues(text, at + 2)) {
    const char32_t c = ((lead & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
    if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff)) return {};
    return {c, 3};
  }
  if (lead >= 0xf0 && lead <= 0xf4 && continues(text, at + 1) && continues(text, at + 2) &&
      continues(text, at + 3)) {
    const char32_t c = ((lead & 0x07U) << 18U) | ((byte(1) & 0x3fU) << 12U) |
                       ((byte(2) & 0x3fU) << 6U) | (byte(3) & 0x3fU);
    if (c < 0x10000 || c > 0x10ffff) return {};
    return {c, 4};
  }
  return {};
}

// The White_Space property of Unicode 15.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const Decoded decoded = decode(text, at);
    if (decoded.length == 0) return at;
    at += decoded.length;
  }
  return std::nullopt;
}

bool is_valid_utf8(std::string_view text) noexcept {
  return !find_invalid_utf8(text);
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty()) {
    const Decoded first = decode(text, 0);
    if (first.length == 0 || !is_space(first.character)) break;
    text.remove_prefix(first.length);
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && continues(text, at)) --at;
    const Decoded last = decode(text, at);
    if (last.length == 0 || !is_space(last.character)) break;
    text.remove_suffix(text.size() - at);
  }
  return text;
}

std::string_view clip(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && continues(text, max_bytes)) --max_bytes;
  return text.substr(0, max_bytes);
}

std::optional<char32_t> find_control_character(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x7f) {  // the common case, without decoding
      ++at;
      continue;
    }
    const Decoded decoded = decode(text, at);
    const char32_t c = decoded.character;
    if (decoded.length != 0 && c != '\t' && c != '\n' && (c < 0x20 || (c >= 0x7f && c <= 0x9f))) {
      return c;
    }
    at += decoded.length == 0 ? 1 : decoded.length;
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(mark);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

}  // namespace ordo::base
