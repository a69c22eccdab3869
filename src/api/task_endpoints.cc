#include <fmt/format.h>

#include <iterator>
#include <utility>
#include <vector>

#include "api/endpoints.h"
#include "api/etags.h"
#include "api/query.h"
#include "api/task_answers.h"
#include "api/task_fields.h"
#include "base/iso8601.h"
#include "base/json.h"
#include "base/json_split.h"
#include "base/limits.h"

namespace ordo::api {
namespace {

// A batch's envelope, taken apart into its tasks.
struct Batch {
  std::string tasks = "";  // the array as it was sent
};

const FieldTable<Batch>& batch_fields() {
  static const std::array fields{
      Field<Batch>{"tasks", base::JsonKind::array, false, "",
                   [](Batch& batch, base::JsonMember& member) -> std::optional<domain::Violation> {
                     batch.tasks = std::move(member.text);
                     return std::nullopt;
                   }}};
  static const FieldTable<Batch> table{
      "TaskBatch", fields,
      [](const Batch&, const GivenFields& given) -> std::vector<base::FieldError> {
        if (given.has("tasks")) return {};
        return {{"/tasks", "required", "a batch has tasks"}};
      },
      ""};
  return table;
}

base::Result<std::optional<domain::IdempotencyKey>> key_of(const net::Request& request) {
  const std::size_t count = request.headers.count("Idempotency-Key");
  if (count == 0) return std::optional<domain::IdempotencyKey>();
  const std::string_view key = request.headers.get("Idempotency-Key");
  if (count > 1) {
    return base::fail(bad_field("Idempotency-Key", "duplicate", "the key is given more than once"));
  }
  if (auto violation = domain::check_idempotency_key(key)) {
    return base::fail(
        bad_field("Idempotency-Key", std::move(violation->code), std::move(violation->message)));
  }
  return std::optional(domain::IdempotencyKey(std::string(key)));
}

net::Response submitted_response(const app::Submitted& submitted) {
  net::Response response = task_response(submitted.replayed ? 200 : 201, submitted.task);
  response.headers.add("Location", "/tasks/" + submitted.task.id.value());
  if (submitted.replayed) response.headers.add("Idempotent-Replay", "true");
  return response;
}

base::Result<app::Submission> decode_entry(std::string_view entry) {
  if (base::raw_json_kind(entry) != base::JsonKind::object) {
    if (const auto json = base::compact_json(entry); !json) return base::fail(json.error());
    return base::fail(bad_field("", "wrong_type", "a task is a JSON object"));
  }
  if (entry.size() > base::kMaxBodyBytes) {
    return base::fail(base::ErrorCode::too_large, "a task may have 256 KiB");
  }
  base::Result<domain::TaskDraft> draft = decode(task_draft_fields(), entry);
  if (!draft) return base::fail(std::move(draft.error()));
  return app::Submission{std::move(*draft), std::nullopt, {}};
}

// The members of a batch's envelope under the same rules as any body, but for the inside of the
// array, which is left as it is: what is wrong there is one task's fault.
base::Result<std::vector<base::JsonMember>> envelope_of(std::string_view body) {
  const auto raw = base::split_json_object(body, kMaxFieldErrors);
  if (!raw && raw.error().code == base::ErrorCode::too_large) {
    return base::fail(bad_field("", "too_many", "a batch has one field, tasks"));
  }
  if (!raw) return base::fail(raw.error());
  std::string keys = "{";
  for (const base::RawJsonMember& member : *raw) {
    if (keys.size() > 1) keys += ',';
    keys += member.key;
    keys += ":0";
  }
  auto members = base::parse_json_object(keys + "}");
  if (!members) return members;
  for (std::size_t i = 0; i < raw->size(); ++i) {
    base::JsonMember& member = (*members)[i];
    const std::string_view value = (*raw)[i].value;
    member.kind = base::raw_json_kind(value);
    member.text = value;
    if (member.key == "tasks" && member.kind == base::JsonKind::array) continue;
    if (const auto json = base::compact_json(value); !json) return base::fail(json.error());
  }
  return members;
}

// The raw texts of a batch's tasks: views into `batch`.
base::Result<std::vector<std::string_view>> entries_of(const Batch& batch) {
  auto entries = base::split_json_array(batch.tasks, base::kMaxBatchTasks);
  if (!entries && entries.error().code == base::ErrorCode::too_large) {
    return base::fail(bad_field("/tasks", "too_many", "a batch may have 1000 tasks"));
  }
  if (entries && entries->empty()) {
    return base::fail(bad_field("/tasks", "empty", "a batch has tasks"));
  }
  return entries;
}

base::Result<Batch> batch_of(std::string_view body) {
  auto members = envelope_of(body);
  if (!members) return base::fail(std::move(members.error()));
  return decode_members(batch_fields(), *members);
}

net::Response batch_response(const std::vector<base::Result<app::Submitted>>& results) {
  std::string body = R"({"results":[)";
  for (const base::Result<app::Submitted>& result : results) {
    if (body.back() != '[') body.push_back(',');
    if (result) {
      body += result->replayed ? R"({"status":200,"task":)" : R"({"status":201,"task":)";
      append_task(body, result->task);
    } else {
      const Problem problem = problem_of(result.error());
      fmt::format_to(std::back_inserter(body), R"({{"status":{},"problem":)", problem.status);
      append_problem(body, problem);
    }
    body.push_back('}');
  }
  body += "]}";
  return json_response(200, std::move(body));
}

// Goes on with the state that If-Match demands, or with none. Of several tags the one that is
// current now counts; the write checks it once more.
template <class Go>
void with_if_match(Context& context, ExchangePtr exchange, Go go) {
  auto demanded = parse_if_match(exchange->request.headers);
  if (!demanded) return respond_error(std::move(exchange), demanded.error());
  if (!*demanded) return go(std::move(exchange), std::nullopt);
  const domain::TaskId id(exchange->id);
  if ((*demanded)->size() == 1) return go(std::move(exchange), (*demanded)->front());
  app::find(context.backend, id,
            [exchange = std::move(exchange), any = std::move(**demanded),
             go = std::move(go)](base::Result<domain::Task> task) mutable {
              if (!task) return respond_error(std::move(exchange), task.error());
              go(std::move(exchange), current_of(any, *task));
            });
}

// Ignored, an If-Match would cancel or put back what its sender wanted to spare.
std::optional<base::Error> fault_of_command(const net::Request& request) {
  if (request.headers.has("If-Match")) {
    return bad_field("If-Match", "unsupported_header", "this is done whatever the task's ETag is");
  }
  return fault_of_bare(request);
}

net::Response attempts_response(const std::vector<domain::Attempt>& attempts) {
  std::string body = R"({"items":[)";
  for (const domain::Attempt& attempt : attempts) {
    if (body.back() != '[') body.push_back(',');
    fmt::format_to(std::back_inserter(body), R"({{"attempt":{},"started_at":"{}","finished_at":)",
                   attempt.number, base::format_time(attempt.started_at));
    base::append_json_or_null(body, attempt.finished_at);
    fmt::format_to(std::back_inserter(body), R"(,"outcome":"{}","error":)",
                   domain::name_of(attempt.outcome));
    base::append_json_or_null(body, attempt.error);
    body.push_back('}');
  }
  body += "]}";
  return json_response(200, std::move(body));
}

}  // namespace

void create_task(Context& context, ExchangePtr exchange) {
  base::Result<domain::TaskDraft> draft = decode(task_draft_fields(), exchange->request.body);
  base::Result<std::optional<domain::IdempotencyKey>> key = key_of(exchange->request);
  if (!draft || !key) {
    // Both may be bad: all the faults at once.
    base::Error error = !draft ? std::move(draft.error()) : base::Error(key.error());
    if (!draft && !key) {
      std::ranges::move(key.error().fields, std::back_inserter(error.fields));
    }
    return respond_error(std::move(exchange), error);
  }
  app::Submission submission{std::move(*draft), std::move(*key), exchange->traceparent};
  app::submit(context.backend, std::move(submission),
              answering<app::Submitted>(std::move(exchange),
                                        [](Exchange&, const app::Submitted& submitted) {
                                          return submitted_response(submitted);
                                        }));
}

void create_tasks(Context& context, ExchangePtr exchange) {
  if (exchange->request.headers.has("Idempotency-Key")) {
    const base::Error error = bad_field("Idempotency-Key", "unsupported_header",
                                        "a batch has no key; give each task a task_id instead");
    return respond_error(std::move(exchange), error);
  }
  const base::Result<Batch> batch = batch_of(exchange->request.body);
  if (!batch) return respond_error(std::move(exchange), batch.error());
  const auto entries = entries_of(*batch);
  if (!entries) return respond_error(std::move(exchange), entries.error());
  exchange->request.body = {};  // the batch holds what is wanted of it
  std::vector<base::Result<app::Submission>> submissions;
  submissions.reserve(entries->size());
  for (const std::string_view entry : *entries) {
    submissions.push_back(decode_entry(entry));
    if (submissions.back()) submissions.back()->traceparent = exchange->traceparent;
  }
  using Results = std::vector<base::Result<app::Submitted>>;
  app::submit_batch(context.backend, std::move(submissions),
                    answering<Results>(std::move(exchange), [](Exchange&, const Results& results) {
                      return batch_response(results);
                    }));
}

void get_task(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  const domain::TaskId id(exchange->id);
  app::find(
      context.backend, id,
      answering<domain::Task>(std::move(exchange), [](Exchange& of, const domain::Task& task) {
        const std::string etag = etag_of(task);
        std::string room;
        if (!none_match_names(of.request.headers.list("If-None-Match", room), etag)) {
          return task_response(200, task);
        }
        net::Response unchanged;
        unchanged.status = 304;
        unchanged.headers.add("ETag", etag);
        return unchanged;
      }));
}

void change_task(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  base::Result<domain::TaskPatch> patch = decode(task_patch_fields(), exchange->request.body);
  if (!patch) return respond_error(std::move(exchange), patch.error());
  with_if_match(context, std::move(exchange),
                [&context, patch = std::move(*patch)](
                    ExchangePtr of, std::optional<domain::SeenVersion> seen) mutable {
                  const domain::TaskId id(of->id);
                  app::change(context.backend, id, std::move(patch), seen,
                              answering<domain::Task>(std::move(of), changed_response));
                });
}

void delete_task(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  with_if_match(context, std::move(exchange),
                [&context](ExchangePtr of, std::optional<domain::SeenVersion> seen) {
                  const domain::TaskId id(of->id);
                  app::remove(
                      context.backend, id, seen,
                      answering<std::monostate>(std::move(of), [](Exchange&, std::monostate) {
                        net::Response response;
                        response.status = 204;
                        return response;
                      }));
                });
}

void cancel_task(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  if (auto fault = fault_of_command(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  const domain::TaskId id(exchange->id);
  app::cancel(context.backend, id, answering<domain::Task>(std::move(exchange), changed_response));
}

void retry_task(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  if (auto fault = fault_of_command(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  const domain::TaskId id(exchange->id);
  app::retry(context.backend, id, answering<domain::Task>(std::move(exchange), changed_response));
}

void get_attempts(Context& context, ExchangePtr exchange) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  const domain::TaskId id(exchange->id);
  using Attempts = std::vector<domain::Attempt>;
  app::attempts(context.backend, id,
                answering<Attempts>(std::move(exchange), [](Exchange&, const Attempts& attempts) {
                  return attempts_response(attempts);
                }));
}

}  // namespace ordo::api
