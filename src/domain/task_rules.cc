#include "domain/task_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ordo::domain {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// `length` in characters, `text` as it is.
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

// A name of ASCII letters, digits and `marks`.
std::optional<Violation> check_name(std::string_view what, std::string_view name,
                                    std::string_view marks, std::size_t max) {
  if (auto violation = check_length(what, base::count_characters(name), 1, max)) return violation;
  const bool clean = std::ranges::all_of(
      name, [&](char c) { return is_alphanumeric(c) || marks.find(c) != std::string_view::npos; });
  if (clean) return std::nullopt;
  return Violation{"bad_characters",
                   fmt::format("{} may hold ASCII letters, digits and any of {}", what, marks)};
}

}  // namespace

std::optional<Violation> check_task_id(std::string_view id) {
  if (auto violation = check_name("a task_id", id, "._:-", kMaxTaskIdLength)) return violation;
  // Clients take such a step out of a path: /tasks/.. would become /.
  if (id != "." && id != "..") return std::nullopt;
  return Violation{"reserved", "a task_id is not . or .., which no path can hold"};
}

std::optional<Violation> check_title(std::string_view trimmed) {
  return check_text("the title", trimmed, 1, kMaxTitleLength);
}

std::optional<Violation> check_description(std::string_view trimmed) {
  return check_text("the description", trimmed, 0, kMaxDescriptionLength);
}

std::optional<Violation> check_lane(std::string_view lane) {
  return check_text("a lane", lane, 1, kMaxLaneLength);
}

std::optional<Violation> check_queue_name(std::string_view name) {
  return check_name("a queue's name", name, "._-", kMaxQueueNameLength);
}

std::optional<Violation> check_idempotency_key(std::string_view key) {
  if (auto violation =
          check_length("an Idempotency-Key", key.size(), 1, kMaxIdempotencyKeyLength)) {
    return violation;
  }
  const bool visible = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (visible) return std::nullopt;
  return Violation{"bad_characters", "an Idempotency-Key may hold visible ASCII characters only"};
}

bool is_traceparent(std::string_view text) noexcept {
  constexpr std::string_view kShape = "00-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (kShape[i] == 'h' ? !hex : c != kShape[i]) return false;
  }
  const auto all_zero = [](std::string_view part) {
    return part.find_first_not_of('0') == std::string_view::npos;
  };
  return !all_zero(text.substr(3, 32)) && !all_zero(text.substr(36, 16));
}

}  // namespace ordo::domain
