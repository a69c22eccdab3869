// The write side of all that is kept: one transaction may span every kind of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ports/writes.h"

namespace ordo::ports {

// What retention may delete: tasks and executions that finished before `finished_before`,
// idempotency keys that were recorded before `keys_before`, orders that have expired at
// `orders_at`.
struct Expiry {
  base::WallTime finished_before;
  base::WallTime keys_before;
  base::WallTime orders_at = {};
};

// What one call of expire() may delete: so many rows, and no more once their texts reach so many
// bytes. At least one row, if one is due.
struct ExpiryBite {
  std::size_t rows;
  std::size_t bytes;

  // One row more goes.
  void take(std::size_t text_bytes) {
    --rows;
    bytes -= std::min(bytes, text_bytes);
  }
  [[nodiscard]] bool is_eaten() const { return rows == 0 || bytes == 0; }
};
struct Expired {
  std::size_t rows = 0;
  bool more = false;                         // the bite was full: more may be due
  std::vector<domain::QueueName> dead = {};  // of each dead task among them, its queue

  friend bool operator==(const Expired&, const Expired&) = default;
};

// What else belongs to a transaction, given what its writes came to so far. It lives until the next
// question, or the end of the transaction.
using Follow = std::function<std::span<const Write>(std::span<const WriteAnswer> answers)>;

// Store thread only.
class Store {
 public:
  virtual ~Store() = default;

  // Applies all writes in their order in one durable transaction; answer i belongs to write i.
  // A write sees those before it in the same call. An answer that is an error (conflict, not_found,
  // precondition_failed, invalid) left no trace of its write and does not touch the others.
  // The outer error means that nothing at all was committed: `unavailable`, it may be tried
  // again; `conflict`, somebody else was faster, and the same may well succeed at once; `fatal`,
  // durability is unknown and the process must stop without answering.
  //
  // AddTask: `sequence` grows by the order of writes over the store's whole life, deletions and
  // restarts included. A known key or a known id with the same fingerprint replays, with another
  // one conflicts; a key is looked up before the id. A key whose task has been removed conflicts
  // until the key expires, unless the same submission has come again under its id.
  //
  // `follow`, if there is one, is asked once they are all written, before the commit: what it
  // returns is written in the same transaction, and its answers come after those of `writes`. Then
  // it is asked again, until it returns nothing. Not asked when a write failed. The sequences that
  // it sees may be still to be drawn (is_drawn): what apply() answers in the end has them all.
  virtual base::Result<std::vector<WriteAnswer>> apply(std::span<const Write> writes,
                                                       const Follow& follow) = 0;
  base::Result<std::vector<WriteAnswer>> apply(std::span<const Write> writes) {
    return apply(writes, {});
  }

  // Deletes expired rows, at most a bite of them, in one transaction: tasks, then keys, then
  // orders, of each the oldest first.
  virtual base::Result<Expired> expire(const Expiry& expiry, const ExpiryBite& bite) = 0;

  // Whether a commit can succeed now, tried with a real durable write. Errors as apply.
  virtual base::Result<void> probe() = 0;

  // True: `work`, until another one takes its place, is called on the store thread before this
  // waits for somebody else. It must be quick and must not call this. Empty: nothing is called.
  virtual bool work_while_waiting(const std::function<void()>& /*work*/) { return false; }
};

}  // namespace ordo::ports
