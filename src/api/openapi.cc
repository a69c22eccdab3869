#include "api/openapi.h"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "api/command_fields.h"
#include "api/execution_fields.h"
#include "api/execution_json.h"
#include "api/order_fields.h"
#include "api/router.h"
#include "api/schemas.h"
#include "api/task_fields.h"
#include "api/task_json.h"
#include "base/http_rules.h"
#include "base/json.h"
#include "net/field_values.h"

namespace ordo::api {
namespace {

void add(std::string& out, std::string_view name, std::string_view json) {
  if (out.back() != '{' && out.back() != '[') out.push_back(',');
  base::append_json_string(out, name);
  out.push_back(':');
  out += json;
}

std::string text(std::string_view plain) {
  std::string out;
  base::append_json_string(out, plain);
  return out;
}

std::string reference(std::string_view schema) {
  return fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", schema);
}

// `types` are joined by commas; all have the one schema.
std::string content(std::string_view types, std::string_view schema) {
  std::string out = "{";
  while (!types.empty()) {
    const std::string_view type = net::take_part(types, ',');
    add(out, type, fmt::format(R"({{"schema":{}}})", reference(schema)));
  }
  out.push_back('}');
  return out;
}

std::string parameters_of(const Route& route) {
  std::string out = "[";
  for (const std::string_view variable :
       {variable_of(route.path), second_variable_of(route.path)}) {
    if (variable.empty()) continue;
    if (out.back() != '[') out.push_back(',');
    out +=
        fmt::format(R"({{"name":"{}","in":"path","required":true,"schema":{{"type":"string"}}}})",
                    variable.substr(1, variable.size() - 2));
  }
  for (const Parameter& parameter : route.parameters) {
    if (out.back() != '[') out.push_back(',');
    out +=
        fmt::format(R"({{"name":"{}","in":"{}",{}"description":{},"schema":{}}})", parameter.name,
                    parameter.in, parameter.required ? R"("required":true,)" : "",
                    text(parameter.description), parameter.schema);
  }
  out.push_back(']');
  return out;
}

std::string headers_of(const Route& route, int status, std::string_view schema) {
  std::string out = R"({"X-Request-Id":{"schema":{"type":"string"}})";
  const bool is_stored = route.operation == "getObject" && (status == 200 || status == 304);
  if (schema == "Task" || schema == "Order" || is_stored) {
    add(out, "ETag", R"({"schema":{"type":"string"}})");
  }
  if (is_stored) add(out, "Last-Modified", R"({"schema":{"type":"string"}})");
  if (route.operation == "createTask" && base::is_success(status)) {
    add(out, "Location", R"({"schema":{"type":"string"}})");
    if (status == 200) add(out, "Idempotent-Replay", R"({"schema":{"type":"string"}})");
  }
  if (schema.ends_with("Page")) {
    add(out, "Link", R"({"description":"rel=next","schema":{"type":"string"}})");
  }
  if (status == 429 || status == 503) {
    add(out, "Retry-After", R"({"schema":{"type":"integer"}})");
  }
  out.push_back('}');
  return out;
}

std::string_view types_of(const Route& route, const AnswerDoc& doc) {
  if (doc.schema == "Problem") return "application/problem+json";
  return doc.media_types.empty() ? route.produces : doc.media_types;
}

std::string answer(const Route& route, const AnswerDoc& doc) {
  std::string out = "{";
  add(out, "description", text(doc.description));
  add(out, "headers", headers_of(route, doc.status, doc.schema));
  if (!doc.schema.empty()) add(out, "content", content(types_of(route, doc), doc.schema));
  out.push_back('}');
  return out;
}

std::string answers_of(const Route& route) {
  std::string out = "{";
  std::set<int> given;
  for (const AnswerDoc& doc : route.answers) {
    add(out, std::to_string(doc.status), answer(route, doc));
    given.insert(doc.status);
  }
  const auto add_problem = [&](int status, std::string_view description) {
    if (given.contains(status)) return;
    add(out, std::to_string(status), answer(route, {status, description, "Problem"}));
  };
  add_problem(400, "The request is not valid; errors names every bad field");
  if (route.tag != "operations") {
    add_problem(429, "Too much waits; try again after Retry-After");
    add_problem(503, "It cannot be made durable now; nothing was accepted");
    if (!route.request_schema.empty()) {
      add_problem(413, "The body is too large");
      add_problem(415, "The body is not JSON");
    }
  }
  add(out, "default", answer(route, {0, "A problem", "Problem"}));
  out.push_back('}');
  return out;
}

std::string operation_of(const Route& route) {
  std::string out = "{";
  add(out, "operationId", text(route.operation));
  add(out, "summary", text(route.summary));
  add(out, "tags", fmt::format("[{}]", text(route.tag)));
  if (const std::string parameters = parameters_of(route); parameters != "[]") {
    add(out, "parameters", parameters);
  }
  if (!route.request_schema.empty()) {
    const std::string_view types = route.method == "PATCH"
                                       ? "application/merge-patch+json,application/json"
                                       : "application/json";
    add(out, "requestBody",
        fmt::format(R"({{"required":{},"content":{}}})", !route.body_optional,
                    content(types, route.request_schema)));
  }
  add(out, "responses", answers_of(route));
  out.push_back('}');
  return out;
}

std::string paths(Offers offers) {
  std::string out = "{";
  for (const Route& first : routes()) {
    if (offers != nullptr && !offers(first)) continue;
    // Each path once, with all its methods, where its first method stands.
    std::string methods = "{";
    bool seen_before = false;
    for (const Route& route : routes()) {
      if (route.path != first.path || (offers != nullptr && !offers(route))) continue;
      if (&route < &first) seen_before = true;
      std::string method(route.method);
      for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
      add(methods, method, operation_of(route));
    }
    methods.push_back('}');
    if (!seen_before) add(out, first.path, methods);
  }
  out.push_back('}');
  return out;
}

}  // namespace

std::string openapi_document(std::string_view version, Offers offers) {
  std::string schemas = "{";
  add(schemas, "Task", task_schema());
  add(schemas, task_draft_fields().name, schema_of(task_draft_fields()));
  add(schemas, task_patch_fields().name, schema_of(task_patch_fields()));
  add(schemas, "TaskBatch", kBatchSchema);
  add(schemas, "TaskBatchResults", kBatchResultsSchema);
  add(schemas, "TaskPage", kPageSchema);
  add(schemas, "TaskEvent", kEventSchema);
  add(schemas, "Attempts", kAttemptsSchema);
  add(schemas, redrive_fields().name, schema_of(redrive_fields()));
  add(schemas, "Redriven", kRedrivenSchema);
  add(schemas, "Purged", kPurgedSchema);
  add(schemas, order_fields().name, schema_of(order_fields()));
  add(schemas, "OrderRecords", orders_schema());
  add(schemas, "OrdersAccepted", kOrdersAcceptedSchema);
  add(schemas, "Order", order_schema());
  add(schemas, "OrderPage", kOrderPageSchema);
  add(schemas, "ObjectPage", kObjectPageSchema);
  add(schemas, "Queue", kQueueSchema);
  add(schemas, "Queues", kQueuesSchema);
  add(schemas, "Lanes", kLanesSchema);
  add(schemas, claim_fields().name, schema_of(claim_fields()));
  add(schemas, "ClaimedTasks", kClaimedSchema);
  add(schemas, complete_fields().name, schema_of(complete_fields()));
  add(schemas, fail_fields().name, schema_of(fail_fields()));
  add(schemas, extend_fields().name, schema_of(extend_fields()));
  add(schemas, execution_fields().name, schema_of(execution_fields()));
  add(schemas, reason_fields().name, schema_of(reason_fields()));
  add(schemas, "CallbackOutput", kCallbackOutputSchema);
  add(schemas, "Execution", execution_schema());
  add(schemas, "ExecutionPage", kExecutionPageSchema);
  add(schemas, "HistoryPage", kHistoryPageSchema);
  add(schemas, "Pipeline", pipeline_schema());
  add(schemas, "Pipelines", kPipelinesSchema);
  add(schemas, "Problem", kProblemSchema);
  add(schemas, "Object", R"({"type":"object"})");
  add(schemas, "Text", R"({"type":"string"})");
  schemas.push_back('}');
  return fmt::format(
      R"({{"openapi":"3.1.0","info":{{"title":"ordo","version":{},"description":{},)"
      R"("license":{{"name":"Apache-2.0","identifier":"Apache-2.0"}}}},"servers":[{{"url":"/"}}],)"
      R"("tags":[{{"name":"tasks"}},{{"name":"dead letters"}},{{"name":"queues"}},{{"name":"pull"}},{{"name":"orders"}},{{"name":"objects"}},{{"name":"pipelines"}},)"
      R"({{"name":"operations"}}],"paths":{},)"
      R"("components":{{"schemas":{}}}}})",
      text(version), text("Tasks, accepted durably and run in the order of acceptance."),
      paths(offers), schemas);
}

}  // namespace ordo::api
