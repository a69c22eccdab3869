#include "domain/task_text.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "base/json.h"

namespace ordo::domain {
namespace {

// Each adds a member to an object that has at least one already.
void add_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  base::append_json_string(out, text);
}

template <class T>
void add_value(std::string& out, std::string_view name, const T& value) {
  out += name;
  base::append_json_or_null(out, value);
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
  add_value(out, R"(,"due_date":)", content.due_date);
  out += R"(,"payload":)";
  out += content.payload;
  add_text(out, R"(,"status":)", name_of(task.status));
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"attempts":{},"max_attempts":{})"),
                 task.attempts, task.max_attempts);
  add_value(out, R"(,"last_error":)", task.last_error);
  out += R"(,"result":)";
  out += task.result ? *task.result : "null";
  add_value(out, R"(,"created_at":)", task.created_at);
  add_value(out, R"(,"updated_at":)", task.updated_at);
  add_value(out, R"(,"started_at":)", task.started_at);
  add_value(out, R"(,"finished_at":)", task.finished_at);
  add_value(out, R"(,"next_attempt_at":)", task.next_attempt_at);
  out.push_back('}');
}

}  // namespace ordo::domain
