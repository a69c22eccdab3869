// Characters of texts that are known to be valid UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace ordo::states {

// The character at `at`, which moves behind it.
inline char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  char32_t character = lead & (0x3fU >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    character = (character << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  }
  return character;
}

}  // namespace ordo::states
