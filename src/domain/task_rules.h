// What a task's fields may hold. Pure; the field table of the API calls these, and so does
// anything else that makes a task.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "domain/text_rules.h"

namespace ordo::domain {

inline constexpr std::size_t kMaxTaskIdLength = 128;
inline constexpr std::size_t kMaxTitleLength = 200;
inline constexpr std::size_t kMaxDescriptionLength = 10'000;
inline constexpr std::size_t kMaxLaneLength = 128;
inline constexpr std::size_t kMaxQueueNameLength = 64;
inline constexpr std::size_t kMaxIdempotencyKeyLength = 255;

// Text fields are trimmed before they are checked; these check what is left.
[[nodiscard]] std::optional<Violation> check_task_id(std::string_view id);
[[nodiscard]] std::optional<Violation> check_title(std::string_view trimmed);
[[nodiscard]] std::optional<Violation> check_description(std::string_view trimmed);
[[nodiscard]] std::optional<Violation> check_lane(std::string_view lane);
[[nodiscard]] std::optional<Violation> check_queue_name(std::string_view name);
// Visible ASCII, 1 to 255 characters.
[[nodiscard]] std::optional<Violation> check_idempotency_key(std::string_view key);

// A W3C traceparent (version 00) that may be passed on.
[[nodiscard]] bool is_traceparent(std::string_view text) noexcept;

}  // namespace ordo::domain
