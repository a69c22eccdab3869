// Bodies that are JSON and no task.
#include "hostile.h"

namespace ordo::e2e {
namespace {

struct Row {
  std::string name;
  std::string body;
  std::string errors;
};

std::vector<Hostile> all_invalid(const std::vector<Row>& rows,
                                 std::string (*request)(std::string_view)) {
  std::vector<Hostile> table;
  for (const Row& row : rows) {
    table.push_back({row.name, request(row.body), 400, "invalid", row.errors});
  }
  return table;
}

std::string creation(std::string_view body) {
  return creation_of(body);
}
std::string due(std::string_view date) {
  return creation_of(R"({"title":"a","due_date":")" + std::string(date) + R"("})");
}
std::string change(std::string_view body) {
  return change_of(body);
}
std::string batch(std::string_view body) {
  return batch_of(body);
}

std::string with(std::string_view field, std::string_view value) {
  return R"({"title":"a",")" + std::string(field) + "\":" + std::string(value) + "}";
}
std::string string_of(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}
std::string titled(std::string_view json) {
  return R"({"title":)" + std::string(json) + "}";
}

}  // namespace

std::vector<Hostile> hostile_fields() {
  return all_invalid(
      {
          {"null for a task", "null", ""},
          {"a boolean for a task", "true", ""},
          {"a number for a task", "42", ""},
          {"a string for a task", R"("title")", ""},
          {"an array for a task", R"([{"title":"a"}])", ""},
          {"no body", "", ":required"},
          {"an empty object", "{}", "/title:required"},
          {"a dot for an id", with("task_id", string_of(".")), "/task_id:reserved"},
          {"two dots for an id", with("task_id", string_of("..")), "/task_id:reserved"},
          {"a number for a title", titled("5"), "/title:wrong_type"},
          {"null for a title", titled("null"), "/title:wrong_type"},
          {"a boolean for a title", titled("true"), "/title:wrong_type"},
          {"an array for a title", titled(R"(["a"])"), "/title:wrong_type"},
          {"an object for a title", titled(R"({"a":"b"})"), "/title:wrong_type"},
          {"an empty title", titled(R"("")"), "/title:empty"},
          {"a blank title", titled(R"("  \t\n ")"), "/title:empty"},
          {"a title of Unicode spaces", titled("\"\xe2\x80\x83\xc2\xa0\xe3\x80\x80\""),
           "/title:empty"},
          {"a title of 201 letters", titled(string_of(times(201, "a"))), "/title:too_long"},
          {"a title of 201 emoji", titled(string_of(times(201, "\xf0\x9f\x9a\x80"))),
           "/title:too_long"},
          {"a NUL in the title", titled(R"("a\u0000b")"), "/title:control_character"},
          {"a bell in the title", titled(R"("a\u0007b")"), "/title:control_character"},
          {"a carriage return in the title", titled(R"("a\rb")"), "/title:control_character"},
          {"a delete in the title", titled(R"("a\u007fb")"), "/title:control_character"},
          {"a C1 control in the title", titled(R"("a\u009fb")"), "/title:control_character"},
          {"a number for a description", with("description", "1"), "/description:wrong_type"},
          {"null for a description", with("description", "null"), "/description:wrong_type"},
          {"a description of 10 001 letters", with("description", string_of(times(10'001, "d"))),
           "/description:too_long"},
          {"an escape in the description", with("description", R"("\u001b[31m")"),
           "/description:control_character"},
          {"an unknown priority", with("priority", R"("urgent")"), "/priority:unknown_value"},
          {"a priority in capitals", with("priority", R"("HIGH")"), "/priority:unknown_value"},
          {"an empty priority", with("priority", R"("")"), "/priority:unknown_value"},
          {"a number for a priority", with("priority", "1"), "/priority:wrong_type"},
          {"an array for a priority", with("priority", "[]"), "/priority:wrong_type"},
          {"a string for a payload", with("payload", R"("{}")"), "/payload:wrong_type"},
          {"an array for a payload", with("payload", "[1]"), "/payload:wrong_type"},
          {"a number for a payload", with("payload", "1e308"), "/payload:wrong_type"},
          {"null for a payload", with("payload", "null"), "/payload:wrong_type"},
          {"a queue that is not there", with("queue", R"("nope")"), "/queue:unknown_queue"},
          {"an empty queue", with("queue", R"("")"), "/queue:empty"},
          {"a queue with a path", with("queue", R"("../etc/passwd")"), "/queue:bad_characters"},
          {"a queue of 65 letters", with("queue", string_of(times(65, "q"))), "/queue:too_long"},
          {"a number for a queue", with("queue", "0"), "/queue:wrong_type"},
          {"an empty lane", with("lane", R"("")"), "/lane:empty"},
          {"a lane of 129 letters", with("lane", string_of(times(129, "l"))), "/lane:too_long"},
          {"a NUL in the lane", with("lane", R"("a\u0000")"), "/lane:control_character"},
          {"an object for a lane", with("lane", "{}"), "/lane:wrong_type"},
          {"an empty task_id", with("task_id", R"("")"), "/task_id:empty"},
          {"a task_id of 129 letters", with("task_id", string_of(times(129, "i"))),
           "/task_id:too_long"},
          {"a slash in the task_id", with("task_id", R"("a/b")"), "/task_id:bad_characters"},
          {"a space in the task_id", with("task_id", R"("a b")"), "/task_id:bad_characters"},
          {"a percent in the task_id", with("task_id", R"("a%2fb")"), "/task_id:bad_characters"},
          {"an accent in the task_id", with("task_id", "\"\xc3\xa9\""), "/task_id:bad_characters"},
          {"a NUL in the task_id", with("task_id", R"("a\u0000")"), "/task_id:bad_characters"},
          {"SQL in the task_id", with("task_id", R"("'; DROP TABLE tasks; --")"),
           "/task_id:bad_characters"},
          {"null for a task_id", with("task_id", "null"), "/task_id:wrong_type"},
          {"an unknown field", with("titel", R"("b")"), "/titel:unknown_field"},
          {"a field in capitals", with("Title", R"("b")"), "/Title:unknown_field"},
          {"a field with an empty name", with("", "1"), "/:unknown_field"},
          {"a field that needs escapes in a pointer", with("a/b~c", "1"), "/a~1b~0c:unknown_field"},
          {"a field named like a prototype", with("__proto__", "{}"), "/__proto__:unknown_field"},
          {"a field that only answers have", with("status", R"("succeeded")"),
           "/status:unknown_field"},
          {"a sequence of one's own", with("sequence", "1"), "/sequence:unknown_field"},
          {"all wrong at once",
           R"({"title":7,"description":[],"priority":"x","due_date":"y","payload":1,"queue":"",)"
           R"("lane":"","task_id":"/","more":0})",
           "/title:wrong_type /description:wrong_type /priority:unknown_value "
           "/due_date:bad_timestamp /payload:wrong_type /queue:empty /lane:empty "
           "/task_id:bad_characters /more:unknown_field"},
          {"a wrong field and no title", R"({"priority":"x"})",
           "/priority:unknown_value /title:required"},
      },
      creation);
}

std::vector<Hostile> hostile_dates() {
  const std::string bad = "/due_date:bad_timestamp";
  std::vector<Row> rows;
  for (const char* date : {"",
                           " ",
                           "tomorrow",
                           "2026",
                           "2026-01",
                           "2026-01-01",
                           "2026-01-01T00:00Z",
                           "2026-01-01T00:00:00",
                           "00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-10T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-32T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-02-30T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "0000-01-01T00:00:00Z",
                           "-001-01-01T00:00:00Z",
                           "+2026-01-01T00:00:00Z",
                           "10000-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "2016-12-31T23:59:60Z",
                           "2026-06-15T12:30:60Z",
                           "2026-01-01T23:59:61Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T23:60:00Z",
                           "2026-01-01T99:99:99Z",
                           "2026-01-01T00:00:00+14:01",
                           "2026-01-01T00:00:00-12:01",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+05:60",
                           "2026-01-01T00:00:00+5:00",
                           "2026-01-01T00:00:00+0500",
                           "2026-01-01T00:00:00+05",
                           "2026-01-01T00:00:00 Z",
                           "2026-01-01T00:00:00UTC",
                           "2026-01-01T00:00:00Z ",
                           " 2026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00ZZ",
                           "2026-01-01  00:00:00Z",
                           "2026-01-01_00:00:00Z",
                           "2026-1-1T0:0:0Z",
                           "20260101T000000Z",
                           "2026-W01-1T00:00:00Z",
                           "2026-001T00:00:00Z",
                           "2026/01/01T00:00:00Z",
                           "01-01-2026T00:00:00Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00.1234567890Z",
                           "2026-01-01T00:00:00,5Z",
                           "2026-01-01T00:00:00.-5Z",
                           "2026-01-01T00:00:0xZ",
                           "2026-01-01T00:00:00\xe2\x88\x92"
                           "05:00",
                           "\xef\xbc\x92"
                           "026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00Z\\u0000",
                           "Thu, 01 Jan 2026 00:00:00 GMT",
                           "1767225600"}) {
    rows.push_back({"the date \"" + std::string(date) + "\"", date, bad});
  }
  rows.push_back({"a date of 5 000 digits", times(5000, "2"), bad});
  std::vector<Hostile> table = all_invalid(rows, due);
  const std::vector<Hostile> typed = all_invalid(
      {{"a number for a date", with("due_date", "1767225600"), "/due_date:wrong_type"},
       {"an object for a date", with("due_date", R"({"$date":0})"), "/due_date:wrong_type"},
       {"a boolean for a date", with("due_date", "false"), "/due_date:wrong_type"}},
      creation);
  table.insert(table.end(), typed.begin(), typed.end());
  return table;
}

std::vector<Hostile> hostile_changes() {
  std::vector<Hostile> table = all_invalid(
      {
          {"a change of nothing at all", "", ":required"},
          {"null for a change", "null", ""},
          {"a JSON Patch for a merge patch", R"([{"op":"remove","path":"/title"}])", ""},
          {"a change of the id", R"({"task_id":"other"})", "/task_id:unknown_field"},
          {"a change of the lane", R"({"lane":"other"})", "/lane:unknown_field"},
          {"a change of the queue", R"({"queue":"other"})", "/queue:unknown_field"},
          {"a change of the status", R"({"status":"succeeded"})", "/status:unknown_field"},
          {"a change to no title", R"({"title":null})", "/title:required"},
          {"a change to an empty title", R"({"title":""})", "/title:required"},
          {"a change to a long title", titled(string_of(times(201, "a"))), "/title:too_long"},
          {"a change to another type", R"({"title":["a"],"payload":"x"})",
           "/title:wrong_type /payload:wrong_type"},
          {"a change to no date", R"({"due_date":"2026-02-30T00:00:00Z"})",
           "/due_date:bad_timestamp"},
          {"a key twice in a change", R"({"title":"b","title":"c"})", ""},
          {"a change too deep", R"({"payload":)" + times(64, R"({"a":)") + "1" + times(65, "}"),
           ""},
      },
      change);
  const std::string body = R"({"title":"b"})";
  table.push_back({"an If-Match of another version", change_of(body, {{"If-Match", R"("1-99")"}}),
                   412, "precondition_failed", ""});
  table.push_back({"an If-Match of another task", change_of(body, {{"If-Match", R"("99-1")"}}), 412,
                   "precondition_failed", ""});
  table.push_back({"a weak If-Match", change_of(body, {{"If-Match", R"(W/"1-1")"}}), 412,
                   "precondition_failed", ""});
  table.push_back({"an If-Match with a huge number",
                   change_of(body, {{"If-Match", R"("1-99999999999999999999999")"}}), 412,
                   "precondition_failed", ""});
  table.push_back({"an If-Match without quotes", change_of(body, {{"If-Match", "1-1"}}), 400,
                   "invalid", "If-Match:bad_etag"});
  table.push_back({"two ETags to match", change_of(body, {{"If-Match", R"("1-98", "2-1")"}}), 412,
                   "precondition_failed", ""});
  table.push_back({"an empty If-Match", change_of(body, {{"If-Match", ""}}), 400, "invalid",
                   "If-Match:bad_etag"});
  return table;
}

std::vector<Hostile> hostile_batches() {
  return all_invalid(
      {
          {"an array for a batch", R"([{"title":"a"}])", ""},
          {"an empty batch object", "{}", "/tasks:required"},
          {"an object for a batch's tasks", R"({"tasks":{}})", "/tasks:wrong_type"},
          {"null for a batch's tasks", R"({"tasks":null})", "/tasks:wrong_type"},
          {"a batch of none", R"({"tasks":[]})", "/tasks:empty"},
          {"a batch of 1 001",
           R"({"tasks":[)" + times(1000, R"({"title":"a"},)") + R"({"title":"a"}]})",
           "/tasks:too_many"},
          {"a batch with something beside", R"({"tasks":[{"title":"a"}],"atomic":true})",
           "/atomic:unknown_field"},
          {"a batch that does not end", R"({"tasks":[{"title":"a"},)", ""},
          {"a batch with a comma too many", R"({"tasks":[{"title":"a"},]})", ""},
          {"a batch with a bracket too many", R"({"tasks":[{"title":"a"}]]})", ""},
          {"a batch with a key twice in its envelope", R"({"x":1,"x":1,"tasks":[{"title":"a"}]})",
           ""},
          {"a batch with its tasks twice", R"({"tasks":[],"tasks":[{"title":"a"}]})", ""},
      },
      batch);
}

}  // namespace ordo::e2e
