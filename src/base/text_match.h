// Substring search in which ASCII letters match in either case.
#pragma once

#include <string>
#include <string_view>

namespace ordo::base {

class TextMatch {
 public:
  explicit TextMatch(std::string_view needle);
  [[nodiscard]] bool found_in(std::string_view text) const noexcept;

 private:
  std::string needle_;  // lower case
};

}  // namespace ordo::base
