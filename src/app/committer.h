// The one owner of the store's write side. Writes wait in a bounded mailbox; each turn takes all
// that wait, commits them in one transaction, makes it durable once, and only then answers.
// The order in the mailbox is the accepted order.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "app/commit_stats.h"
#include "app/turn_partner.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "ports/trouble.h"

namespace ordo::app {

// What one caller asked for and what came of it, side by side. Move out of it what you need:
// both are gone after the call.
struct Committed {
  std::span<ports::Write> writes;
  std::span<ports::WriteAnswer> answers;
};

// Called once, on the committer's thread, after the commit (or with the error that stands for all
// the writes), and perhaps in the middle of the next one; on another thread when it was refused.
// Must be quick and must not call the committer.
using Done = std::move_only_function<void(base::Result<Committed>)>;

// As Done, for a check that wrote nothing of anybody's.
using Probed = std::move_only_function<void(base::Result<void>)>;

// Called on the committer's thread when durability is unknown. Nobody who waits is answered: in
// production it ends the process.
using FailStop = std::move_only_function<void(const base::Error&)>;

struct CommitterOptions {
  std::size_t max_waiting_writes = base::kMailboxWrites;
  std::size_t max_waiting_bytes = base::kMailboxBytes;
  base::Millis retention{std::chrono::hours(24 * 7)};
  base::Millis keep_keys{std::chrono::hours(24)};
  // Is given all the callbacks of one commit to run them: a server may gather what they answer, to
  // send it off together.
  std::function<void(const std::function<void()>& callbacks)> run_callbacks =
      [](const std::function<void()>& callbacks) { callbacks(); };
  // When a commit takes longer than this, who waits for his turn, or comes meanwhile, is told to
  // come again. 0: everybody waits.
  base::Millis patience{0};
  // Takes part in every turn; null: nobody does. Borrowed.
  TurnPartner* partner = nullptr;
  // Hears of "commit" (checks included) and "retention", on the committer's thread.
  ports::OnTrouble on_trouble = {};
};

class Committer {
 public:
  Committer(ports::Store& store, const ports::Clock& clock, CommitterOptions options,
            FailStop fail_stop);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Any thread. All the writes are committed together, in their order. When the mailbox is full
  // (`busy`), or closed or stuck (`unavailable`), `done` hears so at once, on the caller's thread.
  void submit(std::vector<ports::Write> writes, Done done);

  // Any thread. Whether the store can commit: a real durable write, one for all who ask in a turn.
  void probe(Probed done);

  // Any thread. The next turn is due now: its partner has got something to do.
  void wake();

  // The store's thread lives here: turns until asked to stop, then commits what still waits.
  void run(std::stop_token stop);

  // One turn, without waiting: for run() and for tests. Returns whether there was anything to do.
  bool turn();

  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] CommitStats stats() const;

 private:
  // More checks than this at once means that somebody asks in a loop.
  static constexpr std::size_t kMaxWaitingProbes = 64;
  // A vector that grew larger than this in a burst is given back to the system.
  static constexpr std::size_t kMaxSpareWrites = 2048;

  struct Part {
    std::string_view name;
    bool failing = false;
  };
  struct Ticket {
    std::size_t writes = 0;
    Done done;
  };
  struct Mailbox {
    std::vector<ports::Write> writes;
    std::vector<Ticket> tickets;  // in order; each owns the next so many writes
    std::vector<Probed> probes;
    std::size_t bytes = 0;
  };

  // What is durable, and not answered yet.
  struct Finished {
    Mailbox batch;
    std::vector<ports::WriteAnswer> answers;
  };

  template <class Enter>
  base::Result<void> with_room(Enter enter);
  void commit(Mailbox batch);
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes);
  void answer_finished();
  [[nodiscard]] std::chrono::nanoseconds idle_time() const;
  void answer_probes(std::vector<Probed> probes);
  void expire_when_due();
  void plan_expiry(bool more, std::chrono::nanoseconds took);
  void record(std::size_t writes, const base::Result<std::vector<ports::WriteAnswer>>& applied,
              double seconds);
  void report(Part& part, const base::Error* error);
  void stop_for_good(const base::Error& error);
  void recycle(Mailbox batch);
  [[nodiscard]] bool has_work() const;  // mutex_ held, as the next
  [[nodiscard]] bool is_stuck() const;
  void watch(const std::stop_token& stop);
  void refuse_if_stuck();
  void note_commit(std::optional<base::MonoTime> since);

  ports::Store& store_;
  const ports::Clock& clock_;
  const CommitterOptions options_;
  const bool overlaps_;  // who was waited for is answered while the store waits for the next
  FailStop fail_stop_;   // store thread only, as the next six
  std::optional<Finished> finished_;
  bool stopped_ = false;  // after a fatal error
  base::MonoTime next_expiry_;
  ports::ExpiryBite expiry_bite_;
  Part commit_{"commit"};
  Part retention_{"retention"};

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  // All below is guarded by mutex_.
  Mailbox mailbox_;
  Mailbox spare_;
  bool closed_ = false;
  bool woken_ = false;
  std::optional<base::MonoTime> committing_since_;
  CommitStats stats_;
};

}  // namespace ordo::app
