// The read side of the embedded home: a bounded pool of connections.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ports/backlog.h"
#include "ports/task_store.h"
#include "sqlite/read_connection.h"

namespace ordo::sqlite {

// Any thread. With more callers than connections, the rest wait for one to come free.
class TaskReader : public ports::TaskReads, public ports::Backlog {
 public:
  static base::Result<std::unique_ptr<TaskReader>> open(const std::string& path,
                                                        const std::string& vfs,
                                                        std::size_t connections);

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
  base::Result<std::vector<domain::QueueName>> paused_queues() override;
  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue() override;
  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after, std::size_t limit) override;
  base::Result<std::map<std::string, std::uint64_t>> told() override;

 private:
  class Borrowed;

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<ReadConnection>> free_;  // guarded by mutex_
};

}  // namespace ordo::sqlite
