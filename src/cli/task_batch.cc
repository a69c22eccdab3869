#include "cli/task_batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace ordo::cli {
namespace {

constexpr std::size_t kOverhead = 256;  // brackets and a generated id

}  // namespace

bool TaskBatch::has_room_for(std::size_t bytes) const {
  return lines_.size() < max_tasks_ &&
         tasks_.size() + bytes + kOverhead <= base::kMaxBatchBodyBytes;
}

base::Result<void> TaskBatch::add(std::size_t number, std::string_view line) {
  if (line.size() > base::kMaxBodyBytes) {
    return base::fail(base::ErrorCode::too_large,
                      fmt::format("a task may have {} bytes at most", base::kMaxBodyBytes));
  }
  const auto task = base::parse_json_object(line);
  if (!task) return base::fail(task.error());
  if (!tasks_.empty()) tasks_.push_back(',');
  const bool has_id = std::ranges::any_of(
      *task, [](const base::JsonMember& member) { return member.key == "task_id"; });
  if (has_id) {
    tasks_ += line;
  } else {
    tasks_ += R"({"task_id":)";
    base::append_json_string(tasks_, new_task_id_());
    if (!task->empty()) tasks_.push_back(',');
    tasks_ += line.substr(line.find('{') + 1);
  }
  lines_.push_back(number);
  return {};
}

void TaskBatch::clear() {
  tasks_.clear();
  lines_.clear();
}

}  // namespace ordo::cli
