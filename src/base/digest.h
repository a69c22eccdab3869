// SHA-256, shortened to 128 bits where it only tells bodies apart; others where a format asks for
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ordo::base {

using Digest = std::array<unsigned char, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);

// 32 lower-case hexadecimal digits. Proves nothing against anybody who means harm.
[[nodiscard]] std::string md5_hex(std::string_view bytes);

enum class HashAlgorithm : std::uint8_t { md5, sha1, sha256, sha384, sha512 };

// As lower-case hexadecimal digits.
[[nodiscard]] std::string hex_digest(HashAlgorithm algorithm, std::string_view bytes);

}  // namespace ordo::base
