// A few threads that read from the store, or work with objects, so that neither a connection's
// thread nor the writer ever waits for a slow disk.
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
  // Called once, with the store on a reader's thread.
  using Call = std::move_only_function<void(const ports::Reads&)>;

  Readers(ports::Reads reads, std::size_t threads,
          std::size_t max_waiting = base::kMaxWaitingReads);
  ~Readers();  // ends running jobs; waiting ones are dropped unanswered
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // Any thread. For whoever can be told to come again.
  void run(Job job);
  // Any thread. For a call of a pipeline, which must not fail for that: it waits, however many do.
  // They are no more than executions have open (states::kMaxFrames each, and 1000 of a Map). Jobs
  // and calls take turns, so that neither kind keeps the other waiting.
  void run_call(Call call);
  // Runs one job that waits, on the caller's thread: for tests, which have no threads here. Returns
  // whether there was one.
  bool turn();

  // Jobs and calls.
  [[nodiscard]] std::size_t waiting() const;

 private:
  void work(std::stop_token stop);
  // With mutex_ held, of those that wait.
  [[nodiscard]] bool is_idle() const { return jobs_.empty() && calls_.empty(); }
  Call take();

  const ports::Reads reads_;
  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  // All below is guarded by mutex_.
  std::deque<Call> jobs_;  // max_waiting_ at most
  std::deque<Call> calls_;
  bool turn_of_calls_ = false;

  std::vector<std::jthread> threads_;
};

}  // namespace ordo::app
