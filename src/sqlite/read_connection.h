// One read-only connection and its statements.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "ports/task_store.h"
#include "sqlite/connection.h"

namespace ordo::sqlite {

// What one call of list() may look at before it answers with the page as it is: tasks, and bytes of
// text that are searched.
inline constexpr std::size_t kMaxExaminedTasks = 20'000;
inline constexpr std::size_t kMaxExaminedBytes = 16UL * 1024 * 1024;

// One thread at a time.
class ReadConnection {
 public:
  static base::Result<ReadConnection> open(const std::string& path, const std::string& vfs);

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id);
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before, std::size_t limit);
  base::Result<domain::TaskCounts> counts();

 private:
  Connection connection_;
  Statement find_by_id_;
  Statement find_by_sequence_;
  Statement walk_all_;
  Statement walk_pending_;
  Statement counts_;
};

}  // namespace ordo::sqlite
