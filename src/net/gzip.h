#pragma once

#include <string>
#include <string_view>

namespace ordo::net {

// `body` in the gzip format, quickly rather than tightly. Empty when the library fails, which
// means: send the body as it is.
[[nodiscard]] std::string gzip(std::string_view body);

// Whether an Accept-Encoding field allows gzip (RFC 9110: the most specific weight counts).
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace ordo::net
