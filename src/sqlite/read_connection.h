// One read-only connection and its statements.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "ports/task_store.h"
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

// One thread at a time.
class ReadConnection {
 public:
  static base::Result<ReadConnection> open(const std::string& path, const std::string& vfs);

  base::Result<std::optional<domain::Task>> find(const domain::TaskId& id);
  base::Result<ports::TaskPage> list(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before, std::size_t limit);
  base::Result<domain::TaskCounts> counts();

 private:
  base::Result<ports::TaskPage> walk(const ports::TaskFilter& filter,
                                     std::optional<domain::Sequence> before, std::size_t limit);

  Connection connection_;
  Statement find_by_id_;
  Statement find_by_sequence_;
  Statement walk_all_;
  Statement walk_pending_;
  Statement counts_;
};

}  // namespace ordo::sqlite
