#include "app/queues.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "app/dispatcher.h"
#include "app/node_talk.h"
#include "app/reading.h"
#include "app/refusals.h"

namespace ordo::app {
namespace {

base::Error nothing_runs() {
  return {base::ErrorCode::unavailable, "no functions run here", {}};
}

base::Result<domain::Queue> configured(const Backend& backend, const domain::QueueName& name) {
  if (backend.dispatcher == nullptr) return base::fail(nothing_runs());
  const auto found = backend.queues.find(name);
  if (found == backend.queues.end()) {
    return base::fail(queue_not_configured(base::ErrorCode::not_found, name));
  }
  domain::Queue queue = found->second;
  queue.name = name;
  return queue;
}

base::Result<void> add_age(ports::TaskReads& reads, QueueState& state) {
  if (state.now.queued == 0) return {};
  const auto oldest = reads.oldest_queued(state.queue.name);
  if (!oldest) return base::fail(oldest.error());
  state.oldest = *oldest;
  return {};
}

base::Result<std::vector<QueueState>> with_age(ports::TaskReads& reads,
                                               std::vector<QueueState> states) {
  for (QueueState& state : states) {
    if (auto added = add_age(reads, state); !added) return base::fail(added.error());
  }
  return states;
}

using Dead = std::map<domain::QueueName, std::uint64_t>;

std::uint64_t dead_of(const Dead& dead, const domain::QueueName& name) {
  const auto count = dead.find(name);
  return count == dead.end() ? 0 : count->second;
}

// All that is on boards, and what is dead.
struct Standing {
  QueueViews views;
  Dead dead;
};

void fill(QueueState& state, const QueueViews& views, const Dead& dead) {
  const auto view = views.find(state.queue.name);
  if (view != views.end()) state.now = view->second;
  state.dead = dead_of(dead, state.queue.name);
}

// This node's, and then that of the others, if there are any.
void stand(Backend& backend, std::move_only_function<void(Standing)> answer) {
  backend.dispatcher->look([&backend, answer = std::move(answer)](const domain::LaneBoard& board,
                                                                  const Dead& dead) mutable {
    Standing standing{views_of(board), dead};
    for (const auto& [name, queue] : backend.queues) standing.views[name] = board.view(name);
    if (backend.nodes == nullptr) return answer(std::move(standing));
    backend.nodes->ask_views([standing = std::move(standing),
                              answer = std::move(answer)](const QueueViews& others) mutable {
      add_views(standing.views, others);
      answer(std::move(standing));
    });
  });
}

bool is_empty(const QueueState& state) {
  return state.now.queued == 0 && state.now.running == 0 && state.dead == 0;
}

QueueState unfilled(domain::Queue queue) {
  QueueState state;
  state.queue = std::move(queue);
  return state;
}

QueueState not_configured(domain::QueueName name) {
  QueueState state;
  state.configured = false;
  state.queue.name = std::move(name);
  state.queue.function.clear();
  state.queue.max_attempts = 0;
  return state;
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
  // The board knows only how long from now on: to tell that as a time would tell another each time.
  if (lane.view.until) lane.until = task.next_attempt_at;
  lane.last_error = std::move(task.last_error);
  return {};
}

}  // namespace

std::vector<QueueState> left_behind(const domain::Queues& configured, const QueueViews& views,
                                    const Dead& dead) {
  std::set<domain::QueueName> names;
  for (const auto& [name, view] : views) names.insert(name);
  for (const auto& [name, count] : dead) names.insert(name);
  std::vector<QueueState> states;
  for (const domain::QueueName& name : names) {
    if (configured.contains(name)) continue;
    QueueState state = not_configured(name);
    fill(state, views, dead);
    if (!is_empty(state)) states.push_back(std::move(state));
  }
  return states;
}

void queues(Backend& backend, Answer<std::vector<QueueState>> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(nothing_runs()));
  stand(backend, [&backend, answer = std::move(answer)](const Standing& standing) mutable {
    std::vector<QueueState> states;
    for (const auto& [name, queue] : backend.queues) {
      states.push_back(unfilled(queue));
      states.back().queue.name = name;
      fill(states.back(), standing.views, standing.dead);
    }
    std::ranges::move(left_behind(backend.queues, standing.views, standing.dead),
                      std::back_inserter(states));
    read(backend, std::move(answer),
         [states = std::move(states)](const ports::Reads& reads) mutable {
           return with_age(reads.tasks, std::move(states));
         });
  });
}

void queue(Backend& backend, const domain::QueueName& name, Answer<QueueState> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(nothing_runs()));
  const auto known = configured(backend, name);
  stand(backend, [&backend, state = known ? unfilled(*known) : not_configured(name),
                  answer = std::move(answer)](const Standing& standing) mutable {
    fill(state, standing.views, standing.dead);
    if (!state.configured && is_empty(state)) return answer(base::fail(no_such_queue()));
    read(backend, std::move(answer),
         [state = std::move(state)](const ports::Reads& reads) mutable -> base::Result<QueueState> {
           if (auto added = add_age(reads.tasks, state); !added) return base::fail(added.error());
           return std::move(state);
         });
  });
}

void pause_queue(Backend& backend, domain::QueueName name, bool paused, Answer<QueueState> answer) {
  if (const auto known = configured(backend, name); !known) {
    return answer(base::fail(known.error()));
  }
  std::vector<ports::Write> writes;
  writes.emplace_back(ports::PauseQueue{name, paused});
  backend.committer.submit(
      std::move(writes), [&backend, name = std::move(name),
                          answer = std::move(answer)](base::Result<Committed> committed) mutable {
        if (!committed) return answer(base::fail(std::move(committed.error())));
        if (const ports::WriteAnswer& noted = committed->answers.front(); !noted) {
          return answer(base::fail(noted.error()));
        }
        // A commit's callback must not wake the committer itself.
        backend.readers.run([&backend, name = std::move(name),
                             answer = std::move(answer)](base::Result<ports::Reads> reads) mutable {
          if (!reads) return answer(base::fail(std::move(reads.error())));
          queue(backend, name, std::move(answer));
        });
      });
}

namespace {

// How they stand, with their heads.
void tell_lanes(Backend& backend, domain::LaneViews seen, std::string_view held_by,
                Answer<LanePage> answer) {
  LanePage page;
  page.more = seen.more;
  for (domain::LaneView& view : seen.lanes) {
    LaneStanding& lane = page.lanes.emplace_back();
    if (!held_by.empty() && view.queued > 0) {
      lane.why = held_by;
    } else if (view.until) {
      lane.why = "retry";
    }
    lane.view = std::move(view);
  }
  read(backend, std::move(answer),
       [page = std::move(page)](const ports::Reads& reads) mutable -> base::Result<LanePage> {
         for (LaneStanding& lane : page.lanes) {
           if (auto added = add_head(reads.tasks, lane); !added) return base::fail(added.error());
         }
         return std::move(page);
       });
}

}  // namespace

void lanes(Backend& backend, domain::QueueName name, LaneFilter filter, std::size_t limit,
           Answer<LanePage> answer) {
  if (backend.dispatcher == nullptr) return answer(base::fail(nothing_runs()));
  stand(backend, [&backend, name = std::move(name), filter, limit,
                  answer = std::move(answer)](const Standing& standing) mutable {
    const bool known = backend.queues.contains(name);
    QueueState state = not_configured(name);
    fill(state, standing.views, standing.dead);
    if (!known && is_empty(state)) return answer(base::fail(no_such_queue()));
    const std::string_view held_by = !known ? "not configured" : state.now.paused ? "paused" : "";
    const bool held = !held_by.empty();
    backend.dispatcher->look([&backend, name = std::move(name), filter, limit, held, held_by,
                              answer = std::move(answer)](const domain::LaneBoard& board,
                                                          const Dead& /*dead*/) mutable {
      domain::LaneViews seen = lanes_on(board, name, filter, limit, held);
      if (backend.nodes == nullptr) {
        return tell_lanes(backend, std::move(seen), held_by, std::move(answer));
      }
      backend.nodes->ask_lanes(name, filter, limit, held,
                               [&backend, seen = std::move(seen), limit, held_by,
                                answer = std::move(answer)](domain::LaneViews others) mutable {
                                 add_lanes(seen, std::move(others), limit);
                                 tell_lanes(backend, std::move(seen), held_by, std::move(answer));
                               });
    });
  });
}

}  // namespace ordo::app
