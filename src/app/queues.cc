#include "app/queues.h"

#include <chrono>
#include <utility>

#include "app/dispatcher.h"
#include "app/reading.h"

namespace ordo::app {
namespace {

// Lanes that are looked at when only those with something queued are wanted.
constexpr std::size_t kMaxLanesSeen = 10'000;

base::Error nothing_runs() {
  return {base::ErrorCode::unavailable, "no functions run here", {}};
}

base::Error no_queue() {
  return {base::ErrorCode::not_found, "there is no such queue", {}};
}

base::Result<domain::Queue> configured(const Backend& backend, const domain::QueueName& name) {
  if (backend.dispatcher == nullptr) return base::fail(nothing_runs());
  const auto found = backend.queues.find(name);
  if (found == backend.queues.end()) return base::fail(no_queue());
  domain::Queue queue = found->second;
  queue.name = name;
  return queue;
}

base::Result<std::vector<QueueState>> with_age(ports::TaskReads& reads,
                                               std::vector<QueueState> states) {
  for (QueueState& state : states) {
    if (state.now.queued == 0) continue;
    const auto oldest = reads.oldest_queued(state.queue.name);
    if (!oldest) return base::fail(oldest.error());
    state.oldest = *oldest;
  }
  return states;
}

void gather(Backend& backend, std::vector<QueueState> states,
            Answer<std::vector<QueueState>> answer) {
  backend.dispatcher->look([&backend, states = std::move(states), answer = std::move(answer)](
                               const domain::LaneBoard& board,
                               const std::map<domain::QueueName, std::uint64_t>& dead) mutable {
    for (QueueState& state : states) {
      state.now = board.view(state.queue.name);
      if (const auto count = dead.find(state.queue.name); count != dead.end()) {
        state.dead = count->second;
      }
    }
    read(backend, std::move(answer), [states = std::move(states)](ports::TaskReads& reads) mutable {
      return with_age(reads, std::move(states));
    });
  });
}

bool is_wanted(const domain::LaneView& lane, LaneFilter filter, bool paused) {
  switch (filter) {
    case LaneFilter::any:
      return true;
    case LaneFilter::blocked:
      return lane.state == domain::LaneState::waiting || (paused && lane.queued > 0);
    case LaneFilter::ready:
      return lane.state == domain::LaneState::ready;
    case LaneFilter::running:
      return lane.state == domain::LaneState::running;
    case LaneFilter::waiting:
      return lane.state == domain::LaneState::waiting;
  }
  return false;
}

std::vector<domain::LaneView> lanes_on(const domain::LaneBoard& board,
                                       const domain::QueueName& name, LaneFilter filter,
                                       std::size_t limit) {
  const bool paused = board.view(name).paused;
  std::optional<domain::LaneState> state;
  if (filter == LaneFilter::ready) state = domain::LaneState::ready;
  if (filter == LaneFilter::running) state = domain::LaneState::running;
  const bool waiting = filter == LaneFilter::waiting || (filter == LaneFilter::blocked && !paused);
  if (waiting) state = domain::LaneState::waiting;
  const bool sifted = filter == LaneFilter::blocked && paused;
  std::vector<domain::LaneView> views = board.lanes(name, state, sifted ? kMaxLanesSeen : limit);
  std::erase_if(views, [&](const auto& lane) { return !is_wanted(lane, filter, paused); });
  if (views.size() > limit)
    views.erase(views.begin() + static_cast<std::ptrdiff_t>(limit), views.end());
  return views;
}

// With the task that stands first in the lane. One that has left meanwhile is not told of.
base::Result<void> add_head(ports::TaskReads& reads, LaneStanding& lane) {
  if (!lane.view.head) return {};
  base::Result<ports::TaskPage> page =
      reads.list({}, domain::Sequence(lane.view.head->value() + 1), 1);
  if (!page) return base::fail(std::move(page.error()));
  if (page->items.empty() || page->items.front().sequence != *lane.view.head) return {};
  domain::Task& task = page->items.front();
  lane.head = std::move(task.id);
  lane.last_error = std::move(task.last_error);
  return {};
}

}  // namespace

void queues(Backend& backend, Answer<std::vector<QueueState>> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(nothing_runs()));
  std::vector<QueueState> states;
  for (const auto& [name, queue] : backend.queues) {
    states.push_back({queue, {}, 0, std::nullopt});
    states.back().queue.name = name;
  }
  gather(backend, std::move(states), std::move(answer));
}

void queue(Backend& backend, const domain::QueueName& name, Answer<QueueState> answer) {
  base::Result<domain::Queue> known = configured(backend, name);
  if (!known) return answer(base::fail(std::move(known.error())));
  std::vector<QueueState> states;
  states.push_back({std::move(*known), {}, 0, std::nullopt});
  gather(backend, std::move(states),
         [answer = std::move(answer)](base::Result<std::vector<QueueState>> gathered) mutable {
           if (!gathered) return answer(base::fail(std::move(gathered.error())));
           answer(std::move(gathered->front()));
         });
}

void pause_queue(Backend& backend, domain::QueueName name, bool paused, Answer<QueueState> answer) {
  if (const auto known = configured(backend, name); !known) {
    return answer(base::fail(known.error()));
  }
  std::vector<ports::TaskWrite> writes;
  writes.emplace_back(ports::PauseQueue{name, paused});
  backend.committer.submit(
      std::move(writes), [&backend, name = std::move(name),
                          answer = std::move(answer)](base::Result<Committed> committed) mutable {
        if (!committed) return answer(base::fail(std::move(committed.error())));
        if (const ports::WriteAnswer& noted = committed->answers.front(); !noted) {
          return answer(base::fail(noted.error()));
        }
        // A commit's callback must not wake the committer itself.
        backend.readers.run([&backend, name = std::move(name), answer = std::move(answer)](
                                base::Result<ports::TaskReads*> reads) mutable {
          if (!reads) return answer(base::fail(std::move(reads.error())));
          queue(backend, name, std::move(answer));
        });
      });
}

void lanes(Backend& backend, domain::QueueName name, LaneFilter filter, std::size_t limit,
           Answer<std::vector<LaneStanding>> answer) {
  if (const auto known = configured(backend, name); !known) {
    return answer(base::fail(known.error()));
  }
  backend.dispatcher->look(
      [&backend, name = std::move(name), filter, limit, answer = std::move(answer)](
          const domain::LaneBoard& board,
          const std::map<domain::QueueName, std::uint64_t>&) mutable {
        const bool paused = board.view(name).paused;
        const base::MonoTime now = backend.clock.mono();
        const base::WallTime wall = backend.clock.wall();
        std::vector<LaneStanding> standings;
        for (domain::LaneView& view : lanes_on(board, name, filter, limit)) {
          LaneStanding& lane = standings.emplace_back();
          if (paused && view.queued > 0) {
            lane.why = "paused";
          } else if (view.until) {
            lane.why = "retry";
            lane.until = wall + std::chrono::ceil<base::Millis>(*view.until - now);
          }
          lane.view = std::move(view);
        }
        read(backend, std::move(answer),
             [standings = std::move(standings)](
                 ports::TaskReads& reads) mutable -> base::Result<std::vector<LaneStanding>> {
               for (LaneStanding& lane : standings) {
                 if (auto added = add_head(reads, lane); !added) return base::fail(added.error());
               }
               return std::move(standings);
             });
      });
}

}  // namespace ordo::app
