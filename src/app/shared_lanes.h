// Which lanes this node runs, where several share them, and how far it knows what waits in them.
//
//   gained ──► coming ──► arriving ──(all that waits is known)──► ours ──wanted──► leaving ──►
//   released
//                                                                   └────lost────► gone
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "domain/lane_shard.h"
#include "ports/lane_leases.h"

namespace ordo::app {

// The committer's thread. Borrows both.
class SharedLanes {
 public:
  // Of each kind of lanes, so much is read in one turn: some milliseconds.
  static constexpr std::size_t kPlacesAtOnce = 10'000;

  SharedLanes(ports::LaneLeases& leases, ports::LaneBacklog& backlog,
              std::size_t places_at_once = kPlacesAtOnce)
      : leases_(leases), backlog_(backlog), places_at_once_(places_at_once) {}

  using Shards = std::set<std::uint16_t>;
  struct Change {
    Shards lost;     // nothing that is under way in them counts
    Shards leaving;  // nothing begins in them any more
  };
  // What the leases say.
  Change take_news();

  // By which right tasks of the lane are begun here; nothing: they are not.
  [[nodiscard]] std::optional<ports::LaneHold> hold_of(const domain::QueueName& queue,
                                                       const domain::LaneKey& lane) const;

  // Whether all that waits in the lane is known: what comes now comes after it.
  [[nodiscard]] bool knows(const domain::QueueName& queue, const domain::LaneKey& lane) const;

  // What waits and was not known yet: to be put in its lanes.
  struct Found {
    std::vector<ports::OpenTask> open;  // of lanes that have come
    std::vector<ports::Place> places;
  };
  // Whether there is something to ask for. `busy`: shards in which something is under way that was
  // lost with them; they come when it has ended.
  [[nodiscard]] bool is_behind(const Shards& busy) const;
  base::Result<Found> read(const Shards& busy);

  // Some lanes are ours, or may be by now, of which nothing is known yet.
  [[nodiscard]] bool is_coming() const { return !coming_.empty() || leases_.is_taking(); }
  // Some lanes are known in part.
  [[nodiscard]] bool is_arriving() const { return arrival_.has_value(); }

  // Others have accepted tasks.
  void note_others() { behind_ = true; }
  // This node has: true when they are the next after all that is known, and so to be put in their
  // lanes now; otherwise read() finds them in their order.
  bool follows(domain::Sequence first, domain::Sequence last);

  // Those that leave, but for the busy ones, are given up for good: these.
  Shards release(const Shards& busy);
  [[nodiscard]] bool is_leaving() const { return !leaving_.empty(); }

 private:
  enum class State : std::uint8_t { others, coming, arriving, ours };
  struct Shard {
    State state = State::others;
    std::uint64_t epoch = 0;
  };
  // Lanes that come together, and how far they are known.
  struct Arrival {
    Shards shards;
    domain::Sequence after;
  };
  Shards take_from_waiting(const Shards& busy);
  void forget(const std::vector<ports::LaneHold>& holds, Shards& into);
  void settle(const ports::LaneBacklog::Fresh& fresh);

  ports::LaneLeases& leases_;
  ports::LaneBacklog& backlog_;
  const std::size_t places_at_once_;
  std::array<Shard, domain::kLaneShards> shards_{};
  Shards coming_;
  std::optional<Arrival> arrival_;
  std::map<std::uint16_t, std::uint64_t> leaving_;  // with their epochs
  domain::Sequence seen_{0};                        // of ours, all up to here is known
  bool behind_ = true;
};

}  // namespace ordo::app
