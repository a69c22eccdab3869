// Where a reader of a path stands, and what it has to complain about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::states {

// The first complaint stays; after it the text seems to be at its end, so that every loop ends.
class PathCursor {
 public:
  explicit PathCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  // 0 at the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] std::size_t at() const { return at_; }
  void skip(std::size_t bytes) { at_ += bytes; }
  bool take(char c);
  bool take(std::string_view word);
  void skip_space();

  // 'a \'quoted\' name' or "one": nothing after a complaint.
  std::optional<std::string> quoted();
  // 0 after a complaint.
  std::int64_t integer();

  void complain(std::string_view what);
  [[nodiscard]] bool failed() const { return !complaint_.empty(); }
  [[nodiscard]] base::Error error() const;

 private:
  void escaped(std::string& out);
  void escaped_code_point(std::string& out);
  std::optional<char32_t> four_hex_digits();

  std::string_view text_;
  std::size_t at_ = 0;
  std::string complaint_;
};

}  // namespace ordo::states
