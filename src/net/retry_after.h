// The field Retry-After of an answer (RFC 9110). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace ordo::net {

// However long a server asks one to wait.
inline constexpr base::Millis kMaxRetryAfter{24LL * 60 * 60 * 1000};

// From `now` on: seconds, or until a date in one of HTTP's three forms, which is 0 in the past.
// Nothing when it is neither.
[[nodiscard]] std::optional<base::Millis> parse_retry_after(std::string_view text,
                                                            base::WallTime now);

}  // namespace ordo::net
