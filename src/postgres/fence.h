// Holds a transaction's attempts against the leases of their lanes.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "ports/task_writes.h"
#include "postgres/work.h"

namespace ordo::postgres {

// Within one transaction. One thread. Who removes this node waits for its end.
class Fence {
 public:
  // `node`: who we are; empty: nobody yet, who holds nothing.
  Fence(Work& work, std::string node) : work_(work), node_(std::move(node)) {}

  // What will be asked for, to be read with all else.
  void want(const std::optional<ports::LaneHold>& hold);
  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);

  // Whether an attempt of such a lane may begin or end by our word.
  bool holds(const std::optional<ports::LaneHold>& hold);

 private:
  Work& work_;
  const std::string node_;
  std::set<ports::LaneHold> wanted_;
  std::set<ports::LaneHold> reading_;
  std::set<ports::LaneHold> known_;
  std::set<ports::LaneHold> held_;
};

}  // namespace ordo::postgres
