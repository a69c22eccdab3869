#include "base/http_rules.h"

#include <algorithm>

#include "base/text.h"

namespace ordo::base {

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

}  // namespace ordo::base
