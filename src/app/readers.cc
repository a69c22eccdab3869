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
    if (jobs_.size() < max_waiting_) jobs_.push_back(std::exchange(job, nullptr));
  }
  if (job) return job(base::fail(base::ErrorCode::busy, "too many reads wait; try again soon"));
  arrived_.notify_one();
}

bool Readers::turn() {
  Job job;
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.empty()) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
  }
  job(reads_);
  return true;
}

std::size_t Readers::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void Readers::work(std::stop_token stop) {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      if (!arrived_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
      if (stop.stop_requested()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(reads_);
  }
}

}  // namespace ordo::app
