// A second reading of RFC 8259, written apart from base/json.h and without care for speed: what
// base::compact_json should say of any text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ordo::testing {

// Quotes and escapes, as compact text has them.
inline std::string reference_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t named = std::string_view("\"\\\b\f\n\r\t").find(c);
    if (named != std::string_view::npos && c != '\0') {
      out += '\\';
      out += std::string_view("\"\\bfnrt")[named];
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte / 16];
      out += kHex[byte % 16];
    } else {
      out += c;
    }
  }
  return out + '"';
}

// UTF-8 of one code point.
inline std::string utf8_of(char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

class ReferenceJson {
 public:
  explicit ReferenceJson(std::string_view text, std::size_t max_depth = 64)
      : text_(text), max_depth_(max_depth) {
    value(0);
    space();
    if (at_ != text_.size()) ok_ = false;
  }

  // The compact text; nothing when the text must be refused.
  [[nodiscard]] std::optional<std::string> compact() const {
    return ok_ ? std::optional(out_) : std::nullopt;
  }
  // A decimal exponent came near the bound beyond which base/json.h promises nothing.
  [[nodiscard]] bool has_absurd_exponent() const { return absurd_; }

 private:
  static constexpr std::int64_t kAbsurdExponent = 2'000'000'000;

  [[nodiscard]] int peek() const {
    return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
  }
  [[nodiscard]] bool digit() const { return peek() >= '0' && peek() <= '9'; }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) {
      ok_ = false;
      return;
    }
    at_ += word.size();
    out_ += word;
  }

  void value(std::size_t depth) {
    space();
    switch (peek()) {
      case '{':
        return container(depth + 1, '}');
      case '[':
        return container(depth + 1, ']');
      case '"':
        out_ += reference_quoted(string());
        return;
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        number();
    }
  }

  void container(std::size_t depth, char close) {
    if (depth > max_depth_) ok_ = false;
    std::set<std::string> keys;
    out_ += text_[at_++];
    space();
    if (take(close)) {
      out_ += close;
      return;
    }
    while (ok_) {
      if (close == '}') {
        space();
        const std::string key = string();
        if (!keys.insert(key).second) ok_ = false;
        out_ += reference_quoted(key) + ":";
        space();
        if (!take(':')) ok_ = false;
      }
      if (ok_) value(depth);
      space();
      if (take(close)) break;
      if (!take(',')) ok_ = false;
      out_ += ',';
    }
    out_ += close;
  }

  void digits() {
    if (!digit()) ok_ = false;
    while (digit()) ++at_;
  }
  void number() {
    const std::size_t begin = at_;
    take('-');
    if (!take('0')) digits();
    if (take('.')) digits();
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (!take('+')) take('-');
      std::int64_t exponent = 0;
      for (std::size_t i = at_; i < text_.size() && text_[i] >= '0' && text_[i] <= '9'; ++i) {
        if (exponent < kAbsurdExponent) exponent = exponent * 10 + (text_[i] - '0');
      }
      if (exponent >= kAbsurdExponent) absurd_ = true;
      digits();
    }
    out_ += text_.substr(begin, at_ - begin);
  }

  // The four digits after "\u".
  char32_t hex4() {
    char32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const int c = peek();
      const std::size_t digit =
          c < 0 ? std::string_view::npos
                : std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(c));
      if (digit == std::string_view::npos) {
        ok_ = false;
        return 0;
      }
      unit = unit * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
      ++at_;
    }
    return unit;
  }
  std::string escape() {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (take('u')) {
      const char32_t unit = hex4();
      if (unit < 0xd800 || unit > 0xdfff) return utf8_of(unit);
      const bool high = unit < 0xdc00 && take('\\') && take('u');
      const char32_t low = high ? hex4() : 0;
      if (low < 0xdc00 || low > 0xdfff) ok_ = false;
      return ok_ ? utf8_of(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)) : "";
    }
    const std::size_t named =
        peek() < 0 ? std::string_view::npos : kNames.find(static_cast<char>(peek()));
    if (named == std::string_view::npos) {
      ok_ = false;
      return "";
    }
    ++at_;
    return {kMeanings[named]};
  }
  // One character of more than a byte: it must be what its code point is written as.
  std::string wide_character() {
    const int lead = peek();
    const int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    char32_t c = static_cast<char32_t>(lead) & (0x7fU >> length);
    const std::string_view bytes = text_.substr(at_, static_cast<std::size_t>(length));
    for (std::size_t i = 1; i < bytes.size(); ++i) {
      c = (c << 6) | (static_cast<unsigned char>(bytes[i]) & 0x3f);
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || utf8_of(c) != bytes) {
      ok_ = false;
      return "";
    }
    at_ += bytes.size();
    return std::string(bytes);
  }
  std::string string() {
    std::string out;
    if (!take('"')) ok_ = false;
    while (ok_ && !take('"')) {
      const int c = peek();
      if (c < 0x20) {  // the end of the text, too
        ok_ = false;
      } else if (c == '\\') {
        ++at_;
        out += escape();
      } else if (c < 0x80) {
        out += static_cast<char>(c);
        ++at_;
      } else {
        out += wide_character();
      }
    }
    return out;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  bool ok_ = true;
  bool absurd_ = false;
  std::string out_;
};

}  // namespace ordo::testing
