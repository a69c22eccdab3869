#include "cli/task_fields.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/json.h"

namespace ordo::cli {
namespace {

base::Result<std::string> content_of(const std::string& path) {
  const auto failed = [&path] {
    const std::error_code why(errno, std::generic_category());
    return base::fail(base::ErrorCode::invalid,
                      fmt::format("--payload: cannot read {}: {}", path, why.message()));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (!file) return failed();
  std::string text;
  std::vector<char> piece(64UL * 1024);
  while (std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
    text.append(piece.data(), std::fread(piece.data(), 1, piece.size(), file.get()));
  }
  if (std::ferror(file.get()) != 0) return failed();
  return text;
}

base::Result<std::string> payload_of(const std::string& given) {
  base::Result<std::string> text = given;
  if (given.starts_with('@')) text = content_of(given.substr(1));
  if (!text) return text;
  auto compact = base::compact_json(*text);
  if (!compact) {
    return base::fail(base::ErrorCode::invalid, "--payload: " + compact.error().message);
  }
  return compact;
}

}  // namespace

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
    const auto payload = payload_of(*fields.payload);
    if (!payload) return payload;
    name("payload");
    body += *payload;
  }
  return body.empty() ? "{}" : body + "}";
}

}  // namespace ordo::cli
