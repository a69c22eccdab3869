// Pipelines, and what becomes of their executions.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoints.h"
#include "api/execution_fields.h"
#include "api/execution_json.h"
#include "api/lists.h"
#include "api/task_answers.h"
#include "app/execution_desk.h"
#include "app/executions.h"
#include "app/reading.h"

namespace ordo::api {
namespace {

constexpr std::array kStatuses{states::Status::running, states::Status::succeeded,
                               states::Status::failed, states::Status::timed_out,
                               states::Status::stopped};

struct ExecutionListRequest : ListPosition {
  ports::ExecutionFilter filter;
};

constexpr std::array kOfExecutions{
    KnownParameter<ExecutionListRequest>{"pipeline", true,
                                         [](ExecutionListRequest& list, const std::string& value)
                                             -> std::optional<domain::Violation> {
                                           list.filter.pipeline = domain::PipelineName(value);
                                           return domain::check_queue_name(value);
                                         }},
    KnownParameter<ExecutionListRequest>{
        "status", true,
        [](ExecutionListRequest& list,
           const std::string& value) -> std::optional<domain::Violation> {
          const auto* status = std::ranges::find(kStatuses, value, states::status_name);
          if (status == kStatuses.end()) {
            return domain::Violation{
                "unknown_value", "a status is running, succeeded, failed, timed_out or stopped"};
          }
          list.filter.status = *status;
          return std::nullopt;
        }},
    kLimitParameter<ExecutionListRequest>,
    kCursorParameter<ExecutionListRequest>,
};

struct HistoryRequest : ListPosition {};
constexpr std::array kOfHistory{kLimitParameter<HistoryRequest>, kCursorParameter<HistoryRequest>};

const app::Pipeline* find_pipeline(const Context& context, const std::string& name) {
  if (context.backend.pipelines == nullptr) return nullptr;
  const auto place = context.backend.pipelines->find(domain::PipelineName(name));
  return place == context.backend.pipelines->end() ? nullptr : &place->second;
}

void respond_no_such_pipeline(ExchangePtr exchange) {
  respond_problem(std::move(exchange), Problem{404, "not_found", "there is no such pipeline"});
}

std::string pipeline_body(const Context& context, const app::Pipeline& pipeline) {
  std::string body;
  const bool paused =
      context.backend.executions != nullptr && context.backend.executions->is_paused(pipeline.name);
  append_pipeline(body, pipeline, paused, context.backend.clock.wall());
  return body;
}

net::Response execution_response(int status, const ports::ExecutionRecord& record) {
  std::string body;
  append_execution(body, record);
  return json_response(status, std::move(body));
}

using Found = ports::ExecutionRecord;

base::Result<Found> find_execution(const ports::Reads& reads, const domain::ExecutionId& id) {
  return app::known(reads.executions.find(id), "there is no such execution");
}

// Asks the executions for a change, and answers with the execution as it is then.
template <class Ask>
void change_execution(Context& context, ExchangePtr exchange, Ask ask) {
  domain::ExecutionId id(exchange->id);
  app::Backend& backend = context.backend;
  ask(id,
      [exchange = std::move(exchange), &backend, id](base::Result<std::monostate> done) mutable {
        if (!done) return respond_error(std::move(exchange), done.error());
        app::read(backend,
                  answering<Found>(std::move(exchange),
                                   [](Exchange&, const Found& record) {
                                     return execution_response(200, record);
                                   }),
                  [id](const ports::Reads& reads) { return find_execution(reads, id); });
      });
}

void call_back(Context& context, ExchangePtr exchange,
               decltype(app::Executions::Callback::word) word) {
  app::Executions::Callback callback{exchange->id, std::move(word)};
  context.backend.executions->call_back(
      std::move(callback),
      answering<std::monostate>(
          std::move(exchange), [](Exchange&, std::monostate) { return json_response(200, "{}"); }));
}

void pause(Context& context, ExchangePtr exchange, bool paused) {
  if (const auto fault = fault_of_bare(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  const app::Pipeline* const pipeline = find_pipeline(context, exchange->id);
  if (pipeline == nullptr) return respond_no_such_pipeline(std::move(exchange));
  context.backend.executions->pause(
      pipeline->name, paused,
      answering<std::monostate>(
          std::move(exchange), [pipeline, paused](Exchange& of, std::monostate) {
            std::string body;
            append_pipeline(body, *pipeline, paused, of.context->backend.clock.wall());
            return json_response(200, std::move(body));
          }));
}

}  // namespace

void list_pipelines(Context& context, ExchangePtr exchange) {
  if (const auto fault = fault_of_bare_query(exchange->request.query)) {
    return respond_error(std::move(exchange), *fault);
  }
  std::string items;
  if (context.backend.pipelines != nullptr) {
    for (const auto& [name, pipeline] : *context.backend.pipelines) {
      if (!items.empty()) items.push_back(',');
      items += pipeline_body(context, pipeline);
    }
  }
  respond(std::move(exchange), [items = std::move(items)](Exchange&) {
    return json_response(200, fmt::format(R"({{"items":[{}]}})", items));
  });
}

void get_pipeline(Context& context, ExchangePtr exchange) {
  const app::Pipeline* const pipeline = find_pipeline(context, exchange->id);
  if (pipeline == nullptr) return respond_no_such_pipeline(std::move(exchange));
  respond(std::move(exchange), [body = pipeline_body(context, *pipeline)](Exchange&) {
    return json_response(200, body);
  });
}

void pause_pipeline(Context& context, ExchangePtr exchange) {
  pause(context, std::move(exchange), true);
}

void resume_pipeline(Context& context, ExchangePtr exchange) {
  pause(context, std::move(exchange), false);
}

void create_execution(Context& context, ExchangePtr exchange) {
  const app::Pipeline* const pipeline = find_pipeline(context, exchange->id);
  if (pipeline == nullptr) return respond_no_such_pipeline(std::move(exchange));
  base::Result<ExecutionOrder> wanted = exchange->request.body.empty()
                                            ? ExecutionOrder{}
                                            : decode(execution_fields(), exchange->request.body);
  if (!wanted) return respond_error(std::move(exchange), wanted.error());
  app::Executions::StartOrder order;
  order.pipeline = pipeline->name;
  order.name = std::move(wanted->name);
  order.input = std::move(wanted->input);
  order.answer = answering<app::Executions::Started>(
      std::move(exchange), [](Exchange&, const app::Executions::Started& started) {
        net::Response response = execution_response(started.known ? 200 : 201, started.record);
        response.headers.add("Location", "/executions/" + started.record.id.value());
        if (started.known) response.headers.add("Idempotent-Replay", "true");
        return response;
      });
  context.backend.executions->start(std::move(order));
}

void list_executions(Context& context, ExchangePtr exchange) {
  const auto list =
      decode_list<ExecutionListRequest>("executions", kOfExecutions, exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  std::optional<domain::ExecutionNumber> before;
  if (list->before) before = domain::ExecutionNumber(*list->before);
  app::read(
      context.backend,
      answering<ports::ExecutionPage>(
          std::move(exchange),
          [name = list->name, limit = list->limit](Exchange&, const ports::ExecutionPage& page) {
            std::string items;
            for (const ports::ExecutionRecord& record : page.items) {
              if (!items.empty()) items.push_back(',');
              append_execution(items, record);
            }
            return page_response(
                items, page.next_before.transform([](const auto& next) { return next.value(); }),
                name, limit);
          }),
      [filter = list->filter, before, limit = list->limit](const ports::Reads& reads) {
        return reads.executions.list(filter, before, limit);
      });
}

void get_execution(Context& context, ExchangePtr exchange) {
  const domain::ExecutionId id(exchange->id);
  app::read(context.backend,
            answering<Found>(
                std::move(exchange),
                [](Exchange&, const Found& record) { return execution_response(200, record); }),
            [id](const ports::Reads& reads) { return find_execution(reads, id); });
}

void get_history(Context& context, ExchangePtr exchange) {
  const domain::ExecutionId id(exchange->id);
  const auto list = decode_list<HistoryRequest>("executions/" + id.value() + "/history", kOfHistory,
                                                exchange->request.query);
  if (!list) return respond_error(std::move(exchange), list.error());
  const auto page_of = [name = list->name, limit = list->limit](Exchange&,
                                                                const ports::HistoryPage& page) {
    std::string items;
    for (const std::string& event : page.events) {
      if (!items.empty()) items.push_back(',');
      items += event;
    }
    return page_response(items, page.next, name, limit);
  };
  app::read(context.backend, answering<ports::HistoryPage>(std::move(exchange), page_of),
            [id, from = list->before.value_or(1),
             limit = list->limit](const ports::Reads& reads) -> base::Result<ports::HistoryPage> {
              const auto record = find_execution(reads, id);
              if (!record) return base::fail(record.error());
              return reads.executions.history(record->number, from, limit);
            });
}

void stop_execution(Context& context, ExchangePtr exchange) {
  base::Result<Reason> reason =
      exchange->request.body.empty() ? Reason{} : decode(reason_fields(), exchange->request.body);
  if (!reason) return respond_error(std::move(exchange), reason.error());
  change_execution(context, std::move(exchange), [&](const domain::ExecutionId& id, auto answer) {
    context.backend.executions->stop(
        id, states::Fault{std::move(reason->error), std::move(reason->cause)}, std::move(answer));
  });
}

void redrive_execution(Context& context, ExchangePtr exchange) {
  if (const auto fault = fault_of_bare(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  change_execution(context, std::move(exchange), [&](const domain::ExecutionId& id, auto answer) {
    context.backend.executions->redrive(id, std::move(answer));
  });
}

void callback_success(Context& context, ExchangePtr exchange) {
  base::Result<std::string> output = decode_output(exchange->request.body);
  if (!output) return respond_error(std::move(exchange), output.error());
  call_back(context, std::move(exchange), app::Executions::Callback::Success{std::move(*output)});
}

void callback_failure(Context& context, ExchangePtr exchange) {
  base::Result<Reason> reason =
      exchange->request.body.empty() ? Reason{} : decode(reason_fields(), exchange->request.body);
  if (!reason) return respond_error(std::move(exchange), reason.error());
  call_back(context, std::move(exchange),
            states::Fault{std::move(reason->error), std::move(reason->cause)});
}

void callback_heartbeat(Context& context, ExchangePtr exchange) {
  if (const auto fault = fault_of_bare(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  call_back(context, std::move(exchange), app::Executions::Callback::Heartbeat{});
}

}  // namespace ordo::api
