// GET /events: what happens to tasks, as server-sent events.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoints.h"
#include "api/known_queue.h"
#include "api/parameters.h"
#include "app/events.h"
#include "base/iso8601.h"
#include "base/json.h"
#include "net/stream.h"

namespace ordo::api {
namespace {

// How long a browser waits before it comes back, in milliseconds.
constexpr std::string_view kFirstWords = "retry: 2000\n\n";

struct Wanted {
  app::EventFilter filter;
  std::optional<std::string> last_id;
};

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  base::append_json_string(out, text);
}

void append_event(std::string& out, const app::Event& event, std::string_view id) {
  fmt::format_to(std::back_inserter(out), "id: {}\nevent: {}\ndata: {{", id, name_of(event.type));
  append_member(out, R"("event_id":)", id);
  append_member(out, R"(,"type":)", name_of(event.type));
  append_member(out, R"(,"at":)", base::format_time(event.at));
  append_member(out, R"(,"task_id":)", event.id.value());
  append_member(out, R"(,"queue":)", event.queue.value());
  append_member(out, R"(,"lane":)", event.lane.value());
  fmt::format_to(std::back_inserter(out), R"(,"sequence":{},"attempt":{},"error":)",
                 event.sequence.value(), event.attempt);
  base::append_json_or_null(out, event.error);
  out += R"(,"next_attempt_at":)";
  base::append_json_or_null(out, event.next_attempt_at);
  out += "}\n\n";
}

std::string text_of(const app::Delivery& delivery, const app::Events& events) {
  std::string out;
  if (delivery.gap) {
    fmt::format_to(std::back_inserter(out),
                   "id: {0}\nevent: gap\ndata: {{\"event_id\":\"{0}\",\"type\":\"gap\"}}\n\n",
                   events.id_text(delivery.missed_to));
  }
  for (const auto& [number, event] : delivery.items) {
    append_event(out, *event, events.id_text(number));
  }
  // Also where no event matched a client learns from where to go on.
  if (out.empty()) out = fmt::format(": alive\nid: {}\n\n", events.id_text(delivery.up_to));
  return out;
}

constexpr std::array kOfEvents{
    KnownParameter<Wanted>{"queue", true,
                           [](Wanted& wanted, const std::string& value) {
                             wanted.filter.queue = domain::QueueName(value);
                             return domain::check_queue_name(value);
                           }},
    KnownParameter<Wanted>{"lane", true,
                           [](Wanted& wanted, const std::string& value) {
                             wanted.filter.lane = domain::LaneKey(value);
                             return domain::check_lane(value);
                           }},
    KnownParameter<Wanted>{"task", true,
                           [](Wanted& wanted, const std::string& value) {
                             wanted.filter.task = domain::TaskId(value);
                             return domain::check_task_id(value);
                           }},
    KnownParameter<Wanted>{"last_event_id", false,
                           [](Wanted& wanted, const std::string& value) {
                             wanted.last_id = value;
                             return std::optional<domain::Violation>();
                           }},
};

base::Result<Wanted> decode(const net::Request& request) {
  base::Result<QueryParameters> parameters = parse_query(request.query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  Wanted wanted;
  std::vector<base::FieldError> errors = set_parameters<Wanted>(wanted, kOfEvents, *parameters);
  if (!errors.empty()) return base::fail(bad_query(std::move(errors)));
  // A browser that comes back asks for the same address and tells in the header what it saw since.
  const std::string_view seen = request.headers.get("Last-Event-ID");
  if (!seen.empty()) wanted.last_id = seen;
  return wanted;
}

net::Response listen(Exchange& of, Wanted wanted) {
  app::Events* const events = of.context->backend.events;
  if (events == nullptr) {
    return respond_problem(Problem{404, "not_available", "this server tells no events"});
  }
  const auto stream = std::make_shared<net::Stream>();
  stream->write(kFirstWords);
  const std::weak_ptr<net::Stream> to = stream;
  auto subscription = events->subscribe(std::move(wanted.filter), wanted.last_id,
                                        [to, events](const app::Delivery& delivery) {
                                          const auto open = to.lock();
                                          return open && open->write(text_of(delivery, *events));
                                        });
  if (!subscription) return error_response(of, subscription.error());
  stream->on_end([held = std::move(*subscription)]() mutable { held = {}; });
  net::Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("X-Accel-Buffering", "no");
  response.stream = stream;
  return response;
}

}  // namespace

void get_events(Context& context, ExchangePtr exchange) {
  auto wanted = decode(exchange->request);
  if (!wanted) return respond_error(std::move(exchange), wanted.error());
  const std::optional<domain::QueueName> queue = wanted->filter.queue;
  with_known_queue(context, std::move(exchange), queue,
                   [wanted = std::move(*wanted)](ExchangePtr checked) mutable {
                     respond(std::move(checked),
                             [wanted = std::move(wanted)](Exchange& of) mutable {
                               return listen(of, std::move(wanted));
                             });
                   });
}

}  // namespace ordo::api
