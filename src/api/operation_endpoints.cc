#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "api/docs_files.h"
#include "api/endpoints.h"
#include "api/openapi.h"
#include "base/json.h"

namespace ordo::api {
namespace {

// A page may be kept, but each use asks whether it is still the one.
constexpr std::string_view kAskAgain = "no-cache";

double uptime_of(const Context& context) {
  return std::chrono::duration<double>(context.backend.clock.mono() - context.started).count();
}

net::Response text_response(std::string type, std::string body) {
  net::Response response;
  response.headers.add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

std::string health_json(const Context& context, const domain::TaskCounts& counts) {
  std::string body = R"({"status":"ok","version":)";
  base::append_json_string(body, context.options.version);
  body += R"(,"home":)";
  base::append_json_string(body, context.options.home);
  const app::CommitStats stats = context.backend.committer.stats();
  fmt::format_to(std::back_inserter(body),
                 R"(,"uptime_seconds":{:.3f},"mailbox":{{"waiting":{},"limit":{}}},"commits":{},)"
                 R"("tasks_accepted":{},"tasks":{{)",
                 uptime_of(context), context.backend.committer.waiting(), base::kMailboxWrites,
                 stats.commits, stats.accepted);
  for (std::size_t i = 0; i < domain::kTaskStatuses; ++i) {
    const auto status = static_cast<domain::TaskStatus>(i);
    fmt::format_to(std::back_inserter(body), R"({}"{}":{})", i == 0 ? "" : ",",
                   domain::name_of(status), counts.of(status));
  }
  body.push_back('}');
  if (context.options.store_stats) {
    const StoreStats store = context.options.store_stats();
    fmt::format_to(std::back_inserter(body), R"(,"store":{{"log_bytes":{},"checkpoint_error":)",
                   store.log_bytes);
    using Text = std::optional<std::string_view>;
    const std::string& error = store.checkpoint_error;
    base::append_json_or_null(body, error.empty() ? Text() : Text(error));
    body.push_back('}');
  }
  body.push_back('}');
  return body;
}

}  // namespace

void get_livez(Context&, ExchangePtr exchange) {
  respond(std::move(exchange), [](Exchange&) { return json_response(200, R"({"status":"ok"})"); });
}

void get_readyz(Context& context, ExchangePtr exchange) {
  app::check_ready(context.backend,
                   answering<std::monostate>(std::move(exchange), [](Exchange&, std::monostate) {
                     return json_response(200, R"({"status":"ready"})");
                   }));
}

void get_health(Context& context, ExchangePtr exchange) {
  app::count(context.backend,
             answering<domain::TaskCounts>(
                 std::move(exchange), [](Exchange& of, const domain::TaskCounts& counts) {
                   return json_response(200, health_json(*of.context, counts));
                 }));
}

// Answers without the counts when the store cannot be read: metrics matter most then.
void get_metrics(Context& context, ExchangePtr exchange) {
  app::count(context.backend, [exchange = std::move(exchange)](
                                  base::Result<domain::TaskCounts> counts) mutable {
    respond(std::move(exchange), [counts = std::move(counts)](Exchange& of) {
      const Context& all = *of.context;
      std::string out;
      append_process_metrics(out, all.options.version, uptime_of(all));
      all.metrics.append_to(out);
      append_commit_metrics(out, all.backend.committer.stats(), all.backend.committer.waiting());
      if (all.backend.dispatcher != nullptr) {
        append_dispatch_metrics(out, all.backend.dispatcher->stats());
      }
      if (all.backend.executions != nullptr) {
        append_execution_metrics(out, all.backend.executions->stats());
      }
      append_metric_head(out, "ordo_reads_waiting", "gauge", "Reads that wait for a reader.");
      append_metric(out, "ordo_reads_waiting", "",
                    static_cast<double>(all.backend.readers.waiting()));
      append_metric_head(out, "ordo_object_calls_waiting", "gauge",
                         "Reads and writes of objects that wait for a thread.");
      append_metric(out, "ordo_object_calls_waiting", "",
                    static_cast<double>(all.backend.for_objects().waiting()));
      if (counts) append_task_metrics(out, *counts);
      if (all.options.waiting_notices) {
        if (const auto notices = all.options.waiting_notices()) {
          append_notice_metrics(out, *notices);
        }
      }
      if (all.options.store_stats) append_store_metrics(out, all.options.store_stats());
      if (all.options.lease_stats) append_lease_metrics(out, all.options.lease_stats());
      if (all.options.wire_stats) append_wire_metrics(out, all.options.wire_stats());
      return text_response("text/plain; version=0.0.4; charset=utf-8", std::move(out));
    });
  });
}

void get_openapi(Context& context, ExchangePtr exchange) {
  const ApiOptions& options = context.options;
  respond(std::move(exchange), [&options](Exchange&) {
    return json_response(200, openapi_document(options.version, options.offers));
  });
}

void get_docs(Context& context, ExchangePtr exchange) {
  const bool wanted = context.options.docs;
  respond(std::move(exchange), [wanted](Exchange& of) {
    if (!wanted) return respond_problem(Problem{404, "not_found", "the API page is switched off"});
    return of.context->pages.answer(*find_docs_file("index.html"), of.request, kAskAgain);
  });
}

void get_docs_file(Context& context, ExchangePtr exchange) {
  const bool wanted = context.options.docs;
  respond(std::move(exchange), [wanted](Exchange& of) {
    const DocsFile* const file = wanted ? find_docs_file(of.id) : nullptr;
    if (file == nullptr) return respond_problem(Problem{404, "not_found", "there is no such file"});
    return of.context->pages.answer(*file, of.request, "max-age=3600");
  });
}

void get_index(Context&, ExchangePtr exchange) {
  respond(std::move(exchange), [](Exchange& of) {
    return of.context->pages.answer(*find_docs_file("home.html"), of.request, kAskAgain);
  });
}

}  // namespace ordo::api
