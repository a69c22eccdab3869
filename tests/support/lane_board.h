// One queue and lanes by their names, in few words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/lane_board.h"

namespace ordo::testing {

using domain::LaneBoard;
using domain::LaneId;
using domain::LaneKey;
using domain::Ordering;
using domain::Priority;
using domain::Queue;
using domain::QueueName;
using domain::Queues;
using domain::Sequence;

inline const QueueName kQueue{"tasks"};

inline Queues one_queue(std::uint32_t concurrency = 8, Ordering ordering = Ordering::fifo) {
  Queue queue;
  queue.name = kQueue;
  queue.concurrency = concurrency;
  queue.ordering = ordering;
  return {{kQueue, queue}};
}

inline base::MonoTime at(std::int64_t ms) {
  return base::MonoTime::from_ns(ms * 1'000'000);
}

struct Board {
  explicit Board(const Queues& queues = one_queue()) : board(queues) {}

  void add(const std::string& lane, std::uint64_t sequence, Priority priority = Priority::medium) {
    board.add(kQueue, LaneKey(lane), Sequence(sequence), priority);
  }
  bool remove(const std::string& lane, std::uint64_t sequence) {
    return board.remove(kQueue, LaneKey(lane), Sequence(sequence));
  }
  // The sequences taken, and their lane in `last`.
  std::vector<std::uint64_t> take(std::size_t most = 1) {
    std::vector<std::uint64_t> sequences;
    const auto taken = board.take(kQueue, most);
    if (!taken) return sequences;
    last = taken->lane;
    for (const auto& task : taken->tasks) sequences.push_back(task.sequence.value());
    return sequences;
  }
  // What was taken last failed, and is tried again at that time.
  void fail(std::uint64_t sequence, std::int64_t again_ms) {
    board.put_back(last, Sequence(sequence), Priority::medium);
    board.vacate(last, LaneBoard::Hold{at(again_ms), Sequence(sequence)});
  }
  LaneBoard board;
  LaneId last;
};

using Sequences = std::vector<std::uint64_t>;

}  // namespace ordo::testing
