// Harm to dead letters, queues and leases. Only bodies and queries that are refused: the queue
// "tasks" is pulled, and nothing may be taken from it.
#include "hostile.h"

namespace ordo::e2e {
namespace {

std::string post(std::string_view target, std::string_view body) {
  return testing::request_text("POST", target, kAsJson, body);
}
std::string redrive(std::string_view body) {
  return post("/dead-letters/redrive", body);
}
std::string claim(std::string_view body) {
  return post("/queues/tasks/claim", body);
}
std::string say(std::string_view verb, std::string_view body) {
  return post("/tasks/seed/" + std::string(verb), body);
}
std::string deletion(std::string_view target) {
  return testing::request_text("DELETE", target, {});
}

}  // namespace

std::vector<Hostile> hostile_commands() {
  const std::string big(1UL << 16U, '9');
  return {
      {"a redrive of nothing", redrive("{}"), 400, "invalid", "/queue:required"},
      {"a redrive without a body", redrive(""), 400, "invalid", ":required"},
      {"a redrive of an unknown queue", redrive(R"({"queue":"none"})"), 400, "invalid",
       "/queue:unknown_queue"},
      {"a redrive of no chosen task", redrive(R"({"queue":"tasks","task_ids":[]})"), 400, "invalid",
       "/task_ids:empty"},
      {"a redrive of 1001 tasks",
       redrive(R"({"queue":"tasks","task_ids":["a")" + times(1000, R"(,"a")") + "]}"), 400,
       "invalid", "/task_ids:too_many"},
      {"a redrive of a list in a list", redrive(R"({"queue":"tasks","task_ids":[["seed"]]})"), 400,
       "invalid", "/task_ids/0:wrong_type"},
      {"a redrive of a task that lives", redrive(R"({"queue":"tasks","task_ids":["seed"]})"), 409,
       "conflict", "/task_ids/0:not_dead"},
      {"a redrive of what cannot be an id",
       redrive(R"({"queue":"tasks","task_ids":["\u0000' OR 1=1"]})"), 409, "conflict",
       "/task_ids/0:not_found"},
      {"a purge of every queue", deletion("/dead-letters"), 400, "invalid", "?queue:required"},
      {"a purge of two queues", deletion("/dead-letters?queue=tasks&queue=a"), 400, "invalid",
       "?queue:duplicate"},
      {"a purge of an unknown queue", deletion("/dead-letters?queue=none"), 404, "not_found", ""},
      {"a status for dead letters", get_of("/dead-letters?status=queued"), 400, "invalid",
       "?status:unknown_parameter"},
      {"a lane's state that is none", get_of("/queues/tasks/lanes?state=idle"), 400, "invalid",
       "?state:unknown_value"},
      {"a queue in a queue", get_of("/queues/tasks%2Flanes"), 404, "not_found", ""},
      {"a pause with a wish", post("/queues/tasks/pause", R"({"paused":false})"), 400, "invalid",
       "/paused:unknown_field"},
      {"a claim by an array", claim("[]"), 400, "invalid", ""},
      {"a claim of nothing", claim(R"({"max":0})"), 400, "invalid", "/max:out_of_range"},
      {"a claim of too much", claim(R"({"max":)" + big + "}"), 400, "invalid", "/max:out_of_range"},
      {"a claim of half a task", claim(R"({"max":0.5})"), 400, "invalid", "/max:out_of_range"},
      {"a claim that waits for ever", claim(R"({"wait_seconds":1e99})"), 400, "invalid",
       "/wait_seconds:out_of_range"},
      {"a claim with a lease in the past", claim(R"({"lease_seconds":-1})"), 400, "invalid",
       "/lease_seconds:out_of_range"},
      {"a claim of an unknown queue", post("/queues/none/claim", "{}"), 404, "not_found", ""},
      {"a lease of a number", say("complete", R"({"lease":1})"), 400, "invalid",
       "/lease:wrong_type"},
      {"a lease that nobody gave", say("complete", R"({"lease":"1-0"})"), 409, "conflict", ""},
      {"a lease that overflows", say("complete", R"({"lease":"99999999999999999999-0"})"), 409,
       "conflict", ""},
      {"a result that is no object", say("complete", R"({"lease":"1-0","result":[1]})"), 400,
       "invalid", "/result:wrong_type"},
      {"a failure without a word", say("fail", R"({"lease":"1-0"})"), 400, "invalid",
       "/error:required"},
      {"an error with a bell", say("fail", R"({"lease":"1-0","error":"\u0007"})"), 400, "invalid",
       "/error:control_character"},
      {"an extension by nothing", say("extend", R"({"lease":"1-0"})"), 400, "invalid",
       "/lease_seconds:required"},
      {"an extension for a year", say("extend", R"({"lease":"1-0","lease_seconds":31536000})"), 400,
       "invalid", "/lease_seconds:out_of_range"},
      {"a retry of what waits", post("/tasks/seed/retry", "{}"), 409, "conflict", ""},
  };
}

}  // namespace ordo::e2e
