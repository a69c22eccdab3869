// What retention deletes, found without passing the tasks that wait.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sqlite/task_rows.h"
#include "sqlite/task_writer.h"

namespace ordo::sqlite {

base::Result<ports::Expired> TaskWriter::expire_tasks(base::WallTime finished_before,
                                                      const ports::ExpiryBite& bite) {
  struct Old {
    domain::Sequence sequence;
    domain::TaskStatus status;
    bool has_attempts;
  };
  std::vector<Old> found;
  std::vector<domain::QueueName> dead;
  std::size_t bytes = 0;
  const auto full = [&] { return found.size() >= bite.rows || bytes >= bite.bytes; };
  {
    const ResetAtEnd reset(sql_.find_finished);
    sql_.find_finished.bind(finished_before);
    while (!full()) {
      const base::Result<bool> row = sql_.find_finished.step("look for old tasks");
      if (!row) return base::fail(row.error());
      if (!*row) break;
      found.push_back({sequence_at(sql_.find_finished, 0),
                       static_cast<domain::TaskStatus>(sql_.find_finished.integer(1)),
                       sql_.find_finished.integer(2) != 0});
      bytes += static_cast<std::size_t>(sql_.find_finished.integer(3));
      if (found.back().status == domain::TaskStatus::dead) {
        dead.emplace_back(std::string(sql_.find_finished.text(4)));
      }
    }
  }
  for (const Old& old : found) {
    const auto removed = remove(old.sequence, old.status, old.has_attempts);
    if (!removed) return base::fail(removed.error());
  }
  return ports::Expired{found.size(), full(), std::move(dead)};
}

base::Result<std::size_t> TaskWriter::expire_keys(base::WallTime recorded_before,
                                                  std::size_t limit) {
  std::vector<std::int64_t> found;
  {
    const ResetAtEnd reset(sql_.find_old_keys);
    sql_.find_old_keys.bind(raw(limit));
    base::Result<bool> row = sql_.find_old_keys.step("look for old keys");
    for (; row && *row; row = sql_.find_old_keys.step("look for old keys")) {
      if (sql_.find_old_keys.integer(1) >= recorded_before.ms()) break;
      found.push_back(sql_.find_old_keys.integer(0));
    }
    if (!row) return base::fail(row.error());
  }
  for (const std::int64_t n : found) {
    if (const auto deleted = sql_.delete_key.bind(n).run("delete a key"); !deleted) {
      return base::fail(deleted.error());
    }
    changed_ = true;
  }
  return found.size();
}

}  // namespace ordo::sqlite
