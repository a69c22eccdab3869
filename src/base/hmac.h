// HMAC-SHA256 (RFC 2104) and base64 (RFC 4648): what signatures are made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace ordo::base {

[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view message);

// The standard alphabet, padded.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

// Strict: padded, without white space, no stray bits in the last letter; otherwise nothing.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// Whether both are the same, in a time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace ordo::base
