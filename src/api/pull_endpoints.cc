// Work that is done elsewhere: claimed, and told of.
#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "api/command_fields.h"
#include "api/endpoints.h"
#include "api/task_answers.h"
#include "app/pull.h"
#include "base/iso8601.h"

namespace ordo::api {
namespace {

using Given = std::vector<app::Claim::Given>;

net::Response given_response(Exchange&, const Given& given) {
  std::string body = R"({"tasks":[)";
  for (const app::Claim::Given& one : given) {
    if (body.back() != '[') body.push_back(',');
    append_task(body, one.task);
    body.pop_back();  // the task goes on
    fmt::format_to(std::back_inserter(body), R"(,"attempt":{},"lease":)", one.task.attempts);
    base::append_json_string(body, one.lease);
    fmt::format_to(std::back_inserter(body), R"(,"lease_until":"{}"}})",
                   base::format_time(one.until));
  }
  return json_response(200, body + "]}");
}

app::Answer<domain::Task> answering_task(ExchangePtr exchange) {
  return answering<domain::Task>(std::move(exchange), changed_response);
}

// Decodes the body by `table`; `say` (Backend&, TaskId, command, answer) goes on with it.
template <class Command, class Say>
void tell(Context& context, ExchangePtr exchange, const FieldTable<Command>& table, Say say) {
  if (!is_task_id(*exchange)) return respond_no_such_task(std::move(exchange));
  base::Result<Command> command = decode(table, exchange->request.body);
  if (!command) return respond_error(std::move(exchange), command.error());
  domain::TaskId id(exchange->id);
  say(context.backend, std::move(id), std::move(*command), answering_task(std::move(exchange)));
}

}  // namespace

void claim_tasks(Context& context, ExchangePtr exchange) {
  const base::Result<ClaimCommand> command = decode(claim_fields(), exchange->request.body);
  if (!command) return respond_error(std::move(exchange), command.error());
  app::ClaimWish wish{
      domain::QueueName(exchange->id), command->max, command->wait, command->lease, {}};
  if (const auto& caller = exchange->request.caller) {
    if (command->wait > base::Millis(0)) caller->watch();
    wish.gone = [caller] { return caller->gone(); };
  }
  app::claim(context.backend, std::move(wish),
             answering<Given>(std::move(exchange), given_response));
}

void complete_task(Context& context, ExchangePtr exchange) {
  tell(context, std::move(exchange), complete_fields(),
       [](app::Backend& backend, domain::TaskId id, CompleteCommand command,
          app::Answer<domain::Task> answer) {
         app::complete(backend, std::move(id), std::move(command.lease), std::move(command.result),
                       std::move(answer));
       });
}

void fail_task(Context& context, ExchangePtr exchange) {
  tell(context, std::move(exchange), fail_fields(),
       [](app::Backend& backend, domain::TaskId id, FailCommand command,
          app::Answer<domain::Task> answer) {
         app::fail_attempt(backend, std::move(id), std::move(command.lease),
                           std::move(command.error), std::move(answer));
       });
}

void extend_lease(Context& context, ExchangePtr exchange) {
  tell(context, std::move(exchange), extend_fields(),
       [](app::Backend& backend, domain::TaskId id, ExtendCommand command,
          app::Answer<domain::Task> answer) {
         app::extend_lease(backend, std::move(id), std::move(command.lease), command.by,
                           std::move(answer));
       });
}

}  // namespace ordo::api
