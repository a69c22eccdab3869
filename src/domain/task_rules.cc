#include "domain/task_rules.h"

#include <algorithm>

#include "base/text.h"

namespace ordo::domain {
std::optional<Violation> check_task_id(std::string_view id) {
  return check_path_name("a task_id", id, kMaxTaskIdLength);
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
    const bool hex = base::is_digit(c) || (c >= 'a' && c <= 'f');
    if (kShape[i] == 'h' ? !hex : c != kShape[i]) return false;
  }
  const auto all_zero = [](std::string_view part) {
    return part.find_first_not_of('0') == std::string_view::npos;
  };
  return !all_zero(text.substr(3, 32)) && !all_zero(text.substr(36, 16));
}

}  // namespace ordo::domain
