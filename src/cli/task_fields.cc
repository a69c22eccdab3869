#include "cli/task_fields.h"

#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/json_argument.h"

namespace ordo::cli {
CLI::IsMember known_priorities() {
  return CLI::IsMember(std::vector<std::string>{"low", "medium", "high"});
}

void add_content_options(CLI::App& command, TaskFields& fields) {
  command.add_option("--description", fields.description, "up to 10000 characters");
  command.add_option("--priority", fields.priority)->check(known_priorities());
  command.add_option("--due", fields.due, "when it is due, e.g. 2026-12-24T18:00:00+01:00");
  command.add_option("--payload", fields.payload, "a JSON object, or @FILE with one");
}

base::Result<std::string> body_of(const TaskFields& fields) {
  std::string body;
  const auto name = [&](std::string_view key) {
    body += body.empty() ? "{" : ",";
    base::append_json_string(body, key);
    body += ":";
  };
  const auto add = [&](std::string_view key, const std::optional<std::string>& value) {
    if (!value) return;
    name(key);
    base::append_json_string(body, *value);
  };
  add("task_id", fields.id);
  add("title", fields.title);
  add("description", fields.description);
  add("priority", fields.priority);
  add("queue", fields.queue);
  add("lane", fields.lane);
  if (fields.due && fields.due->empty()) {
    name("due_date");
    body += "null";
  } else {
    add("due_date", fields.due);
  }
  if (fields.payload) {
    const auto payload = json_argument("--payload", *fields.payload);
    if (!payload) return payload;
    name("payload");
    body += *payload;
  }
  return body.empty() ? "{}" : body + "}";
}

}  // namespace ordo::cli
