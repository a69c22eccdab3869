#include "files/object_names.h"

#include <algorithm>

#include "base/digest.h"
#include "base/percent.h"
#include "ports/object_rules.h"

namespace ordo::files {
namespace {

constexpr std::string_view kCutMark = "%~";
constexpr std::size_t kHashDigits = 64;

bool continues_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void append_encoded(std::string& out, char c, bool first) {
  if (c == '/') {
    out += "%2F";
  } else if (c == '%') {
    out += "%25";
  } else if (c == '.' && first) {
    out += "%2E";
  } else {
    out.push_back(c);
  }
}

}  // namespace

std::string file_name_of(std::string_view key) {
  constexpr std::size_t kMaxHead = kMaxFileName - kCutMark.size() - kHashDigits;
  std::string name;
  std::size_t head = 0;  // where a cut name's first part would end
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (name.size() <= kMaxHead && !continues_a_character(key[i])) head = name.size();
    append_encoded(name, key[i], i == 0);
  }
  if (name.size() <= kMaxFileName) return name;
  name.resize(head);
  name += kCutMark;
  name += base::hex_digest(base::HashAlgorithm::sha256, key);
  return name;
}

bool is_cut(std::string_view name) noexcept {
  constexpr std::size_t kTail = kCutMark.size() + kHashDigits;
  return name.size() > kTail && name.substr(name.size() - kTail).starts_with(kCutMark);
}

std::optional<std::string> key_of_file_name(std::string_view name) {
  std::optional<std::string> key = base::percent_decode(name, false);
  if (!key || !ports::is_object_key(*key) || file_name_of(*key) != name) return std::nullopt;
  return key;
}

}  // namespace ordo::files
