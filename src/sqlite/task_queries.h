// What a reading connection is asked about tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/backlog.h"
#include "ports/task_reads.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// What one call of list() may do before it answers with the page as it is. When text is looked for:
// so many tasks, and so many bytes of their texts.
inline constexpr std::size_t kMaxExaminedTasks = 20'000;
inline constexpr std::size_t kMaxExaminedBytes = 16UL * 1024 * 1024;
// Otherwise so much work, up to 20 ms: an entry of the index is 1, a row of the table 2, and a page
// of the file that must be read for them 14.
inline constexpr std::size_t kMaxWork = 150'000;
inline constexpr std::size_t kEntryWork = 1;
inline constexpr std::size_t kRowWork = 2;
inline constexpr std::size_t kPageWork = 14;

// One thread at a time. Borrows the connection.
class TaskQueries {
 public:
  explicit TaskQueries(Connection& connection) : connection_(connection) {}

  base::Result<void> prepare();

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id);
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before, std::size_t limit);
  base::Result<domain::TaskCounts> counts();
  base::Result<std::optional<std::vector<domain::Attempt>>> attempts(const domain::TaskId& id);
  base::Result<std::optional<base::WallTime>> oldest_queued(const domain::QueueName& queue);

  // As ports::Backlog.
  base::Result<std::vector<ports::Place>> pending(domain::Sequence after, std::size_t limit);
  base::Result<std::vector<ports::OpenTask>> open_tasks();
  base::Result<std::vector<domain::QueueName>> paused_queues();
  base::Result<std::map<domain::QueueName, std::uint64_t>> dead_by_queue();
  base::Result<std::vector<ports::Notice>> notices(std::uint64_t after, std::size_t limit);
  base::Result<ports::KeptNotices> kept_notices();
  base::Result<std::map<std::string, std::uint64_t>> told();

 private:
  base::Result<ports::TaskPage> walk(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before, std::size_t limit);

  Connection& connection_;
  Statement find_by_id_;
  Statement find_by_sequence_;
  Statement walk_all_;
  Statement walk_pending_;
  Statement walk_running_;
  Statement walk_dead_;
  Statement counts_;
  Statement attempts_;
  Statement first_pending_;
  Statement pending_;
  Statement open_tasks_;
  Statement paused_;
  Statement dead_by_queue_;
  Statement notices_;
  Statement kept_notices_;
  Statement told_;
};

}  // namespace ordo::sqlite
