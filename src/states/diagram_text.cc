#include "states/diagram_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include "states/json_path_utf8.h"

namespace ordo::states {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

double ascii_width(char c) noexcept {
  if (std::string_view("ijl.,:;'|!`").contains(c)) return 0.32;
  if (std::string_view("ftrI()[]{}/\\ -\"*").contains(c)) return 0.42;
  if (std::string_view("mwMW@%").contains(c)) return 0.96;
  return c >= 'A' && c <= 'Z' ? 0.72 : 0.61;
}

// In ems.
double width_of(char32_t c) noexcept {
  struct Range {
    char32_t first, last;
    double width;
  };
  // The first that fits; scripts that are written wider than Latin is.
  constexpr std::array<Range, 9> kRanges{{
      {0x0300, 0x036F, 0},       // combining marks
      {0x200B, 0x200F, 0},       // without width
      {0xFE00, 0xFE0F, 0},       // variation selectors
      {0x0900, 0x0DFF, 1.0},     // the scripts of India
      {0x1100, 0x11FF, 1.05},    // Hangul, in parts
      {0x2E80, 0xD7FF, 1.05},    // Chinese, Japanese, Korean
      {0xF900, 0xFAFF, 1.05},    // more of them
      {0xFB50, 0xFDFF, 2.0},     // Arabic ligatures
      {0xFE30, 0x10FFFF, 1.35},  // full width, emoji
  }};
  if (c < 0x80) return ascii_width(static_cast<char>(c));
  const auto* const range = std::ranges::find_if(
      kRanges, [&](const Range& one) { return c >= one.first && c <= one.last; });
  return range == kRanges.end() ? 0.75 : range->width;
}

// XML holds no others, and a terminal on which the text is shown obeys some of them.
bool is_harmless(char32_t c) noexcept {
  if (c == '\t' || c == '\n') return true;
  return c >= 0x20 && (c < 0x7F || c > 0x9F) && c != 0xFFFE && c != 0xFFFF;
}

std::string_view entity_of(char32_t c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

double text_width(std::string_view text, double size) noexcept {
  double width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_character(text, at));
  return width * size;
}

std::string fit_text(std::string_view text, double size, double width) {
  const double ellipsis = 0.9 * size;
  double used = 0;
  std::size_t fits = 0;  // bytes, with an ellipsis after them
  for (std::size_t at = 0; at < text.size();) {
    used += width_of(next_character(text, at)) * size;
    if (used > width) return std::string(text.substr(0, fits)) + "…";
    if (used + ellipsis <= width) fits = at;
  }
  return std::string(text);
}

void append_xml_text(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t first = at;
    const char32_t c = next_character(text, at);
    const std::string_view entity = entity_of(c);
    out += !entity.empty()  ? entity
           : is_harmless(c) ? text.substr(first, at - first)
                            : kReplacement;
  }
}

void append_dot_text(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t first = at;
    const char32_t c = next_character(text, at);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c == '\t' || c == '\n') {
      out.push_back(' ');
    } else {
      out += is_harmless(c) ? text.substr(first, at - first) : kReplacement;
    }
  }
}

}  // namespace ordo::states
