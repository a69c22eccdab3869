// An answer as one flat run of bytes.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace ordo::net {

struct AnswerStyle {
  bool head_only = false;  // HEAD: the length is told, the body left out
  bool keep_alive = true;
  bool http_1_0 = false;
  bool gzip = false;      // the client takes gzip
  std::string_view date;  // as "Sun, 06 Nov 1994 08:49:37 GMT"
};

// A body of at least this many bytes is worth compressing, unless it has an ETag.
inline constexpr std::size_t kGzipFrom = 1024;

// Appends status line, header fields and body. Adds Date, Content-Length, Connection, and what
// compression needs.
void append_response(std::string& out, const Response& response, const AnswerStyle& style);

// The usual phrase, or "Unknown".
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

[[nodiscard]] std::string http_date(std::int64_t seconds_since_1970);

}  // namespace ordo::net
