// Dead letters: put back or forgotten. They are listed with the other tasks.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "api/command_fields.h"
#include "api/endpoints.h"
#include "api/parameters.h"
#include "app/queues.h"

namespace ordo::api {
namespace {

struct PurgeRequest {
  std::optional<domain::QueueName> queue;
};

constexpr std::array kOfPurge{KnownParameter<PurgeRequest>{
    "queue", true,
    [](PurgeRequest& purge, const std::string& value) -> std::optional<domain::Violation> {
      purge.queue = domain::QueueName(value);
      return domain::check_queue_name(value);
    }}};

base::Result<domain::QueueName> decode_purge(std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  PurgeRequest purge;
  std::vector<base::FieldError> errors = set_parameters<PurgeRequest>(purge, kOfPurge, *parameters);
  if (!purge.queue) errors.push_back({"?queue", "required", "say of which queue"});
  if (!errors.empty()) return base::fail(bad_query(std::move(errors)));
  return std::move(*purge.queue);
}

app::Answer<std::uint64_t> answering_count(ExchangePtr exchange, std::string_view member) {
  return answering<std::uint64_t>(std::move(exchange), [member](Exchange&, std::uint64_t count) {
    return json_response(200, fmt::format(R"({{"{}":{}}})", member, count));
  });
}

}  // namespace

void redrive_dead_letters(Context& context, ExchangePtr exchange) {
  base::Result<RedriveCommand> command = decode(redrive_fields(), exchange->request.body);
  if (!command) return respond_error(std::move(exchange), command.error());
  auto answer = answering_count(std::move(exchange), "redriven");
  if (command->task_ids) {
    return app::redrive_chosen(context.backend, std::move(command->queue),
                               std::move(*command->task_ids), std::move(answer));
  }
  app::redrive(context.backend, std::move(*command->queue), std::move(answer));
}

void purge_dead_letters(Context& context, ExchangePtr exchange) {
  base::Result<domain::QueueName> queue = decode_purge(exchange->request.query);
  if (!queue) return respond_error(std::move(exchange), queue.error());
  app::purge(context.backend, std::move(*queue), answering_count(std::move(exchange), "purged"));
}

}  // namespace ordo::api
