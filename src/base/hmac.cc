#include "base/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <cstdint>

#include "base/assert.h"

namespace ordo::base {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest digest;
  unsigned int size = 0;
  // A null key would mean "the one of the last call" to OpenSSL.
  const char* const bytes = key.data() == nullptr ? "" : key.data();
  const auto* const text = reinterpret_cast<const unsigned char*>(message.data());
  const unsigned char* const done = HMAC(EVP_sha256(), bytes, static_cast<int>(key.size()), text,
                                         message.size(), digest.data(), &size);
  ORDO_ASSERT(done != nullptr && size == digest.size());
  return digest;
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += kAlphabet[bits >> (have - 6) & 63U];
  }
  if (have > 0) out += kAlphabet[bits << (6 - have) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 255U);
  }
  const bool stray = (bits & ((1U << have) - 1)) != 0;
  if (stray || have == 6) return std::nullopt;
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace ordo::base
