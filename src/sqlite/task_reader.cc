#include "sqlite/task_reader.h"

namespace ordo::sqlite {
namespace {

using Borrowed = ReadPool::Borrowed;

}  // namespace

base::Result<std::optional<domain::Task>> TaskReader::find(const domain::TaskId& id) {
  return Borrowed(pool_)->tasks().find(id);
}

base::Result<ports::TaskPage> TaskReader::list(const ports::TaskFilter& filter,
                                               std::optional<domain::Sequence> before,
                                               std::size_t limit) {
  return Borrowed(pool_)->tasks().list(filter, before, limit);
}

base::Result<domain::TaskCounts> TaskReader::counts() {
  return Borrowed(pool_)->tasks().counts();
}

base::Result<std::optional<std::vector<domain::Attempt>>> TaskReader::attempts(
    const domain::TaskId& id) {
  return Borrowed(pool_)->tasks().attempts(id);
}

base::Result<std::optional<base::WallTime>> TaskReader::oldest_queued(
    const domain::QueueName& queue) {
  return Borrowed(pool_)->tasks().oldest_queued(queue);
}

base::Result<std::vector<ports::Place>> TaskReader::pending(domain::Sequence after,
                                                            std::size_t limit) {
  return Borrowed(pool_)->tasks().pending(after, limit);
}

base::Result<std::vector<ports::OpenTask>> TaskReader::open_tasks() {
  return Borrowed(pool_)->tasks().open_tasks();
}

base::Result<std::vector<domain::QueueName>> TaskReader::paused_queues() {
  return Borrowed(pool_)->tasks().paused_queues();
}

base::Result<std::map<domain::QueueName, std::uint64_t>> TaskReader::dead_by_queue() {
  return Borrowed(pool_)->tasks().dead_by_queue();
}

base::Result<std::vector<ports::Notice>> TaskReader::notices(std::uint64_t after,
                                                             std::size_t limit) {
  return Borrowed(pool_)->tasks().notices(after, limit);
}

base::Result<ports::KeptNotices> TaskReader::kept_notices() {
  return Borrowed(pool_)->tasks().kept_notices();
}

base::Result<std::map<std::string, std::uint64_t>> TaskReader::told() {
  return Borrowed(pool_)->tasks().told();
}

}  // namespace ordo::sqlite
