// Writes that are one transaction of DynamoDB: evaluated on what was read, and committed if nothing
// of it was changed meanwhile; otherwise all begins anew.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/home_options.h"
#include "aws/number_source.h"
#include "aws/order_batches.h"
#include "aws/task_reader.h"
#include "aws/task_writes.h"
#include "aws/unit_of_work.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/store.h"

namespace ordo::aws {

// One thread, written once.
class WriteSlice {
 public:
  // Borrowed.
  struct Parts {
    Dynamo& dynamo;
    const HomeOptions& options;
    TaskReader& tasks;
    OrderBatches& batches;
    NumberSource& sequences;
    NumberSource& order_numbers;
    const ports::Clock& clock;
    ports::Random& random;
    const std::function<void(base::Millis)>& pause;
  };
  // `writes` and `follow` are borrowed, too.
  WriteSlice(Parts parts, std::span<const ports::Write> writes, const ports::Follow& follow);
  ~WriteSlice();

  struct Written {
    std::vector<ports::WriteAnswer> answers;
    // Those that were added or put back, and those that were asked for again a moment after.
    std::vector<ToAnnounce> announcements;
    std::string revision;  // of all that was written
  };
  // Who follows is asked once: with others at work on the same things, such a slice is given up.
  base::Result<Written> write();

 private:
  class Transaction;
  // The last numbers that were given, as far as is known; those after them are counted on.
  struct Numbers {
    std::uint64_t sequence = 0;
    std::uint64_t order = 0;
    friend bool operator==(const Numbers&, const Numbers&) = default;
  };

  base::Result<void> expect_numbers();
  base::Result<std::unique_ptr<Transaction>> evaluate(const ports::Follow& follow);
  base::Result<Numbers> draw(const Transaction& transaction);
  base::Result<std::vector<domain::TaskId>> find_dead(const std::optional<domain::QueueName>& queue,
                                                      domain::Sequence up_to, std::size_t limit);
  void begin_anew();

  const Parts parts_;
  const std::span<const ports::Write> writes_;
  const ports::Follow& follow_;
  UnitOfWork unit_;
  Numbers expected_;
  // What the writes will read, as far as that can be told.
  bool wants_sequences_ = false;
  bool wants_order_numbers_ = false;
  std::vector<UnitOfWork::Key> keys_;
  std::vector<std::string> made_;  // ids that were made a moment ago
  std::optional<std::vector<domain::TaskId>> dead_;
  std::int64_t pause_ms_;
};

}  // namespace ordo::aws
