// The part of the table that is about pipelines.
#include <array>

#include "api/endpoints.h"
#include "api/router.h"

namespace ordo::api {
namespace {

constexpr std::array kExecutionListParameters{
    Parameter{"pipeline", "query", R"({"type":"string","maxLength":64})", "Only of this pipeline"},
    Parameter{"status", "query",
              R"({"type":"string","enum":["running","succeeded","failed","timed_out","stopped"]})",
              "Only executions with this status"},
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Executions a page"},
    Parameter{"cursor", "query", R"({"type":"string"})",
              "next_cursor of the page before; a page may be short and still have a next"},
};
constexpr std::array kHistoryParameters{
    Parameter{"limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":50})",
              "Events a page"},
    Parameter{"cursor", "query", R"({"type":"string"})", "next_cursor of the page before"},
};
constexpr std::array kGraphParameters{
    Parameter{"format", "query", R"({"type":"string","enum":["svg","dot"]})",
              "In what form; if not given, what Accept takes more gladly"},
};
constexpr std::array kPipelines{AnswerDoc{200, "All the pipelines", "Pipelines"}};
constexpr std::array kOnePipeline{
    AnswerDoc{200, "The pipeline, with its next ten firings", "Pipeline"},
    AnswerDoc{404, "There is no such pipeline", "Problem"},
};
constexpr std::array kStarted{
    AnswerDoc{201, "It runs; its first step is durable", "Execution"},
    AnswerDoc{200, "Started before under this name: as it is now, with Idempotent-Replay: true",
              "Execution"},
    AnswerDoc{404, "There is no such pipeline", "Problem"},
    AnswerDoc{409, "Another input was given under this name", "Problem"},
};
constexpr std::array kExecutions{AnswerDoc{200, "Newest first", "ExecutionPage"}};
constexpr std::array kOneExecution{
    AnswerDoc{200, "The execution", "Execution"},
    AnswerDoc{404, "There is no such execution, or no longer", "Problem"},
};
constexpr std::array kHistory{
    AnswerDoc{200, "What happened, the first event first", "HistoryPage"},
    AnswerDoc{404, "There is no such execution, or no longer", "Problem"},
};
constexpr std::array kGraph{
    AnswerDoc{200, "The machine, and the path taken through it: a picture, or for Graphviz", "Text",
              "image/svg+xml,text/vnd.graphviz"},
    AnswerDoc{404, "There is no such execution, or no longer", "Problem"},
};
constexpr std::array kExecutionChanged{
    AnswerDoc{200, "The execution as it is now", "Execution"},
    AnswerDoc{404, "There is no such execution, or no longer", "Problem"},
    AnswerDoc{409, "Its status forbids it", "Problem"},
};
constexpr std::array kCalledBack{
    AnswerDoc{200, "Taken, and durable", "Object"},
    AnswerDoc{404, "Nobody waits for this token", "Problem"},
};
constexpr std::array kExecutionRoutes{
    Route{"GET", "/pipelines", "listPipelines", "The pipelines and their schedules", "pipelines",
          kJson, "", kNoParameters, kPipelines, list_pipelines},
    Route{"GET", "/pipelines/{name}", "getPipeline", "One pipeline", "pipelines", kJson, "",
          kNoParameters, kOnePipeline, get_pipeline},
    Route{"POST", "/pipelines/{name}/executions", "createExecution", "Start an execution",
          "pipelines", kJson, "ExecutionOrder", kNoParameters, kStarted, create_execution, true},
    Route{"POST", "/pipelines/{name}/pause", "pausePipeline",
          "Its schedule fires no more; what runs goes on", "pipelines", kJson, "", kNoParameters,
          kOnePipeline, pause_pipeline},
    Route{"POST", "/pipelines/{name}/resume", "resumePipeline", "Its schedule fires again",
          "pipelines", kJson, "", kNoParameters, kOnePipeline, resume_pipeline},
    Route{"GET", "/executions", "listExecutions", "List executions, newest first", "pipelines",
          kJson, "", kExecutionListParameters, kExecutions, list_executions},
    Route{"GET", "/executions/{id}", "getExecution", "One execution", "pipelines", kJson, "",
          kNoParameters, kOneExecution, get_execution},
    Route{"GET", "/executions/{id}/history", "getHistory", "What happened in an execution",
          "pipelines", kJson, "", kHistoryParameters, kHistory, get_history},
    Route{"GET", "/executions/{id}/graph", "getGraph",
          "The state machine of an execution, drawn, with the path taken", "pipelines", "*/*", "",
          kGraphParameters, kGraph, get_graph},
    Route{"POST", "/executions/{id}/stop", "stopExecution", "Stop an execution", "pipelines", kJson,
          "Reason", kNoParameters, kExecutionChanged, stop_execution, true},
    Route{"POST", "/executions/{id}/redrive", "redriveExecution",
          "Let an execution that has not succeeded go on from where it failed", "pipelines", kJson,
          "", kNoParameters, kExecutionChanged, redrive_execution},
    Route{"POST", "/callbacks/{token}/success", "callbackSuccess",
          "What a state waits for by its task token is done", "pipelines", kJson, "CallbackOutput",
          kNoParameters, kCalledBack, callback_success},
    Route{"POST", "/callbacks/{token}/failure", "callbackFailure",
          "What a state waits for by its task token has failed", "pipelines", kJson, "Reason",
          kNoParameters, kCalledBack, callback_failure, true},
    Route{"POST", "/callbacks/{token}/heartbeat", "callbackHeartbeat",
          "What a state waits for by its task token is still under way", "pipelines", kJson, "",
          kNoParameters, kCalledBack, callback_heartbeat},
};

}  // namespace

std::span<const Route> execution_routes() {
  return kExecutionRoutes;
}

}  // namespace ordo::api
