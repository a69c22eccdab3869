#include "base/text_match.h"

#include <cstddef>
#include <cstring>

#include "base/text.h"

namespace ordo::base {
namespace {

constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// The next place at or after `from` where `c` stands.
std::size_t next_of(char c, std::string_view text, std::size_t from) noexcept {
  if (from >= text.size()) return text.size();
  const void* found = std::memchr(text.data() + from, c, text.size() - from);
  if (found == nullptr) return text.size();
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

TextMatch::TextMatch(std::string_view needle) : needle_(needle) {
  for (char& c : needle_) c = ascii_lower(c);
}

bool TextMatch::found_in(std::string_view text) const noexcept {
  if (needle_.empty()) return true;
  if (needle_.size() > text.size()) return false;
  const std::size_t last = text.size() - needle_.size();
  const char small = needle_.front();
  const char large = upper(small);
  std::size_t next_small = next_of(small, text, 0);
  std::size_t next_large = large == small ? text.size() : next_of(large, text, 0);
  while (true) {
    const std::size_t at = next_small < next_large ? next_small : next_large;
    if (at > last) return false;
    std::size_t i = 1;
    while (i < needle_.size() && ascii_lower(text[at + i]) == needle_[i]) ++i;
    if (i == needle_.size()) return true;
    if (at == next_small) {
      next_small = next_of(small, text, at + 1);
    } else {
      next_large = next_of(large, text, at + 1);
    }
  }
}

}  // namespace ordo::base
