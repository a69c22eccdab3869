// Tasks that a queue outside hands over: run in their order, lane by lane, by the rules that the
// dispatcher goes by. For homes whose lanes are kept by such a queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "base/time.h"
#include "domain/queue.h"
#include "ports/clock.h"
#include "ports/function_host.h"
#include "ports/random.h"
#include "ports/store.h"
#include "ports/task_reads.h"
#include "ports/trouble.h"

namespace ordo::app {

struct HandedOver {
  domain::TaskId id;
  domain::Sequence sequence;   // tells the lives of a task apart
  std::string lane;            // deliveries with the same text are one lane
  std::uint32_t received = 1;  // how often it was handed over, this time included
};

// What the queue outside is to do with a delivery.
struct Settlement {
  enum class Kind : std::uint8_t {
    done,   // forget it
    again,  // hand it over again, after the pause, and all behind it in its lane
    dead,   // set it aside, and go on with its lane
  };
  Kind kind = Kind::done;
  base::Millis pause{0};  // of `again`

  friend bool operator==(const Settlement&, const Settlement&) = default;
};

// Any thread, but process() from one at a time.
//
// A task is run only as it is in the store: one that has ended, is gone, or has begun another life
// is done; one that runs was left behind by whoever was cut off, and counts as a lost attempt; one
// whose next attempt is not due is handed back. An attempt counts from when it is durable, so that
// a process that dies in it, again and again, uses the attempts up.
class Deliveries {
 public:
  // Borrowed. The store takes calls of several threads at once here.
  struct Parts {
    ports::Store& store;
    ports::TaskReads& tasks;
    const ports::Clock& clock;
    ports::Random& random;
    const domain::Queues& queues;
    ports::OnTrouble on_trouble = {};
  };
  explicit Deliveries(Parts parts) : parts_(std::move(parts)) {}

  // One settlement each, in their order. Lanes run side by side, each in its order up to the first
  // that is not done. What has not begun at `last_start` is handed back.
  std::vector<Settlement> process(ports::FunctionHost& host, std::span<const HandedOver> deliveries,
                                  base::MonoTime last_start);

  // How the host tells of endings.
  void ended(std::vector<ports::Ended> all);

 private:
  Settlement run(ports::FunctionHost& host, const HandedOver& given, base::MonoTime last_start);
  Settlement attempt(ports::FunctionHost& host, const HandedOver& given, const domain::Task& task,
                     const domain::Queue& queue);
  // Writes how the attempt ended and says what follows from it.
  Settlement end(const HandedOver& given, const domain::Task& task, domain::Verdict verdict);
  ports::Ended wait_for(ports::InvocationId id);
  base::Result<ports::WriteAnswer> write(ports::Write write);
  Settlement hand_back(const HandedOver& given, const base::Error& error);

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable told_;
  // Guarded by mutex_.
  std::uint64_t next_invocation_ = 1;
  std::map<ports::InvocationId, ports::Ended> endings_;
};

}  // namespace ordo::app
