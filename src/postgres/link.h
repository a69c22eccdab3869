// A connection that is made when it is needed, and made again when it was lost.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "ports/clock.h"
#include "ports/random.h"
#include "postgres/connection.h"

namespace ordo::postgres {

// One thread at a time. Borrows clock and randomness.
class Link {
 public:
  Link(ConnectionOptions options, const ports::Clock& clock, ports::Random& random)
      : options_(std::move(options)), clock_(clock), random_(random) {}

  // Before the first connection.
  void work_while_waiting(std::function<void()> work) { options_.while_waiting = std::move(work); }

  // Lives until the next call. While the server cannot be reached it is not asked more often than
  // its pauses allow, which grow: what failed last is told again at once.
  Answer<Connection*> get();
  // It has been used before: the server may have closed it since.
  [[nodiscard]] bool is_used() const noexcept { return used_; }
  // Which of its connections this is.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

 private:
  static constexpr base::Millis kShortestPause{50};
  static constexpr base::Millis kLongestPause{2'000};

  ConnectionOptions options_;
  const ports::Clock& clock_;
  ports::Random& random_;
  std::optional<Connection> connection_;
  bool used_ = false;
  std::uint64_t number_ = 0;
  base::Millis pause_{0};
  base::MonoTime next_try_;
  Fault last_fault_;
};

}  // namespace ordo::postgres
