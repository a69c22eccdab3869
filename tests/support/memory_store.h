// Store and all its reads, in memory: passes the same contract suite as the real stores, and can be
// told to fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/task.h"
#include "domain/task_attempts.h"
#include "domain/task_text.h"
#include "ports/backlog.h"
#include "ports/reads.h"
#include "ports/store.h"
#include "ports/task_reads.h"
#include "support/memory_executions.h"
#include "support/memory_orders.h"
#include "support/memory_tasks.h"

namespace ordo::testing {

// Any thread.
class MemoryStore : public ports::Store,
                    public ports::TaskReads,
                    public ports::OrderReads,
                    public ports::Backlog {
 public:
  MemoryStore();
  ~MemoryStore() override;

  // The next apply, expire or probe returns `error` and does nothing else. A fatal error stays.
  void fail_next(base::Error error);
  // As fail_next, but an apply fails where it would commit: what follows has been asked for.
  void fail_next_commit(base::Error error);

  void skip_sequences_to(std::uint64_t last);
  void skip_execution_numbers_to(std::uint64_t last);

  using Store::apply;
  base::Result<std::vector<ports::WriteAnswer>> apply(std::span<const ports::Write> writes,
                                                      const ports::Follow& follow) override;
  base::Result<ports::Expired> expire(const ports::Expiry& expiry,
                                      const ports::ExpiryBite& bite) override;
  base::Result<void> probe() override;

  ports::Reads reads() { return {*this, *this, executions_}; }
  ports::ExecutionReads& execution_reads() { return executions_; }

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) override;
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before,
                                     std::size_t limit) override;
  base::Result<std::optional<domain::Order>> find(const domain::RecordId& id,
                                                  base::WallTime now) override;
  base::Result<ports::OrderPage> list(const ports::OrderFilter& filter,
                                      std::optional<domain::OrderNumber> before, std::size_t limit,
                                      base::WallTime now) override;
  base::Result<std::vector<domain::Order>> pending(domain::OrderNumber after, std::size_t limit,
                                                   base::WallTime now) override;
  base::Result<std::vector<domain::Order>> settled_by(const std::string& name,
                                                      base::WallTime now) override;
  base::Result<domain::TaskCounts> counts() override;
  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) override;
  base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) override;
  base::Result<std::vector<ports::Place>> pending(domain::Sequence after,
                                                  std::size_t limit) override;
  base::Result<std::vector<ports::OpenTask>> open_tasks() override;
  base::Result<std::vector<domain::QueueName>> paused_queues() override;
  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() override;
  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after, std::size_t limit) override;
  base::Result<ports::KeptNotices> kept_notices() override;
  base::Result<std::map<std::string, std::uint64_t>> told() override;

 private:
  // A kind of thing each.
  struct Kept {
    MemoryTasks tasks;
    MemoryOrders orders;
    MemoryExecutions executions;
  };

  ports::WriteAnswer apply_one(const ports::Write& write);
  std::optional<base::Error> take_failure();
  std::mutex mutex_;
  Kept kept_;
  std::optional<base::Error> failure_;
  bool late_failure_ = false;

  MemoryExecutionReads executions_;
};

}  // namespace ordo::testing
