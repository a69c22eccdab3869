#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace ordo::base {

// The known word that `word` was probably meant to be, or "".
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::set<std::string, std::less<>>& known);

}  // namespace ordo::base
