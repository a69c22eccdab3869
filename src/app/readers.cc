#include "app/readers.h"

#include <stop_token>
#include <utility>

namespace ordo::app {

Readers::Readers(ports::Reads reads, std::size_t threads, std::size_t max_waiting)
    : reads_(reads), max_waiting_(max_waiting) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](std::stop_token stop) { work(std::move(stop)); });
  }
}

// Asks all to stop before the first join, so that they end side by side.
Readers::~Readers() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void Readers::run(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < max_waiting_) {
      jobs_.emplace_back(
          [job = std::exchange(job, nullptr)](const ports::Reads& reads) mutable { job(reads); });
    }
  }
  if (job) return job(base::fail(base::ErrorCode::busy, "too many reads wait; try again soon"));
  arrived_.notify_one();
}

void Readers::run_call(Call call) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  arrived_.notify_one();
}

bool Readers::turn() {
  Call next;
  {
    const std::lock_guard lock(mutex_);
    if (is_idle()) return false;
    next = take();
  }
  next(reads_);
  return true;
}

Readers::Call Readers::take() {
  const bool from_calls = jobs_.empty() || (turn_of_calls_ && !calls_.empty());
  turn_of_calls_ = !from_calls;
  std::deque<Call>& queue = from_calls ? calls_ : jobs_;
  Call next = std::move(queue.front());
  queue.pop_front();
  return next;
}

std::size_t Readers::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() + calls_.size();
}

void Readers::work(std::stop_token stop) {
  while (true) {
    Call next;
    {
      std::unique_lock lock(mutex_);
      if (!arrived_.wait(lock, stop, [this] { return !is_idle(); })) return;
      if (stop.stop_requested()) return;
      next = take();
    }
    next(reads_);
  }
}

}  // namespace ordo::app
