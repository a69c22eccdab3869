#include "sqlite/task_reader.h"

#include <algorithm>
#include <utility>

namespace ordo::sqlite {

class TaskReader::Borrowed {
 public:
  explicit Borrowed(TaskReader& pool) : pool_(pool) {
    std::unique_lock lock(pool_.mutex_);
    pool_.returned_.wait(lock, [this] { return !pool_.free_.empty(); });
    connection_ = std::move(pool_.free_.back());
    pool_.free_.pop_back();
  }
  ~Borrowed() {
    {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(connection_));
    }
    pool_.returned_.notify_one();
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  ReadConnection* operator->() const { return connection_.get(); }

 private:
  TaskReader& pool_;
  std::unique_ptr<ReadConnection> connection_;
};

base::Result<std::unique_ptr<TaskReader>> TaskReader::open(const std::string& path,
                                                           const std::string& vfs,
                                                           std::size_t connections) {
  auto reader = std::make_unique<TaskReader>();
  for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i) {
    base::Result<ReadConnection> connection = ReadConnection::open(path, vfs);
    if (!connection) return base::fail(connection.error());
    reader->free_.push_back(std::make_unique<ReadConnection>(std::move(*connection)));
  }
  return reader;
}

base::Result<std::optional<domain::Task>> TaskReader::find(const domain::TaskId& id) {
  return Borrowed(*this)->find(id);
}

base::Result<ports::TaskPage> TaskReader::list(const ports::TaskFilter& filter,
                                               std::optional<domain::Sequence> before,
                                               std::size_t limit) {
  return Borrowed(*this)->list(filter, before, limit);
}

base::Result<domain::TaskCounts> TaskReader::counts() {
  return Borrowed(*this)->counts();
}

base::Result<std::optional<std::vector<domain::Attempt>>> TaskReader::attempts(
    const domain::TaskId& id) {
  return Borrowed(*this)->attempts(id);
}

base::Result<std::optional<base::WallTime>> TaskReader::oldest_queued(
    const domain::QueueName& queue) {
  return Borrowed(*this)->oldest_queued(queue);
}

base::Result<std::vector<ports::Place>> TaskReader::pending(domain::Sequence after,
                                                            std::size_t limit) {
  return Borrowed(*this)->pending(after, limit);
}

base::Result<std::vector<ports::OpenTask>> TaskReader::open_tasks() {
  return Borrowed(*this)->open_tasks();
}

base::Result<std::vector<domain::QueueName>> TaskReader::paused_queues() {
  return Borrowed(*this)->paused_queues();
}

base::Result<std::map<domain::QueueName, std::uint64_t>> TaskReader::dead_by_queue() {
  return Borrowed(*this)->dead_by_queue();
}

base::Result<std::vector<ports::Notice>> TaskReader::notices(std::uint64_t after,
                                                             std::size_t limit) {
  return Borrowed(*this)->notices(after, limit);
}

base::Result<std::map<std::string, std::uint64_t>> TaskReader::told() {
  return Borrowed(*this)->told();
}

}  // namespace ordo::sqlite
