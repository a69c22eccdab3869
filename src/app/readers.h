// A few threads that read from the store, so that neither a connection's thread nor the writer
// ever waits for a slow read.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "ports/reads.h"

namespace ordo::app {

class Readers {
 public:
  // Called once: with the store on a reader's thread, or with `busy` at once on the caller's when
  // too many wait.
  using Job = std::move_only_function<void(base::Result<ports::Reads>)>;

  Readers(ports::Reads reads, std::size_t threads,
          std::size_t max_waiting = base::kMaxWaitingReads);
  ~Readers();  // ends running jobs; waiting ones are dropped unanswered
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // Any thread.
  void run(Job job);
  // Runs one job that waits, on the caller's thread: for tests, which have no threads here. Returns
  // whether there was one.
  bool turn();

  [[nodiscard]] std::size_t waiting() const;

 private:
  void work(std::stop_token stop);

  const ports::Reads reads_;
  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Job> jobs_;  // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace ordo::app
