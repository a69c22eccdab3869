// What nodes tell each other at once, by NOTIFY. Nobody relies on it: what is missed is found by
// the next heartbeat.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "domain/lane_shard.h"
#include "postgres/connection.h"

namespace ordo::postgres {

using ShardSet = std::bitset<domain::kLaneShards>;

// Lanes have moved, unless it says something else.
struct Signal {
  std::string from;                      // the node
  std::optional<ShardSet> tasks = {};    // were accepted in these
  std::optional<std::string> post = {};  // there are letters for that node
};

// An expression of SQL: where signals go, a channel for each schema.
inline constexpr std::string_view kSignalChannel = "'ordo_' || 'tasks_seq'::regclass::oid";

[[nodiscard]] std::string text_of(const Signal& signal);
// Nothing: it is none of ours.
[[nodiscard]] std::optional<Signal> signal_in(std::string_view text);

// Within a transaction: heard when that is committed.
void add_signal(Batch& batch, const Signal& signal);
// From now on signals come in on this connection.
Answer<void> listen(Connection& connection);

}  // namespace ordo::postgres
