// The one owner of the store's write side. Writes wait in a bounded mailbox; each turn takes all
// that wait, commits them in one transaction, makes it durable once, and only then answers.
// The order in the mailbox is the accepted order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "app/commit_stats.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/task_store.h"

namespace ordo::app {

// What one caller asked for and what came of it, side by side. Move out of it what you need:
// both are gone after the call.
struct Committed {
  std::span<ports::TaskWrite> writes;
  std::span<ports::WriteAnswer> answers;
};

// Called once, on the committer's thread, after the commit (or with the error that stands for all
// the writes). Must be quick and must not call the committer.
using Done = std::move_only_function<void(base::Result<Committed>)>;

struct CommitterOptions {
  std::size_t max_waiting_writes = base::kMailboxWrites;
  std::size_t max_waiting_bytes = base::kMailboxBytes;
  base::Millis retention{std::chrono::hours(24 * 7)};
  base::Millis keep_keys{std::chrono::hours(24)};
};

class Committer {
 public:
  // `fail_stop` is called on the committer's thread when durability is unknown; it must not return
  // in production. Waiting callers are not answered.
  Committer(ports::TaskStore& store, const ports::Clock& clock, CommitterOptions options,
            std::move_only_function<void(const base::Error&)> fail_stop);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Any thread. All the writes are committed together, in their order. When the mailbox is full or
  // closed the answer is `busy` or `unavailable`: `done` is not called then and nothing happened.
  base::Result<void> submit(std::vector<ports::TaskWrite> writes, Done done);

  // Any thread. Whether the store can commit: a real durable write, shared by all who ask in one
  // turn.
  base::Result<void> probe(std::move_only_function<void(base::Result<void>)> done);

  // The store's thread lives here: turns until asked to stop, then commits what still waits.
  void run(std::stop_token stop);

  // One turn, without waiting: for run() and for tests. Returns whether there was anything to do.
  bool turn();

  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] CommitStats stats() const;

 private:
  struct Ticket {
    std::size_t writes = 0;
    Done done;
  };
  struct Mailbox {
    std::vector<ports::TaskWrite> writes;
    std::vector<Ticket> tickets;
    std::vector<std::move_only_function<void(base::Result<void>)>> probes;
    std::size_t bytes = 0;
  };

  void commit(Mailbox batch);
  void expire_when_due();

  ports::TaskStore& store_;
  const ports::Clock& clock_;
  const CommitterOptions options_;
  std::move_only_function<void(const base::Error&)> fail_stop_;
  bool stopped_ = false;        // store thread only: after a fatal error
  base::MonoTime next_expiry_;  // store thread only

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  Mailbox mailbox_;      // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
  CommitStats stats_;    // guarded by mutex_
};

}  // namespace ordo::app
