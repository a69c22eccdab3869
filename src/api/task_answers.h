// What several endpoints over one task share.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/exchange.h"
#include "api/field_table.h"
#include "api/task_json.h"
#include "domain/task_rules.h"

namespace ordo::api {

[[nodiscard]] inline net::Response task_response(int status, const domain::Task& task) {
  std::string body;
  append_task(body, task);
  net::Response response = json_response(status, std::move(body));
  response.headers.add("ETag", etag_of(task));
  return response;
}

// The answer with a task after it was changed.
[[nodiscard]] inline net::Response changed_response(Exchange&, const domain::Task& task) {
  return task_response(200, task);
}

// A malformed id can be no task's: the answer is the same as for one that is not there.
[[nodiscard]] inline bool is_task_id(const Exchange& exchange) {
  return !domain::check_task_id(exchange.id);
}

inline void respond_no_such_task(ExchangePtr exchange) {
  respond_problem(std::move(exchange), Problem{404, "not_found", "there is no such task"});
}

// What is wrong with a command that takes nothing but its path: an empty body, or one without
// fields, is well.
[[nodiscard]] inline std::optional<base::Error> fault_of_bare(const net::Request& request) {
  if (request.body.empty()) return std::nullopt;
  const auto members = base::parse_json_object(request.body);
  if (!members) return members.error();
  if (members->empty()) return std::nullopt;
  return bad_field(pointer_to(members->front().key), "unknown_field",
                   "there is no such field here");
}

}  // namespace ordo::api
