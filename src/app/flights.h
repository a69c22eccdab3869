// The attempts that are under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/lane_board.h"
#include "domain/task.h"
#include "ports/function_host.h"
#include "ports/task_writes.h"

namespace ordo::app {

struct FlightTask {
  domain::TaskId id;
  domain::Sequence sequence;
  domain::Priority priority = domain::Priority::medium;
  std::uint32_t attempt = 0;
  std::uint32_t max_attempts = 3;
  bool cancelled = false;  // its outcome counts for nothing
  std::string lease = {};  // the token, when an outside worker does it
};

// Tasks of one lane, taken together and done in their order.
struct Flight {
  ports::InvocationId id;
  domain::LaneId lane;
  std::size_t line = 0;  // the dispatcher's own number of the queue
  domain::QueueName queue;
  domain::LaneKey lane_key;
  std::vector<FlightTask> tasks;
  bool holds_slot = false;  // of its function
  bool cut_short = false;   // it was asked to begin nothing more, for it takes long
  base::MonoTime began = {};
  std::size_t told = 0;   // of so many, from the first on, the outcome is known
  std::size_t ended = 0;  // of so many it is durable
  bool together = false;  // one call for all of them
  bool taken_alone = false;
  std::optional<ports::LaneHold> by = {};  // the right to run its lane, where it is shared
  bool lost = false;                       // that is gone: nothing of it counts
  std::optional<domain::LaneBoard::Hold> hold = {};  // when the lane may go on
  std::optional<base::MonoTime> lease_until = {};    // of an outside worker
  base::WallTime lease_wall = {};                    // the same, as it was told
};

// By their id, and by the tasks in them.
class Flights {
 public:
  Flight& add(Flight flight);
  void remove(ports::InvocationId id);
  // After a task was added to it.
  void index(const Flight& flight);
  [[nodiscard]] Flight* find(ports::InvocationId id);
  [[nodiscard]] Flight* with_task(domain::Sequence sequence);
  [[nodiscard]] std::size_t size() const noexcept { return flights_.size(); }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [id, flight] : flights_) visit(flight);
  }

 private:
  std::unordered_map<std::uint64_t, Flight> flights_;
  std::unordered_map<std::uint64_t, std::uint64_t> by_task_;
};

}  // namespace ordo::app
