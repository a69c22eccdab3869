// What bare libpq manages: the statements that a node of ours sends over the same tables, as many
// tasks a transaction, and all of a transaction in one round trip, for nothing has to be decided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "postgres/rate.h"

namespace ordo::bench {

enum class BareWork : std::uint8_t {
  accepts,  // tasks are inserted
  lives,    // each transaction inserts tasks, begins those of the one before it, ends those before
  writes,   // the same, and only what a finished task leaves behind: an insert, an update
};

struct BareLoad {
  BareWork work = BareWork::lives;
  std::size_t tasks = 100'000;
  std::size_t a_commit = 500;
  std::size_t lanes = 1000;
};

// In this schema, which gets our tables.
Rate measure_bare(const std::string& url, const BareLoad& load);

}  // namespace ordo::bench
