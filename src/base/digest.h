// SHA-256, shortened to 128 bits where it only tells bodies apart.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ordo::base {

using Digest = std::array<unsigned char, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);

}  // namespace ordo::base
