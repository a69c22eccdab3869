// SHA-256, shortened to 128 bits where it only tells bodies apart; MD5 where a format asks for it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace ordo::base {

using Digest = std::array<unsigned char, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);

// 32 lower-case hexadecimal digits. Proves nothing against anybody who means harm.
[[nodiscard]] std::string md5_hex(std::string_view bytes);

}  // namespace ordo::base
