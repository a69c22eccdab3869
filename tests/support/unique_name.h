#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "support/hex.h"

namespace ordo::testing {

// `what`-0123456789abcdef, never given before: a name for a schema, a table, a topic or a bucket
// (of lower case letters, digits and hyphens), or for a FIFO queue with ".fifo" behind it.
inline std::string unique_name(std::string_view what) {
  std::random_device device;
  std::array<unsigned char, 8> bytes{};
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(device() & 0xffU);
  return std::string(what) + "-" + hex(bytes);
}

}  // namespace ordo::testing
