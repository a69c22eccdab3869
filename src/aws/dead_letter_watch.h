// Dead letters of one queue: what SQS gave up is recorded as dead, and everybody is told of each of
// them once. The dead-letter queue keeps its messages, for people to look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "aws/home_options.h"
#include "aws/sqs.h"
#include "aws/task_reader.h"
#include "ports/clock.h"
#include "ports/notifier.h"
#include "ports/store.h"

namespace ordo::aws {

class DeadLetterWatch {
 public:
  struct Parts {
    Dynamo& dynamo;
    const HomeOptions& options;
    TaskReader& tasks;
    ports::Store& store;
    const ports::Clock& clock;
    ports::Notifier* notifier = nullptr;  // null: nobody but the log is told
    // One that nobody has heard of, for the log.
    std::function<void(const domain::Task& task)> on_dead;
    std::function<void(const base::Error& error)> on_trouble;
  };
  explicit DeadLetterWatch(Parts parts) : parts_(std::move(parts)) {}

  struct Report {
    std::size_t dead = 0;      // that there are, up to kMaxCounted
    std::size_t recorded = 0;  // that SQS gave up, and nobody had recorded
    std::size_t told = 0;      // for the first time
    // What went wrong first. The rest was looked after all the same.
    std::optional<base::Error> failure = {};
  };
  static constexpr std::size_t kMaxCounted = 10'000;

  // Looks once, about until then. `letters`: the queue's dead-letter queue, whose messages come
  // back at once. An error: it is not even known how many are dead.
  base::Result<Report> look(const domain::QueueName& queue, SqsQueue& letters,
                            base::MonoTime until);

 private:
  void record(SqsQueue& letters, base::MonoTime until, Report& report);
  base::Result<bool> record_one(const SqsReceived& message);
  void tell(const domain::QueueName& queue, Report& report);
  base::Result<std::size_t> tell_some(const domain::QueueName& queue);
  base::Result<bool> mark_told(const domain::Task& task);

  const Parts parts_;
};

}  // namespace ordo::aws
