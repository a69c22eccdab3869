// What becomes of a task when an attempt at it failed.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "domain/attempt.h"
#include "domain/queue.h"

namespace ordo::domain {

// A handler may ask for a pause of its own, up to this.
inline constexpr base::Millis kMaxAskedPause{std::chrono::hours(24)};

// The pause before the next attempt after so many; nothing: the task is dead. `chance` is any
// random number.
[[nodiscard]] std::optional<base::Millis> pause_after(const Failure& failure,
                                                      std::uint32_t attempts,
                                                      std::uint32_t max_attempts,
                                                      const Backoff& backoff, std::uint64_t chance);

// What that means for a task whose attempt ends at `now`.
[[nodiscard]] Verdict verdict_on(const Failure& failure, std::uint32_t attempts,
                                 std::uint32_t max_attempts, const Backoff& backoff,
                                 base::WallTime now, std::uint64_t chance);

// base * factor^(attempts - 1), no more than max, then jittered: `full` is anything from 0 to that,
// `equal` from half of it.
[[nodiscard]] base::Millis backoff_pause(const Backoff& backoff, std::uint32_t attempts,
                                         std::uint64_t chance);

}  // namespace ordo::domain
