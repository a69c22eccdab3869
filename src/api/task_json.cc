#include "api/task_json.h"

#include <fmt/format.h>

#include <string_view>

namespace ordo::api {

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
