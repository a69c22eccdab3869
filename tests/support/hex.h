// Bytes as the standards print them.
#pragma once

#include <span>
#include <string>

namespace ordo::testing {

inline std::string hex(std::span<const unsigned char> bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : bytes) {
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xfU];
  }
  return out;
}

}  // namespace ordo::testing
