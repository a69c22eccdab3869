// What the writers of all kinds of things share: one connection, one transaction, one ledger.
#pragma once

#include <cstdint>

#include "domain/task.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// The one row that each commit rewrites, kept in memory in between: exact counts without counting,
// and the last place given out, so that a sequence is never used again.
struct Ledger {
  std::uint64_t last_sequence = 0;
  domain::TaskCounts counts;
  std::uint64_t probes = 0;

  friend bool operator==(const Ledger&, const Ledger&) = default;
};

struct Writing {
  Connection connection;
  Ledger ledger;
  bool changed = false;  // the transaction under way has something to make durable
};

}  // namespace ordo::sqlite
