#include "base/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace ordo::base {

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  ORDO_ASSERT(ok == 1 && size == digest.size());
  return digest;
}

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, 16> digest{};
  unsigned int size = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  ORDO_ASSERT(ok == 1 && size == digest.size());
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xfU];
  }
  return text;
}

}  // namespace ordo::base
