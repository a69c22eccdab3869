// Random JSON for RapidCheck, as a client may write it and as compact text.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/pick.h"
#include "support/reference_json.h"

namespace ordo::testing {

// Characters where rules change: ASCII, controls, white space beyond ASCII, the borders of the
// UTF-8 lengths and of the surrogates.
inline char32_t any_character() {
  switch (pick(0, 4)) {
    case 0:
      return *rc::gen::element<char32_t>(0, 1, 8, 9, 10, 12, 13, 0x1f, '"', '\\', '/', 0x7f, 0x80,
                                         0x85, 0x9f, 0xa0, 0x7ff, 0x800, 0x2028, 0x3000, 0xd7ff,
                                         0xe000, 0xfeff, 0xffff, 0x10000, 0x1f600, 0x10ffff);
    default:
      return static_cast<char32_t>(pick(0x20, 0x7f));
  }
}

inline std::string any_characters(int max) {
  std::string text;
  const int count = pick(0, max + 1);
  for (int i = 0; i < count; ++i) text += utf8_of(any_character());
  return text;
}

// Writes the same random value twice.
class RandomJson {
 public:
  static RandomJson object(int levels = 3) {
    RandomJson json;
    json.space();
    json.write_container(levels, '{');
    json.space();
    return json;
  }
  static RandomJson array(int levels = 3) {
    RandomJson json;
    json.space();
    json.write_container(levels, '[');
    json.space();
    return json;
  }
  static RandomJson value(int levels = 3) {
    RandomJson json;
    json.write(levels);
    return json;
  }

  std::string text;     // with white space and escapes as they fall
  std::string compact;  // what it comes to

 private:
  void space() {
    if (one_in(3)) {
      text += *rc::gen::element<std::string>(" ", "\t", "\n", "\r\n", "   ");
    }
  }
  void both(std::string_view token) {
    text += token;
    compact += token;
  }
  void write(int levels) {
    space();
    switch (pick(levels > 0 ? 0 : 2, 8)) {
      case 0:
        write_container(levels, '{');
        break;
      case 1:
        write_container(levels, '[');
        break;
      case 2:
      case 3:
        write_string(any_characters(8));
        break;
      case 4:
      case 5:
        both(*rc::gen::element<std::string>("0", "-0", "1", "-17", "1.10", "-0.0", "1e5", "1E-5",
                                            "12.5e+03", "123456789012345678901234567890",
                                            "9223372036854775808", "-9223372036854775809", "1e300",
                                            "0.1234567890123456789012345678901"));
        break;
      default:
        both(*rc::gen::element<std::string>("true", "false", "null"));
    }
    space();
  }
  void write_container(int levels, char open) {
    both({&open, 1});
    const int count = pick(0, 5);
    for (int i = 0; i < count; ++i) {
      if (i > 0) both(",");
      if (open == '{') {
        space();
        write_string(std::to_string(i) + any_characters(3));  // no key twice
        space();
        both(":");
      }
      write(levels - 1);
    }
    if (count == 0) space();
    both(open == '{' ? "}" : "]");
  }
  void write_string(const std::string& characters) {
    compact += reference_quoted(characters);
    text += '"';
    const std::string plain = reference_quoted(characters);
    for (std::size_t i = 1; i + 1 < plain.size(); ++i) {
      const bool letter = plain[i] >= 'g' && plain[i] <= 'z' && plain[i - 1] != '\\';
      if (letter && one_in(8)) {
        text += std::string("\\u00") + (plain[i] < 'p' ? '6' : '7') +
                "0123456789abcDEF"[static_cast<unsigned char>(plain[i]) % 16];
      } else {
        text += plain[i];
      }
    }
    text += '"';
  }
};

}  // namespace ordo::testing
