#include "base/json_parsing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace ordo::base {
namespace {

// What the parser found wrong, in our words.
std::string describe(const boost::system::error_code& code, std::string_view text, std::size_t at) {
  using boost::json::error;
  if (code == error::incomplete) return "the text ends too soon";
  if (code == error::extra_data) return "something follows the value";
  if (code == error::too_deep) return fmt::format("deeper than {} levels", kMaxJsonDepth);
  if (code == error::illegal_leading_surrogate || code == error::illegal_trailing_surrogate ||
      code == error::expected_utf16_escape) {
    return "a lone surrogate";
  }
  if (code == error::exponent_overflow) return "a number with an absurd exponent";
  if (code == error::expected_hex_digit) return "an escape without its four hex digits";
  if (at >= text.size()) return "the text ends too soon";
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte > 0x20 && byte < 0x7f) return fmt::format("unexpected '{}'", text[at]);
  return fmt::format("unexpected {}0x{:02x}", byte < 0x20 ? "control character " : "", byte);
}

// Where the key begins whose closing quote is at `end`.
std::size_t key_before(std::string_view text, std::size_t end) {
  std::size_t at = end;
  do {
    at = text.rfind('"', at - 1);
  } while (text[at - 1] == '\\');  // an escaped quote is inside the key
  return at;
}

}  // namespace

void KeySet::clear() {
  few_.clear();
  many_.clear();
}

bool KeySet::insert(std::string_view key) {
  if (!many_.empty()) return many_.emplace(key).second;
  if (std::ranges::find(few_, key) != few_.end()) return false;
  few_.emplace_back(key);
  if (few_.size() > kFew) many_.insert(few_.begin(), few_.end());
  return true;
}

boost::json::parse_options strict_options() {
  boost::json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  return options;
}

Error json_complaint(const boost::system::error_code& code,
                     const std::optional<std::string>& duplicate, std::string_view text,
                     std::size_t read) {
  std::string message;
  if (duplicate) {
    message = fmt::format("duplicate key \"{}\" at byte {}", clip(*duplicate, 64),
                          key_before(text, read));
  } else if (const auto at = find_invalid_utf8(text)) {
    message = fmt::format("not valid JSON: the text is not valid UTF-8 at byte {}", *at);
  } else {
    message = fmt::format("not valid JSON: {} at byte {}", describe(code, text, read), read);
  }
  return Error{ErrorCode::invalid, std::move(message), {}};
}

}  // namespace ordo::base
