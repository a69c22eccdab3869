// The queues, what is in them, and their lanes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoints.h"
#include "api/parameters.h"
#include "api/task_answers.h"
#include "app/queues.h"
#include "base/json.h"
#include "base/limits.h"

namespace ordo::api {
namespace {

// Of a queue that is not configured any more, for people who read a list.
constexpr std::string_view kNoFunction = "(not configured)";

std::string_view name_of(domain::Ordering ordering) {
  return ordering == domain::Ordering::fifo ? "fifo" : "priority";
}

void append_queue(std::string& out, const app::QueueState& state, base::WallTime now) {
  out += R"({"name":)";
  base::append_json_string(out, state.queue.name.value());
  out += R"(,"function":)";
  base::append_json_string(out, state.configured ? state.queue.function : kNoFunction);
  fmt::format_to(std::back_inserter(out),
                 R"(,"ordering":"{}","max_attempts":{},"paused":{},"queued":{},"running":{},)"
                 R"("waiting":{},"dead":{},"oldest_age_seconds":)",
                 name_of(state.queue.ordering), state.queue.max_attempts, state.now.paused,
                 state.now.queued, state.now.running, state.now.waiting, state.dead);
  if (state.oldest) {
    const std::chrono::duration<double> age = std::max(now - *state.oldest, base::Millis(0));
    fmt::format_to(std::back_inserter(out), "{:.3f}", age.count());
  } else {
    out += "null";
  }
  fmt::format_to(std::back_inserter(out), R"(,"lanes":{})", state.now.lanes);
  out += state.configured ? "}" : R"(,"configured":false})";
}

net::Response queue_response(Exchange& of, const app::QueueState& state) {
  std::string body;
  append_queue(body, state, of.context->backend.clock.wall());
  return json_response(200, std::move(body));
}

void append_lane(std::string& out, const app::LaneStanding& lane) {
  out += R"({"lane":)";
  base::append_json_string(out, lane.view.lane.value());
  fmt::format_to(std::back_inserter(out), R"(,"state":"{}","queued":{})",
                 domain::name_of(lane.view.state), lane.view.queued);
  using Text = std::optional<std::string_view>;
  out += R"(,"head_task_id":)";
  base::append_json_or_null(out, lane.head ? Text(lane.head->value()) : Text());
  out += R"(,"why":)";
  base::append_json_or_null(out, lane.why.empty() ? Text() : Text(lane.why));
  out += R"(,"until":)";
  base::append_json_or_null(out, lane.until);
  out += R"(,"last_error":)";
  base::append_json_or_null(out, lane.last_error);
  out.push_back('}');
}

struct LanesRequest {
  app::LaneFilter filter = app::LaneFilter::any;
  std::size_t limit = base::kDefaultPageItems;
};

using Complaint = std::optional<domain::Violation>;

Complaint set_state(LanesRequest& lanes, const std::string& value) {
  using enum app::LaneFilter;
  constexpr std::array<std::pair<std::string_view, app::LaneFilter>, 4> kStates{
      {{"blocked", blocked}, {"ready", ready}, {"running", running}, {"waiting", waiting}}};
  const auto* const found =
      std::ranges::find(kStates, value, &std::pair<std::string_view, app::LaneFilter>::first);
  if (found == kStates.end()) {
    return domain::Violation{"unknown_value",
                             "a lane's state is blocked, ready, running or waiting"};
  }
  lanes.filter = found->second;
  return std::nullopt;
}

constexpr std::array kOfLanes{
    KnownParameter<LanesRequest>{"state", true, set_state},
    KnownParameter<LanesRequest>{"limit", false,
                                 [](LanesRequest& lanes, const std::string& value) {
                                   return set_page_limit(lanes.limit, value);
                                 }},
};

base::Result<LanesRequest> decode_lanes(std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  LanesRequest lanes;
  std::vector<base::FieldError> errors = set_parameters<LanesRequest>(lanes, kOfLanes, *parameters);
  if (!errors.empty()) return base::fail(bad_query(std::move(errors)));
  return lanes;
}

void switch_queue(Context& context, ExchangePtr exchange, bool paused) {
  if (auto fault = fault_of_bare(exchange->request)) {
    return respond_error(std::move(exchange), *fault);
  }
  domain::QueueName name(exchange->id);
  app::pause_queue(context.backend, std::move(name), paused,
                   answering<app::QueueState>(std::move(exchange), queue_response));
}

}  // namespace

void list_queues(Context& context, ExchangePtr exchange) {
  using States = std::vector<app::QueueState>;
  app::queues(context.backend,
              answering<States>(std::move(exchange), [](Exchange& of, const States& states) {
                std::string body = R"({"items":[)";
                for (const app::QueueState& state : states) {
                  if (body.back() != '[') body.push_back(',');
                  append_queue(body, state, of.context->backend.clock.wall());
                }
                return json_response(200, body + "]}");
              }));
}

void get_queue(Context& context, ExchangePtr exchange) {
  const domain::QueueName name(exchange->id);
  app::queue(context.backend, name,
             answering<app::QueueState>(std::move(exchange), queue_response));
}

void list_lanes(Context& context, ExchangePtr exchange) {
  const base::Result<LanesRequest> lanes = decode_lanes(exchange->request.query);
  if (!lanes) return respond_error(std::move(exchange), lanes.error());
  domain::QueueName name(exchange->id);
  app::lanes(
      context.backend, std::move(name), lanes->filter, lanes->limit,
      answering<app::LanePage>(std::move(exchange), [](Exchange&, const app::LanePage& page) {
        std::string body = R"({"items":[)";
        for (const app::LaneStanding& lane : page.lanes) {
          if (body.back() != '[') body.push_back(',');
          append_lane(body, lane);
        }
        body += page.more ? R"(],"more":true})" : R"(],"more":false})";
        return json_response(200, std::move(body));
      }));
}

void pause_queue(Context& context, ExchangePtr exchange) {
  switch_queue(context, std::move(exchange), true);
}

void resume_queue(Context& context, ExchangePtr exchange) {
  switch_queue(context, std::move(exchange), false);
}

}  // namespace ordo::api
