#include "domain/text_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordo::domain {
std::optional<Violation> check_length(std::string_view what, std::size_t length, std::size_t min,
                                      std::size_t max) {
  if (length < min) return Violation{"empty", fmt::format("{} must not be empty", what)};
  if (length <= max) return std::nullopt;
  return Violation{"too_long", fmt::format("{} may have {} characters, not {}", what, max, length)};
}

std::optional<Violation> check_text(std::string_view what, std::string_view text, std::size_t min,
                                    std::size_t max) {
  if (auto violation = check_length(what, base::count_characters(text), min, max)) {
    return violation;
  }
  if (const auto control = base::find_control_character(text)) {
    return Violation{"control_character", fmt::format("{} holds the control character U+{:04X}",
                                                      what, static_cast<unsigned>(*control))};
  }
  return std::nullopt;
}

std::optional<Violation> check_name(std::string_view what, std::string_view name,
                                    std::string_view marks, std::size_t max) {
  if (auto violation = check_length(what, base::count_characters(name), 1, max)) return violation;
  const bool clean = std::ranges::all_of(name, [&](char c) {
    return base::is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
  if (clean) return std::nullopt;
  return Violation{"bad_characters",
                   fmt::format("{} may hold ASCII letters, digits and any of {}", what, marks)};
}

std::optional<Violation> check_path_name(std::string_view what, std::string_view name,
                                         std::size_t max) {
  if (auto violation = check_name(what, name, "._:-", max)) return violation;
  // Clients take such a step out of a path: /tasks/.. would become /.
  if (name != "." && name != "..") return std::nullopt;
  return Violation{"reserved", fmt::format("{} is not . or .., which no path can hold", what)};
}

}  // namespace ordo::domain
