// What of HTTP several rooms must know, those included that never speak it.
#pragma once

#include <string_view>

namespace ordo::base {

[[nodiscard]] constexpr bool is_success(int status) noexcept {
  return status >= 200 && status < 300;
}

// What a header's name must be (RFC 9110, token).
[[nodiscard]] bool is_token(std::string_view text) noexcept;

}  // namespace ordo::base
