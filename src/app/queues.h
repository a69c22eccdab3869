// The use cases over queues and their dead letters. Answered as in app/tasks.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/boards.h"
#include "app/tasks.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/lane_board.h"
#include "domain/queue.h"

namespace ordo::app {

// So many dead letters are put back, or forgotten, in one commit, so that nobody else waits for
// long; then the next so many.
inline constexpr std::size_t kDeadLettersAtOnce = 200;
// So many may be chosen by their ids.
inline constexpr std::size_t kMaxChosenTasks = 1000;

// All the dead letters that the queue has now go back into their lanes, in their order; how many.
// `invalid` with a pointer when the queue is not configured.
void redrive(Backend& backend, domain::QueueName queue, Answer<std::uint64_t> answer);
// These dead letters, of this queue if it is given, in the order in which they were accepted
// first. `conflict` with pointers when any is not there, not dead, of another queue, or of one that
// is not configured: then nothing is done.
void redrive_chosen(Backend& backend, std::optional<domain::QueueName> queue,
                    std::vector<domain::TaskId> ids, Answer<std::uint64_t> answer);
// All the dead letters that the queue has now are forgotten; how many. `not_found` when there is
// neither such a queue nor a dead letter of it.
void purge(Backend& backend, domain::QueueName queue, Answer<std::uint64_t> answer);

struct QueueState {
  domain::Queue queue;  // of one that is not configured only the name
  bool configured = true;
  domain::QueueView now;
  std::uint64_t dead = 0;
  std::optional<base::WallTime> oldest;  // when the oldest task that is queued was created
};
// Those that are not configured and hold tasks all the same, dead ones included: they wait for
// their section to come back.
std::vector<QueueState> left_behind(const domain::Queues& configured, const QueueViews& views,
                                    const std::map<domain::QueueName, std::uint64_t>& dead);
// Those that are configured, and then those that are left behind. `unavailable` where nothing runs,
// as all that follow; those of one queue: `not_found`, too, unless it is left behind.
void queues(Backend& backend, Answer<std::vector<QueueState>> answer);
void queue(Backend& backend, const domain::QueueName& name, Answer<QueueState> answer);
// Starts nothing more of it, or goes on; as it is then. Only of one that is configured: otherwise
// `not_found`.
void pause_queue(Backend& backend, domain::QueueName name, bool paused, Answer<QueueState> answer);

struct LaneStanding {
  domain::LaneView view;
  std::optional<domain::TaskId> head;  // the first task that is not taken
  std::optional<std::string> last_error;
  // "retry", "paused", "not configured", or empty: it is not blocked
  std::string why;
  std::optional<base::WallTime> until;  // the next attempt at the head, if it is a retry
};
struct LanePage {
  std::vector<LaneStanding> lanes;
  bool more = false;  // than these
};
// Lanes of a queue, at most `limit`. Blocked: it waits for a retry, or its queue is paused or left
// behind and something is queued in it.
void lanes(Backend& backend, domain::QueueName name, LaneFilter filter, std::size_t limit,
           Answer<LanePage> answer);

}  // namespace ordo::app
