// The read side of tasks, on DynamoDB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/home_options.h"
#include "aws/task_items.h"
#include "ports/task_reads.h"

namespace ordo::aws {

// Which task has a sequence: what this process has seen lately. Any thread.
class SequenceMemo {
 public:
  void note(domain::Sequence sequence, const domain::TaskId& id);
  [[nodiscard]] std::optional<domain::TaskId> find(domain::Sequence sequence) const;

 private:
  static constexpr std::size_t kMaxNoted = 10'000;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, domain::TaskId> ids_;  // guarded by mutex_
};

// Any thread. Tasks are read as they are now; lists find those that were accepted up to a moment
// ago, for the index follows the table. `counts` and `oldest_queued` walk through all of them.
class TaskReader : public ports::TaskReads {
 public:
  // Borrowed.
  TaskReader(Dynamo& dynamo, const HomeOptions& options, SequenceMemo& memo)
      : dynamo_(dynamo), options_(options), memo_(memo) {}

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id) override;
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before,
                                     std::size_t limit) override;
  base::Result<domain::TaskCounts> counts() override;
  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(
      const domain::TaskId& id) override;
  base::Result<std::optional<base::WallTime>> oldest_queued(
      const domain::QueueName& queue) override;

  // The task of this sequence, as the index knows it.
  base::Result<std::optional<domain::TaskId>> by_sequence(domain::Sequence sequence);
  // Dead letters with a sequence up to this, the oldest first.
  base::Result<std::vector<domain::TaskId>> dead_letters(
      const std::optional<domain::QueueName>& queue, domain::Sequence up_to, std::size_t limit);
  // Dead letters of which nobody has been told with a sequence over `after`, the oldest first.
  base::Result<std::vector<domain::Task>> untold(const domain::QueueName& queue,
                                                 domain::Sequence after, std::size_t limit);
  // Tasks with a sequence over `after`, in their order; by the index.
  base::Result<std::vector<TaskRow>> accepted_after(domain::Sequence after, std::size_t limit);

 private:
  // Nothing for those that are gone meanwhile.
  base::Result<std::vector<std::optional<TaskRow>>> read(const std::vector<NumberedKey>& keys);
  // Newest first, until `see` says that it is enough.
  base::Result<void> walk(const std::function<bool(const domain::Task& task)>& see);

  Dynamo& dynamo_;
  const HomeOptions& options_;
  SequenceMemo& memo_;
};

}  // namespace ordo::aws
