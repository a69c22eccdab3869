// The read side of tasks, and what a start finds of them.
#pragma once

#include "ports/backlog.h"
#include "ports/lane_leases.h"
#include "ports/task_reads.h"
#include "postgres/read_pool.h"

namespace ordo::postgres {

// Any thread. Borrows the pool.
class TaskReader : public ports::TaskReads, public ports::Backlog, public ports::LaneBacklog {
 public:
  explicit TaskReader(ReadPool& pool) : pool_(pool) {}

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) override;
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before,
                                     std::size_t limit) override;
  base::Result<domain::TaskCounts> counts() override;
  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) override;
  base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) override;

  base::Result<std::vector<ports::Place>> pending(domain::Sequence after,
                                                  std::size_t limit) override;
  base::Result<std::vector<ports::OpenTask>> open_tasks() override;
  base::Result<Fresh> fresh(std::span<const Stretch> stretches, std::size_t limit) override;
  base::Result<std::vector<ports::OpenTask>> open_tasks(
      const std::vector<std::uint16_t>& shards) override;
  base::Result<std::vector<domain::QueueName>> paused_queues() override;
  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() override;
  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after, std::size_t limit) override;
  base::Result<ports::KeptNotices> kept_notices() override;
  base::Result<std::map<std::string, std::uint64_t>> told() override;

 private:
  ReadPool& pool_;
};

}  // namespace ordo::postgres
