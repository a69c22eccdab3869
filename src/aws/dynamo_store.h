// The write side of tasks and orders on DynamoDB, and on the queues that run the tasks.
//
// Writes of one call are evaluated by the rules of the domain on what was read, and committed in
// one transaction that fails if anything of it was changed meanwhile: then all begins anew. A call
// with more items than a transaction takes is several of them, in order.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "aws/home_options.h"
#include "aws/number_source.h"
#include "aws/order_batches.h"
#include "aws/task_reader.h"
#include "aws/task_writes.h"
#include "ports/announcer.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/store.h"

namespace ordo::aws {

// Any thread, in any number of processes.
//
// A task that was added is announced once it is durable, before its answer; if that fails it is
// taken back, and the answer is `unavailable`. One that was put back and could not be announced is
// left to LateAnnouncements, as is one whose process ended in between.
//
// Pauses of queues, notices and executions are not kept in this home: writes of them are `invalid`.
// When a call is several transactions and one cannot be committed, its writes and those behind it
// have that as their own answers. Many orders are settled in bites: some may be when that fails,
// and the name that settled them finds them. Deletes nothing by age: DynamoDB does.
class DynamoStore : public ports::Store {
 public:
  // Borrowed.
  struct Parts {
    Dynamo& dynamo;
    const HomeOptions& options;
    TaskReader& tasks;
    SequenceMemo& memo;
    OrderBatches& batches;
    ports::Announcer& announcer;
    const ports::Clock& clock;
    ports::Random& random;
    std::function<void(base::Millis)> pause;  // sleeps
  };
  explicit DynamoStore(Parts parts);

  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override;
  base::Result<void> probe() override;

 private:
  using Answers = std::vector<ports::WriteAnswer>;

  base::Result<Answers> apply_slice(std::span<const ports::Write> writes,
                                    const ports::Follow& follow);
  base::Result<Answers> settle_in_bites(const ports::SettleOrders& settle);
  void announce(std::vector<ToAnnounce> fresh, const std::string& revision, Answers& answers);
  void take_back(const ToAnnounce& failed, const std::string& revision);
  const Parts parts_;
  NumberSource sequences_;
  NumberSource order_numbers_;
};

}  // namespace ordo::aws
