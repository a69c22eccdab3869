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

struct Signal {
  std::string from;                    // the node
  std::optional<ShardSet> tasks = {};  // were accepted in these; without: lanes have moved
};

[[nodiscard]] std::string text_of(const Signal& signal);
// Nothing: it is none of ours.
[[nodiscard]] std::optional<Signal> signal_in(std::string_view text);

// Within a transaction: heard when that is committed.
void add_signal(Batch& batch, const Signal& signal);
// From now on signals come in on this connection.
Answer<void> listen(Connection& connection);

}  // namespace ordo::postgres
