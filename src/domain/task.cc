#include "domain/task.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/digest.h"

namespace ordo::domain {
namespace {

constexpr std::array<std::string_view, kTaskStatuses> kTaskStatusNames{
    "queued", "running", "succeeded", "dead", "cancelled"};
constexpr std::array<std::string_view, 3> kPriorityNames{"low", "medium", "high"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(std::distance(names.begin(), found));
}

// Length first, so that no two lists of texts run together into the same bytes.
void append_part(std::string& bytes, std::string_view text) {
  std::uint64_t size = text.size();
  for (int i = 0; i < 8; ++i, size >>= 8U) bytes.push_back(static_cast<char>(size & 0xffU));
  bytes += text;
}

}  // namespace

std::string_view name_of(TaskStatus status) noexcept {
  return kTaskStatusNames[static_cast<std::size_t>(status)];
}

std::string_view name_of(Priority priority) noexcept {
  return kPriorityNames[static_cast<std::size_t>(priority)];
}

std::optional<TaskStatus> task_status_named(std::string_view name) noexcept {
  return named<TaskStatus>(kTaskStatusNames, name);
}

std::optional<Priority> priority_named(std::string_view name) noexcept {
  return named<Priority>(kPriorityNames, name);
}

Fingerprint fingerprint_of(const TaskDraft& draft) {
  std::string bytes;
  append_part(bytes, draft.id ? "1" + draft.id->value() : "0");
  append_part(bytes, draft.queue.value());
  append_part(bytes, draft.lane.value());
  append_part(bytes, draft.content.title);
  append_part(bytes, draft.content.description);
  append_part(bytes, name_of(draft.content.priority));
  append_part(bytes, draft.content.due_date ? std::to_string(draft.content.due_date->ms()) : "");
  append_part(bytes, draft.content.payload);
  const base::Digest digest = base::sha256(bytes);
  Fingerprint fingerprint;
  std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

Task accepted(NewTask task, Sequence sequence) {
  Task accepted;
  accepted.id = std::move(task.id);
  accepted.queue = std::move(task.queue);
  accepted.lane = std::move(task.lane);
  accepted.sequence = sequence;
  accepted.content = std::move(task.content);
  accepted.max_attempts = task.max_attempts;
  accepted.created_at = task.created_at;
  accepted.updated_at = task.created_at;
  accepted.traceparent = std::move(task.traceparent);
  return accepted;
}

void touch(Task& task, base::WallTime now) {
  task.version = Version(task.version.value() + 1);
  task.updated_at = std::max(task.updated_at, now);
}

std::size_t text_bytes(const Task& task) noexcept {
  return task.content.title.size() + task.content.description.size() + task.content.payload.size() +
         (task.result ? task.result->size() : 0) + (task.last_error ? task.last_error->size() : 0);
}

}  // namespace ordo::domain
