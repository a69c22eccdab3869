#include "domain/task_text.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "base/iso8601.h"
#include "base/json.h"

namespace ordo::domain {
namespace {

// Each adds a member to an object that has at least one already.
void add_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  base::append_json_string(out, text);
}

void add_time(std::string& out, std::string_view name, const std::optional<base::WallTime>& time) {
  out += name;
  if (!time) {
    out += "null";
    return;
  }
  out.push_back('"');
  base::append_time(out, *time);
  out.push_back('"');
}

}  // namespace

void append_task(std::string& out, const Task& task) {
  const TaskContent& content = task.content;
  out.reserve(out.size() + 480 + content.title.size() + content.description.size() +
              content.payload.size() + (task.result ? task.result->size() : 0));
  add_text(out, R"({"task_id":)", task.id.value());
  add_text(out, R"(,"queue":)", task.queue.value());
  add_text(out, R"(,"lane":)", task.lane.value());
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"sequence":{})"), task.sequence.value());
  add_text(out, R"(,"title":)", content.title);
  add_text(out, R"(,"description":)", content.description);
  add_text(out, R"(,"priority":)", name_of(content.priority));
  add_time(out, R"(,"due_date":)", content.due_date);
  out += R"(,"payload":)";
  out += content.payload;
  add_text(out, R"(,"status":)", name_of(task.status));
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"attempts":{},"max_attempts":{})"),
                 task.attempts, task.max_attempts);
  out += R"(,"last_error":)";
  if (task.last_error) {
    base::append_json_string(out, *task.last_error);
  } else {
    out += "null";
  }
  out += R"(,"result":)";
  out += task.result ? *task.result : "null";
  add_time(out, R"(,"created_at":)", task.created_at);
  add_time(out, R"(,"updated_at":)", task.updated_at);
  add_time(out, R"(,"started_at":)", task.started_at);
  add_time(out, R"(,"finished_at":)", task.finished_at);
  add_time(out, R"(,"next_attempt_at":)", task.next_attempt_at);
  out.push_back('}');
}

}  // namespace ordo::domain
