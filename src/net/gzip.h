#pragma once

#include <string>
#include <string_view>

namespace ordo::net {

// `body` in the gzip format, at zlib's `level`: 1 is quick, 9 is tight. Empty when the library
// fails, which means: send the body as it is.
[[nodiscard]] std::string gzip(std::string_view body, int level = 1);

// Whether an Accept-Encoding field allows gzip (RFC 9110: the most specific weight counts).
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace ordo::net
