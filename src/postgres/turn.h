// One transaction over all kinds of things that are kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ports/store.h"
#include "postgres/connection.h"
#include "postgres/execution_writes.h"
#include "postgres/order_writes.h"
#include "postgres/task_expiry.h"
#include "postgres/task_writes.h"
#include "postgres/undrawn.h"
#include "postgres/work.h"

namespace ordo::postgres {

// Which transaction it is, of all there will ever be.
struct TurnName {
  std::string store;
  std::uint64_t number = 0;
};
struct TurnOptions {
  TurnName name;
  std::string node = {};  // who runs attempts; empty: nobody
  bool tells = false;     // other nodes, of tasks that were accepted
  bool careful = false;   // somebody was faster the last time, where nobody was expected
};

// One thread. All that is told of a fault is in fault(): what was asked before the commit has left
// no trace then.
class Turn {
 public:
  Turn(Connection& connection, TurnOptions options);

  // Appends the writes' answers.
  void write(std::span<const ports::Write> writes, std::vector<ports::WriteAnswer>& answers);
  // As ports::Store says.
  void expire(const ports::Expiry& expiry, ports::ExpiryBite& bite, ports::Expired& expired);

  // Something of the store's own, about the turns before this one.
  void ask(const Statement& statement);

  [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return work_.fault(); }
  // Makes it durable, if there is anything. A fault of the kind `lost` leaves in doubt whether it
  // is: commit_of() tells.
  Answer<void> commit(bool even_if_empty = false);
  // Once it is known to be durable: the numbers that were drawn.
  void settle(std::span<ports::WriteAnswer> answers, const Drawn& drawn);
  [[nodiscard]] const Drawn& drawn() const noexcept { return drawn_; }

 private:
  template <class Visitor>
  void for_each_kind(Visitor visit);
  void want(const ports::Write& write);
  ports::WriteAnswer apply(const ports::Write& write);
  void add_tally(Batch& batch);

  TurnName name_;
  const std::string teller_;  // empty: nobody is told
  Work work_;
  TaskWrites tasks_;
  OrderWrites orders_;
  ExecutionWrites executions_;
  std::vector<ExpiredTask> expired_;
  Drawn drawn_;
};

// Whether a transaction whose answer was lost was committed; if it was not, it never will be.
struct CommitNote {
  bool done = false;
  Drawn drawn = {};
};
Answer<CommitNote> commit_of(Connection& connection, const TurnName& name);

}  // namespace ordo::postgres
