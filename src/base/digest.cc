#include "base/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace ordo::base {
namespace {

const EVP_MD* implementation(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::md5:
      return EVP_md5();
    case HashAlgorithm::sha1:
      return EVP_sha1();
    case HashAlgorithm::sha256:
      return EVP_sha256();
    case HashAlgorithm::sha384:
      return EVP_sha384();
    case HashAlgorithm::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  ORDO_ASSERT(ok == 1 && size == digest.size());
  return digest;
}

std::string md5_hex(std::string_view bytes) {
  return hex_digest(HashAlgorithm::md5, bytes);
}

std::string hex_digest(HashAlgorithm algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size,
                            implementation(algorithm), nullptr);
  ORDO_ASSERT(ok == 1 && size <= digest.size());
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * std::size_t{size});
  for (unsigned int i = 0; i < size; ++i) {
    text += kHex[digest.at(i) >> 4U];
    text += kHex[digest.at(i) & 0xfU];
  }
  return text;
}

}  // namespace ordo::base
