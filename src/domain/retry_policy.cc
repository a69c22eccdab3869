#include "domain/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace ordo::domain {

base::Millis backoff_pause(const Backoff& backoff, std::uint32_t attempts, std::uint64_t chance) {
  const auto cap = static_cast<double>(backoff.max.count());
  const double grown = static_cast<double>(backoff.base.count()) *
                       std::pow(backoff.factor, attempts > 0 ? attempts - 1 : 0);
  // An overflow to infinity is over the cap, too.
  const auto pause = static_cast<std::uint64_t>(std::min(grown, cap));
  switch (backoff.jitter) {
    case Jitter::none:
      break;
    case Jitter::full:
      return base::Millis(chance % (pause + 1));
    case Jitter::equal:
      return base::Millis(pause / 2 + chance % (pause - pause / 2 + 1));
  }
  return base::Millis(pause);
}

std::optional<base::Millis> pause_after(const Failure& failure, std::uint32_t attempts,
                                        std::uint32_t max_attempts, const Backoff& backoff,
                                        std::uint64_t chance) {
  if (failure.permanent || attempts >= max_attempts) return std::nullopt;
  // Nothing says that the handler failed, and its lane has waited enough.
  if (failure.lost) return base::Millis(0);
  if (failure.retry_after) {
    return std::clamp(*failure.retry_after, base::Millis(0), kMaxAskedPause);
  }
  return backoff_pause(backoff, attempts, chance);
}

Verdict verdict_on(const Failure& failure, std::uint32_t attempts, std::uint32_t max_attempts,
                   const Backoff& backoff, base::WallTime now, std::uint64_t chance) {
  const AttemptOutcome outcome = failure.lost ? AttemptOutcome::lost : AttemptOutcome::failed;
  const std::optional<base::Millis> pause =
      pause_after(failure, attempts, max_attempts, backoff, chance);
  if (!pause) return Died{text_of(failure), outcome};
  return Retried{text_of(failure), outcome, now + *pause};
}

}  // namespace ordo::domain
