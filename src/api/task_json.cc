#include "api/task_json.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

#include "base/iso8601.h"
#include "base/json.h"

namespace ordo::api {
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

void append_task(std::string& out, const domain::Task& task) {
  const domain::TaskContent& content = task.content;
  out.reserve(out.size() + 480 + content.title.size() + content.description.size() +
              content.payload.size() + (task.result ? task.result->size() : 0));
  add_text(out, R"({"task_id":)", task.id.value());
  add_text(out, R"(,"queue":)", task.queue.value());
  add_text(out, R"(,"lane":)", task.lane.value());
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"sequence":{})"), task.sequence.value());
  add_text(out, R"(,"title":)", content.title);
  add_text(out, R"(,"description":)", content.description);
  add_text(out, R"(,"priority":)", domain::name_of(content.priority));
  add_time(out, R"(,"due_date":)", content.due_date);
  out += R"(,"payload":)";
  out += content.payload;
  add_text(out, R"(,"status":)", domain::name_of(task.status));
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

std::string etag_of(const domain::Task& task) {
  return fmt::format("\"{}-{}\"", task.sequence.value(), task.version.value());
}

std::string task_schema() {
  constexpr std::string_view kTime = R"({"type":"string","format":"date-time"})";
  constexpr std::string_view kTimeOrNull = R"({"type":["string","null"],"format":"date-time"})";
  return fmt::format(
      R"({{"type":"object","required":["task_id","queue","lane","sequence","title","description","priority","due_date","payload","status","attempts","max_attempts","last_error","result","created_at","updated_at","started_at","finished_at","next_attempt_at"],"properties":{{)"
      R"("task_id":{{"type":"string"}},"queue":{{"type":"string"}},"lane":{{"type":"string"}},)"
      R"("sequence":{{"type":"integer","minimum":1,"description":"The place in the order of acceptance"}},)"
      R"("title":{{"type":"string"}},"description":{{"type":"string"}},)"
      R"("priority":{{"type":"string","enum":["low","medium","high"]}},"due_date":{1},)"
      R"("payload":{{"type":"object"}},)"
      R"("status":{{"type":"string","enum":["queued","running","succeeded","dead","cancelled"]}},)"
      R"("attempts":{{"type":"integer","minimum":0}},"max_attempts":{{"type":"integer","minimum":1}},)"
      R"("last_error":{{"type":["string","null"]}},"result":{{"type":["object","null"]}},)"
      R"("created_at":{0},"updated_at":{0},"started_at":{1},"finished_at":{1},"next_attempt_at":{1}}}}})",
      kTime, kTimeOrNull);
}

}  // namespace ordo::api
