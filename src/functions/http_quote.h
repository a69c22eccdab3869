// What of an HTTP answer may be shown to people. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace ordo::functions {

// So much of an answer's text goes into a failure's message.
inline constexpr std::size_t kMaxQuotedBytes = 500;

// The body without white space around it, cut off; nothing of binary data.
[[nodiscard]] std::string_view quotable(std::string_view body,
                                        std::size_t max_bytes = kMaxQuotedBytes) noexcept;

}  // namespace ordo::functions
