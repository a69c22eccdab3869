// What retention deletes, found without passing the tasks that wait.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sqlite/task_rows.h"
#include "sqlite/task_writer.h"

namespace ordo::sqlite {

base::Result<std::vector<domain::QueueName>> TaskWriter::expire_tasks(
    base::WallTime finished_before, ports::ExpiryBite& bite) {
  struct Old {
    domain::Sequence sequence;
    domain::TaskStatus status;
    bool has_attempts;
  };
  std::vector<Old> found;
  std::vector<domain::QueueName> dead;
  {
    const ResetAtEnd reset(sql_.find_finished);
    sql_.find_finished.bind(finished_before);
    while (!bite.is_eaten()) {
      const base::Result<bool> row = sql_.find_finished.step("look for old tasks");
      if (!row) return base::fail(row.error());
      if (!*row) break;
      found.push_back({sequence_at(sql_.find_finished, 0),
                       static_cast<domain::TaskStatus>(sql_.find_finished.integer(1)),
                       sql_.find_finished.integer(2) != 0});
      bite.take(static_cast<std::size_t>(sql_.find_finished.integer(3)));
      if (found.back().status == domain::TaskStatus::dead) {
        dead.emplace_back(std::string(sql_.find_finished.text(4)));
      }
    }
  }
  for (const Old& old : found) {
    const auto removed = remove(old.sequence, old.status, old.has_attempts);
    if (!removed) return base::fail(removed.error());
  }
  return dead;
}

base::Result<void> TaskWriter::expire_keys(base::WallTime recorded_before,
                                           ports::ExpiryBite& bite) {
  std::vector<std::int64_t> found;
  {
    const ResetAtEnd reset(sql_.find_old_keys);
    sql_.find_old_keys.bind(raw(bite.rows));
    base::Result<bool> row = sql_.find_old_keys.step("look for old keys");
    for (; row && *row; row = sql_.find_old_keys.step("look for old keys")) {
      if (sql_.find_old_keys.integer(1) >= recorded_before.ms()) break;
      found.push_back(sql_.find_old_keys.integer(0));
      bite.take(0);
    }
    if (!row) return base::fail(row.error());
  }
  for (const std::int64_t n : found) {
    if (const auto deleted = sql_.delete_key.bind(n).run("delete a key"); !deleted) {
      return base::fail(deleted.error());
    }
    writing_.changed = true;
  }
  return {};
}

}  // namespace ordo::sqlite
