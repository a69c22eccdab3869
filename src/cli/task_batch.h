// Lines of JSON, one task each, gathered for POST /tasks/batch.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace ordo::cli {

// Pure but for `new_task_id`.
class TaskBatch {
 public:
  TaskBatch(std::function<std::string()> new_task_id, std::size_t max_tasks)
      : new_task_id_(std::move(new_task_id)), max_tasks_(max_tasks) {}

  // Whether a line of so many bytes still fits.
  [[nodiscard]] bool has_room_for(std::size_t bytes) const;

  // Adds the task of line `number`; one without a task_id gets one, so that sending it again after
  // a lost answer cannot make a second task. An error says what is wrong with the line.
  base::Result<void> add(std::size_t number, std::string_view line);

  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  // The number of each task's line, in order.
  [[nodiscard]] const std::vector<std::size_t>& lines() const { return lines_; }
  [[nodiscard]] std::string body() const { return R"({"tasks":[)" + tasks_ + "]}"; }
  void clear();

 private:
  std::function<std::string()> new_task_id_;
  std::size_t max_tasks_;
  std::string tasks_;
  std::vector<std::size_t> lines_;
};

}  // namespace ordo::cli
