// Dead letters: back into their lanes, or forgotten.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "app/commit.h"
#include "app/queues.h"
#include "app/reading.h"
#include "app/refusals.h"
#include "base/assert.h"

namespace ordo::app {
namespace {

constexpr std::size_t kMaxToldFaults = 50;

// One commit after another until nothing is left of what was there at the start.
struct Bites {
  Backend& backend;
  domain::QueueName queue;
  bool forget = false;
  Answer<std::uint64_t> answer;
  domain::Sequence up_to{0};
  std::uint64_t done = 0;
};

ports::Write next_bite(const Bites& bites) {
  if (bites.forget) return ports::PurgeDead{bites.queue, bites.up_to, kDeadLettersAtOnce};
  return ports::RedriveDead{bites.queue, bites.up_to, kDeadLettersAtOnce,
                            bites.backend.clock.wall()};
}

// What was done is done: who asked must know that there is more.
void stop(Bites& bites, base::Error error) {
  if (bites.done > 0) {
    error.message =
        fmt::format("{} are done, the rest are not: {}", bites.done, std::move(error.message));
  }
  bites.answer(base::fail(std::move(error)));
}

void bite(std::unique_ptr<Bites> bites);

// A commit's callback must not commit again itself.
void bite_from_elsewhere(std::unique_ptr<Bites> bites) {
  Readers& readers = bites->backend.readers;
  readers.run([bites = std::move(bites)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return stop(*bites, std::move(reads.error()));
    bite(std::move(bites));
  });
}

// How many the bite was, and whether there is more.
std::pair<std::size_t, bool> taken(const ports::WriteAnswer& answer) {
  if (const auto* const purged = std::get_if<ports::Purged>(&*answer)) {
    return {purged->of.size(), purged->more};
  }
  const auto* const redriven = std::get_if<ports::Redriven>(&*answer);
  ORDO_ASSERT(redriven != nullptr);
  return {redriven->tasks.size(), redriven->more};
}

void bite(std::unique_ptr<Bites> bites) {
  Committer& committer = bites->backend.committer;
  std::vector<ports::Write> writes;
  writes.push_back(next_bite(*bites));
  committer.submit(std::move(writes),
                   [bites = std::move(bites)](base::Result<Committed> committed) mutable {
                     if (!committed) return stop(*bites, std::move(committed.error()));
                     ports::WriteAnswer& answer = committed->answers.front();
                     if (!answer) return stop(*bites, std::move(answer.error()));
                     const auto [count, more] = taken(answer);
                     bites->done += count;
                     if (more) return bite_from_elsewhere(std::move(bites));
                     bites->answer(bites->done);
                   });
}

// Up to the newest task of all: what dies or is put back meanwhile stands behind it.
void bite_all(std::unique_ptr<Bites> bites) {
  Readers& readers = bites->backend.readers;
  readers.run([bites = std::move(bites)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return stop(*bites, std::move(reads.error()));
    const base::Result<ports::TaskPage> newest = reads->tasks.list({}, std::nullopt, 1);
    if (!newest) return stop(*bites, newest.error());
    if (newest->items.empty()) return bites->answer(std::uint64_t{0});
    bites->up_to = newest->items.front().sequence;
    bite(std::move(bites));
  });
}

base::Error unknown_queue(const domain::QueueName& queue) {
  return {base::ErrorCode::invalid,
          "the request is not valid; see errors",
          {{"/queue", "unknown_queue", "there is no queue \"" + queue.value() + "\""}}};
}

// What keeps a chosen task from being put back.
std::optional<base::FieldError> fault_of(const std::optional<domain::Task>& task,
                                         const std::optional<domain::QueueName>& queue,
                                         const domain::Queues& configured, std::size_t index) {
  std::string pointer = fmt::format("/task_ids/{}", index);
  if (!task) return base::FieldError{std::move(pointer), "not_found", "there is no such task"};
  if (queue && task->queue != *queue) {
    return base::FieldError{std::move(pointer), "other_queue",
                            "it is of queue \"" + task->queue.value() + "\""};
  }
  if (task->status != domain::TaskStatus::dead) {
    return base::FieldError{std::move(pointer), "not_dead",
                            fmt::format("it is {}", domain::name_of(task->status))};
  }
  if (!configured.contains(task->queue)) {
    return base::FieldError{std::move(pointer), "unknown_queue",
                            queue_not_configured(base::ErrorCode::conflict, task->queue).message};
  }
  return std::nullopt;
}

struct Chosen {
  domain::Sequence sequence;
  domain::TaskId id;
};

base::Result<std::vector<Chosen>> look_up(ports::TaskReads& reads,
                                          const std::optional<domain::QueueName>& queue,
                                          const domain::Queues& configured,
                                          std::vector<domain::TaskId> ids) {
  std::vector<Chosen> chosen;
  std::vector<base::FieldError> faults;
  for (std::size_t i = 0; i < ids.size() && faults.size() < kMaxToldFaults; ++i) {
    const base::Result<std::optional<domain::Task>> task = reads.find(ids[i]);
    if (!task) return base::fail(task.error());
    if (auto fault = fault_of(*task, queue, configured, i)) {
      faults.push_back(std::move(*fault));
    } else {
      chosen.push_back({(*task)->sequence, std::move(ids[i])});
    }
  }
  if (!faults.empty()) {
    return base::fail(base::Error{base::ErrorCode::conflict,
                                  "some of these are no dead letters; nothing was done; see errors",
                                  std::move(faults)});
  }
  std::ranges::sort(chosen, {}, &Chosen::sequence);
  return chosen;
}

}  // namespace

void redrive(Backend& backend, domain::QueueName queue, Answer<std::uint64_t> answer) {
  if (!backend.queues.contains(queue)) return answer(base::fail(unknown_queue(queue)));
  bite_all(std::make_unique<Bites>(Bites{backend, std::move(queue), false, std::move(answer)}));
}

void redrive_chosen(Backend& backend, std::optional<domain::QueueName> queue,
                    std::vector<domain::TaskId> ids, Answer<std::uint64_t> answer) {
  if (queue && !backend.queues.contains(*queue)) return answer(base::fail(unknown_queue(*queue)));
  backend.readers.run([&backend, queue = std::move(queue), ids = std::move(ids),
                       answer = std::move(answer)](base::Result<ports::Reads> reads) mutable {
    if (!reads) return answer(base::fail(std::move(reads.error())));
    base::Result<std::vector<Chosen>> chosen =
        look_up(reads->tasks, queue, backend.queues, std::move(ids));
    if (!chosen) return answer(base::fail(std::move(chosen.error())));
    std::vector<ports::Write> writes;
    writes.reserve(chosen->size());
    for (Chosen& one : *chosen) {
      writes.emplace_back(ports::RequeueTask{std::move(one.id), backend.clock.wall()});
    }
    commit(backend, std::move(writes), std::move(answer),
           [](const Committed& committed) -> base::Result<std::uint64_t> {
             // Somebody else may have been quicker with some of them.
             return static_cast<std::uint64_t>(
                 std::ranges::count_if(committed.answers, &ports::WriteAnswer::has_value));
           });
  });
}

void purge(Backend& backend, domain::QueueName queue, Answer<std::uint64_t> answer) {
  const bool known = backend.queues.contains(queue);
  // A queue that is configured no more may have left some behind.
  Answer<std::uint64_t> checked =
      [known, answer = std::move(answer)](base::Result<std::uint64_t> purged) mutable {
        if (purged && *purged == 0 && !known) {
          return answer(base::fail(no_such_queue()));
        }
        answer(std::move(purged));
      };
  bite_all(std::make_unique<Bites>(Bites{backend, std::move(queue), true, std::move(checked)}));
}

}  // namespace ordo::app
