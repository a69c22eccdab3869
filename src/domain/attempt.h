// One try to get a task done, and what came of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace ordo::domain {

// The numbers are stored: never renumber.
enum class AttemptOutcome : std::uint8_t {
  running = 0,
  succeeded = 1,
  failed = 2,
  lost = 3,       // nobody can say how it ended: the process died, or a lease ran out
  cancelled = 4,  // somebody cancelled the task meanwhile
};
inline constexpr std::size_t kAttemptOutcomes = 5;

[[nodiscard]] std::string_view name_of(AttemptOutcome outcome) noexcept;

// Why an attempt failed, as its handler, or whoever ran the handler, says.
struct Failure {
  std::string type;     // "Timeout", "HttpStatus", the handler's own errorType
  std::string message;  // for people; shown as the task's last_error
  std::optional<base::Millis> retry_after = {};  // the handler asks for this pause
  bool permanent = false;                        // another attempt would fail as well
  bool lost = false;                             // see AttemptOutcome::lost
  bool not_begun = false;                        // nobody has begun it: it does not count

  friend bool operator==(const Failure&, const Failure&) = default;
};

// "type: message", cut to kMaxErrorBytes: what is kept and shown of a failure.
[[nodiscard]] std::string text_of(const Failure& failure);
inline constexpr std::size_t kMaxErrorBytes = 4096;

struct Attempt {
  std::uint32_t number = 1;
  base::WallTime started_at;
  std::optional<base::WallTime> finished_at = {};
  AttemptOutcome outcome = AttemptOutcome::running;
  std::optional<std::string> error = {};

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// What an attempt's end means for its task.
struct Succeeded {
  std::optional<std::string> result;  // a JSON object as compact text
};
struct Retried {
  std::string error;
  AttemptOutcome outcome = AttemptOutcome::failed;
  base::WallTime next_attempt_at;
};
struct Died {
  std::string error;
  AttemptOutcome outcome = AttemptOutcome::failed;
};
// It did not run after all: as if this attempt had never begun.
struct Released {};
using Verdict = std::variant<Succeeded, Retried, Died, Released>;

// Held by an outside worker for one attempt.
struct Lease {
  std::string token;
  base::WallTime until;
  base::Millis length{0};  // what was asked for, so that a clock that is set does not change it

  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace ordo::domain
