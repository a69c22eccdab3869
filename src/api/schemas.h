// The JSON Schemas of what is answered, but for a task's and an order's own.
#pragma once

#include <string_view>

namespace ordo::api {

inline constexpr std::string_view kProblemSchema =
    R"({"type":"object","required":["type","title","status","detail"],"properties":{)"
    R"("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},)"
    R"("detail":{"type":"string"},"errors":{"type":"array","items":{"type":"object",)"
    R"("required":["pointer","code","message"],"properties":{"pointer":{"type":"string",)"
    R"("description":"A JSON Pointer into the body, ?name for a query parameter, or a header's name"},)"
    R"("code":{"type":"string"},"message":{"type":"string"}}}}}})";
inline constexpr std::string_view kEventSchema =
    R"({"type":"object","required":["event_id","type"],"properties":{"event_id":{"type":"string"},)"
    R"("type":{"type":"string","enum":["task.accepted","task.started","task.retried",)"
    R"("task.succeeded","task.dead","task.cancelled","gap"]},"at":{"type":"string","format":"date-time"},)"
    R"("task_id":{"type":"string"},"queue":{"type":"string"},"lane":{"type":"string"},)"
    R"("sequence":{"type":"integer"},"attempt":{"type":"integer"},"error":{"type":["string","null"]},)"
    R"("next_attempt_at":{"type":["string","null"],"format":"date-time"}}})";
inline constexpr std::string_view kPageSchema =
    R"({"type":"object","required":["items","next_cursor"],"properties":{"items":{"type":"array",)"
    R"("items":{"$ref":"#/components/schemas/Task"}},"next_cursor":{"type":["string","null"]}}})";
inline constexpr std::string_view kBatchSchema =
    R"({"type":"object","additionalProperties":false,"required":["tasks"],"properties":{"tasks":)"
    R"({"type":"array","minItems":1,"maxItems":1000,"items":{"$ref":"#/components/schemas/TaskSubmission"}}}})";
inline constexpr std::string_view kBatchResultsSchema =
    R"({"type":"object","required":["results"],"properties":{"results":{"type":"array","items":)"
    R"({"type":"object","required":["status"],"properties":{"status":{"type":"integer"},)"
    R"("task":{"$ref":"#/components/schemas/Task"},"problem":{"$ref":"#/components/schemas/Problem"}}}}}})";
inline constexpr std::string_view kAttemptsSchema =
    R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)"
    R"({"type":"object","required":["attempt","started_at","finished_at","outcome","error"],)"
    R"("properties":{"attempt":{"type":"integer","minimum":1},)"
    R"("started_at":{"type":"string","format":"date-time"},)"
    R"("finished_at":{"type":["string","null"],"format":"date-time"},)"
    R"("outcome":{"type":"string","enum":["running","succeeded","failed","lost","cancelled"]},)"
    R"("error":{"type":["string","null"]}}}}}})";
inline constexpr std::string_view kRedrivenSchema =
    R"({"type":"object","required":["redriven"],"properties":{"redriven":{"type":"integer"}}})";
inline constexpr std::string_view kPurgedSchema =
    R"({"type":"object","required":["purged"],"properties":{"purged":{"type":"integer"}}})";
inline constexpr std::string_view kOrdersAcceptedSchema =
    R"({"type":"object","required":["accepted","expires_at"],"properties":{)"
    R"("accepted":{"type":"integer","description":"All that were sent"},)"
    R"("expires_at":{"type":"string","format":"date-time","description":"When the first of them is gone"}}})";
inline constexpr std::string_view kOrderPageSchema =
    R"({"type":"object","required":["items","next_cursor"],"properties":{"items":{"type":"array",)"
    R"("items":{"$ref":"#/components/schemas/Order"}},"next_cursor":{"type":["string","null"]}}})";
inline constexpr std::string_view kCallbackOutputSchema =
    R"({"type":"object","additionalProperties":false,"properties":{"output":{}}})";
inline constexpr std::string_view kExecutionPageSchema =
    R"({"type":"object","required":["items","next_cursor"],"properties":{"items":{"type":"array",)"
    R"("items":{"$ref":"#/components/schemas/Execution"}},"next_cursor":{"type":["string","null"]}}})";
inline constexpr std::string_view kHistoryPageSchema =
    R"({"type":"object","required":["items","next_cursor"],"properties":{"items":{"type":"array",)"
    R"("items":{"type":"object","required":["id","previousEventId","type","timestamp"],"properties":{)"
    R"("id":{"type":"integer"},"previousEventId":{"type":"integer"},"type":{"type":"string"},)"
    R"("timestamp":{"type":"string","format":"date-time"}}}},"next_cursor":{"type":["string","null"]}}})";
inline constexpr std::string_view kPipelinesSchema =
    R"({"type":"object","required":["items"],"properties":{"items":{"type":"array",)"
    R"("items":{"$ref":"#/components/schemas/Pipeline"}}}})";
inline constexpr std::string_view kObjectPageSchema =
    R"({"type":"object","required":["items","next_cursor"],"properties":{"items":{"type":"array",)"
    R"("items":{"type":"object","required":["key","bytes","content_type","etag","modified_at"],)"
    R"("properties":{"key":{"type":"string"},"bytes":{"type":"integer"},)"
    R"("content_type":{"type":"string"},"etag":{"type":"string","description":"MD5 of the bytes"},)"
    R"("modified_at":{"type":"string","format":"date-time"}}}},"next_cursor":{"type":["string","null"]}}})";
inline constexpr std::string_view kQueueSchema =
    R"({"type":"object","required":["name","function","ordering","max_attempts","paused","queued",)"
    R"("running","waiting","dead","oldest_age_seconds","lanes"],"properties":{)"
    R"("name":{"type":"string"},"function":{"type":"string","description":"pull: workers elsewhere claim its tasks"},)"
    R"("ordering":{"type":"string","enum":["fifo","priority"]},"max_attempts":{"type":"integer"},)"
    R"("paused":{"type":"boolean"},"queued":{"type":"integer"},)"
    R"("running":{"type":"integer","description":"Lanes that are busy"},)"
    R"("waiting":{"type":"integer","description":"Between two attempts; part of queued"},)"
    R"("dead":{"type":"integer"},"oldest_age_seconds":{"type":["number","null"],)"
    R"("description":"Of the oldest task that is queued; null, too, when it stands far behind others"},)"
    R"("lanes":{"type":"integer"},"configured":{"type":"boolean","const":false,)"
    R"("description":"There only when its section is gone: its tasks wait until it is back"}}})";
inline constexpr std::string_view kQueuesSchema =
    R"({"type":"object","required":["items"],"properties":{"items":{"type":"array",)"
    R"("items":{"$ref":"#/components/schemas/Queue"}}}})";
inline constexpr std::string_view kLanesSchema =
    R"({"type":"object","required":["items","more"],"properties":{"more":{"type":"boolean",)"
    R"("description":"There are more lanes than these: ask with a larger limit"},)"
    R"("items":{"type":"array","items":)"
    R"({"type":"object","required":["lane","state","queued","head_task_id","why","until","last_error"],)"
    R"("properties":{"lane":{"type":"string"},)"
    R"("state":{"type":"string","enum":["ready","running","waiting"]},)"
    R"("queued":{"type":"integer"},"head_task_id":{"type":["string","null"]},)"
    R"("why":{"type":["string","null"],"enum":["retry","paused","not configured",null]},)"
    R"("until":{"type":["string","null"],"format":"date-time"},)"
    R"("last_error":{"type":["string","null"],"description":"Of the head task"}}}}}})";
inline constexpr std::string_view kClaimedSchema =
    R"({"type":"object","required":["tasks"],"properties":{"tasks":{"type":"array","items":)"
    R"({"allOf":[{"$ref":"#/components/schemas/Task"},{"type":"object",)"
    R"("required":["attempt","lease","lease_until"],"properties":{"attempt":{"type":"integer"},)"
    R"("lease":{"type":"string"},"lease_until":{"type":"string","format":"date-time"}}}]}}}})";

}  // namespace ordo::api
