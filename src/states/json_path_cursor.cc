#include "states/json_path_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace ordo::states {
namespace {

constexpr std::size_t kQuotedBytes = 200;  // of the text, in a complaint

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
    return;
  }
  if (c < 0x800) {
    put(0xc0U | (c >> 6U));
  } else {
    if (c < 0x10000) {
      put(0xe0U | (c >> 12U));
    } else {
      put(0xf0U | (c >> 18U));
      put(0x80U | ((c >> 12U) & 0x3fU));
    }
    put(0x80U | ((c >> 6U) & 0x3fU));
  }
  put(0x80U | (c & 0x3fU));
}

}  // namespace

bool PathCursor::take(char c) {
  if (peek() != c || done()) return false;
  ++at_;
  return true;
}

bool PathCursor::take(std::string_view word) {
  if (!rest().starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void PathCursor::skip_space() {
  while (!done() && (peek() == ' ' || (peek() >= '\t' && peek() <= '\r'))) ++at_;
}

void PathCursor::complain(std::string_view what) {
  if (complaint_.empty()) {
    complaint_ = fmt::format("{} at byte {} of '{}'", what, at_, base::clip(text_, kQuotedBytes));
  }
  at_ = text_.size();
}

base::Error PathCursor::error() const {
  return base::Error{base::ErrorCode::invalid, complaint_, {}};
}

std::optional<std::string> PathCursor::quoted() {
  const char quote = peek();
  if (quote != '\'' && quote != '"') {
    complain("expected a quoted text");
    return std::nullopt;
  }
  ++at_;
  std::string out;
  while (!done() && peek() != quote) {
    if (take('\\')) {
      // Before the other kind of quote it is a character like any.
      if (peek() == (quote == '"' ? '\'' : '"')) out += '\\';
      escaped(out);
    } else {
      out += peek();
      ++at_;
    }
  }
  if (!take(quote)) complain("a quoted text is not closed");
  if (failed()) return std::nullopt;
  return out;
}

void PathCursor::escaped(std::string& out) {
  if (done()) return;
  const char c = peek();
  ++at_;
  switch (c) {
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'n':
      out += '\n';
      return;
    case 'r':
      out += '\r';
      return;
    case 't':
      out += '\t';
      return;
    case 'u':
      escaped_code_point(out);
      return;
    default:
      out += c;
  }
}

void PathCursor::escaped_code_point(std::string& out) {
  std::optional<char32_t> c = four_hex_digits();
  if (!c) return;
  if (*c >= 0xdc00 && *c <= 0xdfff) return complain("a lone surrogate");
  if (*c >= 0xd800 && *c <= 0xdbff) {
    if (!take(std::string_view("\\u"))) return complain("a lone surrogate");
    const std::optional<char32_t> low = four_hex_digits();
    if (!low) return;
    if (*low < 0xdc00 || *low > 0xdfff) return complain("a lone surrogate");
    c = 0x10000 + ((*c - 0xd800) << 10U) + (*low - 0xdc00);
  }
  append_utf8(out, *c);
}

std::optional<char32_t> PathCursor::four_hex_digits() {
  constexpr std::size_t kDigits = 4;
  const std::string_view digits = rest().substr(0, kDigits);
  std::uint32_t value = 0;
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (fault != std::errc() || end != digits.data() + kDigits) {
    complain("an escape without its four hex digits");
    return std::nullopt;
  }
  at_ += kDigits;
  return value;
}

std::int64_t PathCursor::integer() {
  std::int64_t value = 0;
  const std::string_view text = rest();
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc::result_out_of_range) {
    complain("a number that is too large");
    return 0;
  }
  if (fault != std::errc()) {
    complain("expected a number");
    return 0;
  }
  at_ += static_cast<std::size_t>(end - text.data());
  return value;
}

}  // namespace ordo::states
