// Rules that many fields share. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ordo::domain {

// Why a value is refused: a stable code for programs, a sentence for people.
struct Violation {
  std::string code;
  std::string message;

  friend bool operator==(const Violation&, const Violation&) = default;
};

// `what` is the value in a sentence: "the title". Lengths are in characters.
[[nodiscard]] std::optional<Violation> check_length(std::string_view what, std::size_t length,
                                                    std::size_t min, std::size_t max);
// Valid UTF-8, no control characters but tab and newline.
[[nodiscard]] std::optional<Violation> check_text(std::string_view what, std::string_view text,
                                                  std::size_t min, std::size_t max);
// ASCII letters, digits and `marks`, at least one.
[[nodiscard]] std::optional<Violation> check_name(std::string_view what, std::string_view name,
                                                  std::string_view marks, std::size_t max);
// A name that stands in a path: neither . nor .., which clients take out of it.
[[nodiscard]] std::optional<Violation> check_path_name(std::string_view what, std::string_view name,
                                                       std::size_t max);

}  // namespace ordo::domain
