#include "postgres/link.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ordo::postgres {

Answer<Connection*> Link::get() {
  if (connection_ && !connection_->is_lost()) {
    used_ = true;
    return &*connection_;
  }
  connection_.reset();
  used_ = false;
  const base::MonoTime now = clock_.mono();
  if (pause_ > base::Millis(0) && now < next_try_) return std::unexpected(last_fault_);
  Answer<Connection> made = Connection::open(options_, clock_);
  if (!made) {
    // Not all nodes at once.
    pause_ = std::clamp(pause_ * 2, kShortestPause, kLongestPause);
    const auto jitter = static_cast<std::int64_t>(random_.next() % 1000);
    next_try_ = clock_.mono() + pause_ / 2 + std::chrono::microseconds(pause_.count() * jitter / 2);
    last_fault_ = made.error();
    return std::unexpected(std::move(made.error()));
  }
  pause_ = base::Millis(0);
  connection_.emplace(std::move(*made));
  ++number_;
  return &*connection_;
}

}  // namespace ordo::postgres
