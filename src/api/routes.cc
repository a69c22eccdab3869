// The table itself. Order matters only between a fixed path and one with a variable.
#include <array>
#include <vector>

#include "api/endpoints.h"
#include "api/router.h"

namespace ordo::api {
namespace {

constexpr std::string_view kEventStream = "text/event-stream";
constexpr std::string_view kHtml = "text/html";
constexpr std::string_view kAny = "*/*";

constexpr std::array kSubmitParameters{
    Parameter{"Idempotency-Key", "header",
              R"({"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"})",
              "The same key with the same body again replays the answer; kept for 24 hours"},
    Parameter{"traceparent", "header", R"({"type":"string"})",
              "W3C trace context; stored with the task and logged"},
};
constexpr std::array kListParameters{
    Parameter{"status", "query",
              R"({"type":"string","enum":["queued","running","succeeded","dead","cancelled"]})",
              "Only tasks with this status"},
    Parameter{"queue", "query", R"({"type":"string","maxLength":64})", "Only tasks of this queue"},
    Parameter{"lane", "query", R"({"type":"string","maxLength":128})", "Only tasks of this lane"},
    Parameter{"priority", "query", R"({"type":"string","enum":["low","medium","high"]})",
              "Only tasks of this priority"},
    Parameter{"q", "query", R"({"type":"string","minLength":1,"maxLength":200})",
              "Only tasks with this text in title, description or payload; ASCII letters match in "
              "either case"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Tasks a page"},
    Parameter{"cursor", "query", R"({"type":"string"})",
              "next_cursor of the page before; a page may be short and still have a next"},
};
constexpr std::array kDeadParameters{
    Parameter{"queue", "query", R"({"type":"string","maxLength":64})", "Only those of this queue"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Tasks a page"},
    Parameter{"cursor", "query", R"({"type":"string"})",
              "next_cursor of the page before; a page may be short and still have a next"},
};
constexpr std::array kPurgeParameters{
    Parameter{"queue", "query", R"({"type":"string","maxLength":64})", "All of this queue", true},
};
constexpr std::array kLaneParameters{
    Parameter{"state", "query",
              R"({"type":"string","enum":["blocked","ready","running","waiting"]})",
              "Only lanes that stand so; blocked: it waits for a retry, or its queue is paused"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "At most so many lanes"},
};
constexpr std::array kEventParameters{
    Parameter{"queue", "query", R"({"type":"string","maxLength":64})", "Only tasks of this queue"},
    Parameter{"lane", "query", R"({"type":"string","maxLength":128})", "Only tasks of this lane"},
    Parameter{"task", "query", R"({"type":"string","maxLength":128})", "Only this task"},
    Parameter{"last_event_id", "query", R"({"type":"string"})",
              "Go on behind this event, for who cannot send the header"},
    Parameter{"Last-Event-ID", "header", R"({"type":"string"})",
              "Go on behind this event; a gap comes first when it is not kept any more"},
};
constexpr std::array kOrderListParameters{
    Parameter{"status", "query", R"({"type":"string","enum":["pending","accepted","rejected"]})",
              "Only orders with this status"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Orders a page"},
    Parameter{"cursor", "query", R"({"type":"string"})",
              "next_cursor of the page before; a page may be short and still have a next"},
};
constexpr std::array kReadParameters{
    Parameter{"If-None-Match", "header", R"({"type":"string"})", "304 when the ETag is the same"},
};
constexpr std::array kWriteParameters{
    Parameter{"If-Match", "header", R"({"type":"string"})", "412 unless the ETag is the same"},
};

constexpr std::array kCreated{
    AnswerDoc{201, "Accepted and durable", "Task"},
    AnswerDoc{200, "Accepted before: the task as it is now, with Idempotent-Replay: true", "Task"},
    AnswerDoc{409, "The same task_id or Idempotency-Key with another body", "Problem"},
};
constexpr std::array kBatchAnswers{
    AnswerDoc{200, "One result a task, in order; all that are 201 are durable", "TaskBatchResults"},
};
constexpr std::array kPage{AnswerDoc{200, "Newest first", "TaskPage"}};
constexpr std::array kOneTask{
    AnswerDoc{200, "The task", "Task"},
    AnswerDoc{304, "Unchanged", ""},
    AnswerDoc{404, "There is no such task", "Problem"},
};
constexpr std::array kChanged{
    AnswerDoc{200, "The task as it is now", "Task"},
    AnswerDoc{404, "There is no such task", "Problem"},
    AnswerDoc{409, "Its status forbids it", "Problem"},
    AnswerDoc{412, "The ETag is not the current one", "Problem"},
};
constexpr std::array kCancelled{
    AnswerDoc{200, "The task, cancelled", "Task"},
    AnswerDoc{404, "There is no such task", "Problem"},
    AnswerDoc{409, "It has ended already", "Problem"},
};
constexpr std::array kRetried{
    AnswerDoc{200, "The task, at the end of its lane, attempts from 0", "Task"},
    AnswerDoc{404, "There is no such task", "Problem"},
    AnswerDoc{409, "It is neither dead nor cancelled, or its queue is not configured", "Problem"},
};
constexpr std::array kAttempts{
    AnswerDoc{200, "The first one first", "Attempts"},
    AnswerDoc{404, "There is no such task", "Problem"},
};
constexpr std::array kDeadPage{
    AnswerDoc{200, "Dead tasks, newest first", "TaskPage"},
    AnswerDoc{404, "There is no such queue", "Problem"},
};
constexpr std::array kRedriven{
    AnswerDoc{200, "So many are back in their lanes, in their original order", "Redriven"},
    AnswerDoc{409, "Some that were chosen are no dead letters; nothing was done", "Problem"},
};
constexpr std::array kPurged{
    AnswerDoc{200, "So many are forgotten", "Purged"},
    AnswerDoc{404, "There is no such queue", "Problem"},
};
constexpr std::array kQueues{AnswerDoc{200, "All the queues", "Queues"}};
constexpr std::array kOneQueue{
    AnswerDoc{200, "The queue as it is now", "Queue"},
    AnswerDoc{404, "There is no such queue", "Problem"},
};
constexpr std::array kLanes{
    AnswerDoc{200, "Lanes, each with its head task, why it waits and until when", "Lanes"},
    AnswerDoc{404, "There is no such queue", "Problem"},
};
constexpr std::array kClaimed{
    AnswerDoc{200, "Tasks to do, each under a lease; none when the wait is over", "ClaimedTasks"},
    AnswerDoc{404, "There is no such queue", "Problem"},
    AnswerDoc{409, "The queue is not pulled", "Problem"},
};
constexpr std::array kSaid{
    AnswerDoc{200, "The task as it is now", "Task"},
    AnswerDoc{404, "There is no such task", "Problem"},
    AnswerDoc{409, "The lease was lost, or a task before it in its lane is not done", "Problem"},
};
constexpr std::array kDeleted{
    AnswerDoc{204, "Taken out of its lane and forgotten", ""},
    AnswerDoc{404, "There is no such task", "Problem"},
    AnswerDoc{409, "It is running", "Problem"},
    AnswerDoc{412, "The ETag is not the current one", "Problem"},
};
constexpr std::array kEvents{
    AnswerDoc{200,
              "Server-sent events without an end: task.accepted, task.started, task.retried, "
              "task.succeeded, task.dead, task.cancelled, each with a TaskEvent as its data; gap "
              "when some were missed; a comment every 15 seconds",
              "TaskEvent"},
    AnswerDoc{404, "There is no such queue", "Problem"},
    AnswerDoc{503, "Too many listen already", "Problem"},
};
constexpr std::array kOrdersCreated{
    AnswerDoc{201, "All accepted and durable; those that were there already stay as they are",
              "OrdersAccepted"},
    AnswerDoc{409, "Some were accepted before with other values; nothing was accepted", "Problem"},
};
constexpr std::array kOrderPage{AnswerDoc{200, "Newest first", "OrderPage"}};
constexpr std::array kOneOrder{
    AnswerDoc{200, "The order", "Order"},
    AnswerDoc{304, "Unchanged", ""},
    AnswerDoc{404, "There is no such order, or no longer", "Problem"},
};
constexpr std::array kObjectListParameters{
    Parameter{"prefix", "query", R"({"type":"string","maxLength":1024})",
              "Only those whose key begins so"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Objects a page"},
    Parameter{"cursor", "query", R"({"type":"string"})", "next_cursor of the page before"},
};
constexpr std::array kObjectPage{
    AnswerDoc{200, "By key, as bytes", "ObjectPage"},
    AnswerDoc{404, "There is no such bucket", "Problem"},
};
constexpr std::array kStoredObject{
    AnswerDoc{200,
              "What was stored, with its own Content-Type, whatever that is; an attachment unless "
              "a browser can show it harmlessly",
              "Text", "application/json,application/octet-stream,text/plain"},
    AnswerDoc{304, "Unchanged", ""},
    AnswerDoc{404, "There is no such object", "Problem"},
};
constexpr std::array kObject{AnswerDoc{200, "As it says", "Object"}};
constexpr std::array kReady{
    AnswerDoc{200, "A durable write and a read were done", "Object"},
    AnswerDoc{503, "It cannot accept now", "Problem"},
};
constexpr std::array kMetrics{AnswerDoc{200, "As it says", "Text", "text/plain"}};
constexpr std::array kIndex{
    AnswerDoc{200, "The page", "Text"},
    AnswerDoc{304, "Unchanged", ""},
};
constexpr std::array kDocs{
    AnswerDoc{200, "The page", "Text"},
    AnswerDoc{304, "Unchanged", ""},
    AnswerDoc{404, "The page is switched off", "Problem"},
};
constexpr std::array kDocsFile{
    AnswerDoc{200, "The file", "Text", "text/css,text/html,text/javascript"},
    AnswerDoc{304, "Unchanged", ""},
    AnswerDoc{404, "There is no such file, or the page is switched off", "Problem"},
};

constexpr std::array kRoutes{
    Route{"POST", "/tasks", "createTask", "Submit a task", "tasks", kJson, "TaskSubmission",
          kSubmitParameters, kCreated, create_task},
    Route{"GET", "/tasks", "listTasks", "List tasks, newest first", "tasks", kJson, "",
          kListParameters, kPage, list_tasks},
    Route{"POST", "/tasks/batch", "createTasks", "Submit up to 1000 tasks at once", "tasks", kJson,
          "TaskBatch", kNoParameters, kBatchAnswers, create_tasks},
    Route{"GET", "/tasks/{id}", "getTask", "Read a task", "tasks", kJson, "", kReadParameters,
          kOneTask, get_task},
    Route{"PATCH", "/tasks/{id}", "changeTask", "Change a queued task by merge patch", "tasks",
          kJson, "TaskPatch", kWriteParameters, kChanged, change_task},
    Route{"DELETE", "/tasks/{id}", "deleteTask", "Take a task out of its lane and forget it",
          "tasks", kJson, "", kWriteParameters, kDeleted, delete_task},
    Route{"POST", "/tasks/{id}/cancel", "cancelTask", "Cancel a task", "tasks", kJson, "",
          kNoParameters, kCancelled, cancel_task},
    Route{"POST", "/tasks/{id}/retry", "retryTask",
          "Put a dead or cancelled task back at the end of its lane", "tasks", kJson, "",
          kNoParameters, kRetried, retry_task},
    Route{"GET", "/tasks/{id}/attempts", "getAttempts", "The attempts at a task", "tasks", kJson,
          "", kNoParameters, kAttempts, get_attempts},
    Route{"GET", "/dead-letters", "listDeadLetters", "List the tasks that failed for good",
          "dead letters", kJson, "", kDeadParameters, kDeadPage, list_dead_letters},
    Route{"DELETE", "/dead-letters", "purgeDeadLetters", "Forget the dead letters of a queue",
          "dead letters", kJson, "", kPurgeParameters, kPurged, purge_dead_letters},
    Route{"POST", "/dead-letters/redrive", "redriveDeadLetters",
          "Put dead letters back into their lanes", "dead letters", kJson, "RedriveCommand",
          kNoParameters, kRedriven, redrive_dead_letters},
    Route{"GET", "/queues", "listQueues", "The queues and what is in them", "queues", kJson, "",
          kNoParameters, kQueues, list_queues},
    Route{"GET", "/queues/{queue}", "getQueue", "One queue", "queues", kJson, "", kNoParameters,
          kOneQueue, get_queue},
    Route{"GET", "/queues/{queue}/lanes", "listLanes", "The lanes of a queue", "queues", kJson, "",
          kLaneParameters, kLanes, list_lanes},
    Route{"POST", "/queues/{queue}/pause", "pauseQueue",
          "Start no more tasks of a queue; those that run go on", "queues", kJson, "",
          kNoParameters, kOneQueue, pause_queue},
    Route{"POST", "/queues/{queue}/resume", "resumeQueue", "Start tasks of a paused queue again",
          "queues", kJson, "", kNoParameters, kOneQueue, resume_queue},
    Route{"POST", "/queues/{queue}/claim", "claimTasks",
          "Claim tasks of a queue with function = pull", "pull", kJson, "ClaimCommand",
          kNoParameters, kClaimed, claim_tasks},
    Route{"POST", "/tasks/{id}/complete", "completeTask", "A claimed task is done", "pull", kJson,
          "CompleteCommand", kNoParameters, kSaid, complete_task},
    Route{"POST", "/tasks/{id}/fail", "failTask", "The attempt at a claimed task failed", "pull",
          kJson, "FailCommand", kNoParameters, kSaid, fail_task},
    Route{"POST", "/tasks/{id}/extend", "extendLease", "Hold a claimed task for longer", "pull",
          kJson, "ExtendCommand", kNoParameters, kSaid, extend_lease},
    Route{"POST", "/orders", "createOrders", "Hand in 1 to 1000 orders, all or none", "orders",
          kJson, "OrderRecords", kNoParameters, kOrdersCreated, create_orders},
    Route{"GET", "/orders", "listOrders", "List orders, newest first", "orders", kJson, "",
          kOrderListParameters, kOrderPage, list_orders},
    Route{"GET", "/orders/{record_id}", "getOrder", "Read an order", "orders", kJson, "",
          kReadParameters, kOneOrder, get_order},
    Route{"GET", "/objects/{bucket}", "listObjects", "List what pipelines stored", "objects", kJson,
          "", kObjectListParameters, kObjectPage, list_objects},
    Route{"GET", "/objects/{bucket}/{key}", "getObject",
          "Read an object; slashes of its key may be sent as they are", "objects", kAny, "",
          kReadParameters, kStoredObject, get_object},
    Route{"GET", "/events", "getEvents", "What happens to tasks, as it happens", "operations",
          kEventStream, "", kEventParameters, kEvents, get_events},
    Route{"GET", "/livez", "getLivez", "Whether the process runs", "operations", kJson, "",
          kNoParameters, kObject, get_livez},
    Route{"GET", "/readyz", "getReadyz", "Whether it can accept: a real write and a real read",
          "operations", kJson, "", kNoParameters, kReady, get_readyz},
    Route{"GET", "/health", "getHealth", "A summary for people and scripts", "operations", kJson,
          "", kNoParameters, kObject, get_health},
    Route{"GET", "/metrics", "getMetrics", "Prometheus metrics", "operations", kAny, "",
          kNoParameters, kMetrics, get_metrics},
    Route{"GET", "/openapi.json", "getOpenapi", "This document", "operations", kJson, "",
          kNoParameters, kObject, get_openapi},
    Route{"GET", "/docs", "getDocs", "The interactive API page", "operations", kHtml, "",
          kNoParameters, kDocs, get_docs},
    Route{"GET", "/docs/{id}", "getDocsFile", "A file of the API page", "operations", kAny, "",
          kNoParameters, kDocsFile, get_docs_file},
    Route{"GET", "/", "getIndex", "The front page", "operations", kHtml, "", kNoParameters, kIndex,
          get_index},
};

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> routes(kRoutes.begin(), kRoutes.end());
    routes.insert(routes.end(), execution_routes().begin(), execution_routes().end());
    return routes;
  }();
  return all;
}

}  // namespace ordo::api
