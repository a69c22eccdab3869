#include "functions/http_quote.h"

#include "base/text.h"

namespace ordo::functions {

std::string_view quotable(std::string_view body, std::size_t max_bytes) noexcept {
  if (!base::is_valid_utf8(body) || body.find('\0') != std::string_view::npos) return {};
  return base::clip(base::trim(body), max_bytes);
}

}  // namespace ordo::functions
