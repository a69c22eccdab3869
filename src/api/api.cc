#include "api/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/cors.h"
#include "api/exchange.h"
#include "api/media_types.h"
#include "api/parameters.h"
#include "api/router.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uuid.h"
#include "domain/task_rules.h"

namespace ordo::api {
namespace {

constexpr std::size_t kMaxRequestIdLength = 128;

std::vector<std::string> metric_labels() {
  std::vector<std::string> labels;
  for (const Route& route : routes()) {
    labels.push_back(fmt::format(R"(method="{}",route="{}")", route.method, route.path));
  }
  return labels;
}

// The caller's id if it is a sane one, or one of ours.
std::string request_id_of(const net::Request& request, app::Backend& backend) {
  const std::string_view given = request.headers.get("X-Request-Id");
  if (given.size() <= kMaxRequestIdLength && !domain::check_task_id(given)) {
    return std::string(given);
  }
  return base::uuid_v7(backend.clock.wall(), backend.random.next(), backend.random.next());
}

bool is_preflight(const net::Request& request) {
  return request.method == "OPTIONS" && request.headers.has("Origin") &&
         request.headers.has("Access-Control-Request-Method");
}

bool changes_nothing(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// A browser says which page asks. One of another origin may not change anything here unless that is
// on the list: the one who looks at it did not ask for it.
bool is_forged(const net::Request& request, const std::vector<std::string>& allowed) {
  if (changes_nothing(request.method)) return false;
  const std::string_view origin = request.headers.get("Origin");
  const std::size_t origins = request.headers.count("Origin");
  if (origins == 1 && is_allowed_origin(allowed, origin)) return false;
  // An older browser sends no more than the origin.
  if (origins != 0 && (origins > 1 || !is_own_origin(origin, request.headers.get("Host")))) {
    return true;
  }
  return request.headers.get("Sec-Fetch-Site") == "cross-site";
}

// What must hold before any endpoint looks at the request.
std::optional<Problem> check(const net::Request& request, const Route& route) {
  std::string room;
  // Where the answer has no body there is none to be excluded.
  const bool bodiless = !route.answers.empty() && route.answers.front().status == 204;
  if (!bodiless && !accepts(request.headers.list("Accept", room), route.produces)) {
    return Problem{406, "not_acceptable",
                   fmt::format("the answer is {}; Accept excludes it", route.produces)};
  }
  // A browser may send a body without a type to any server, unasked: it must say that it is JSON.
  const bool says_json = request.headers.count("Content-Type") == 1 &&
                         is_json(request.headers.get("Content-Type"), route.method == "PATCH");
  const bool takes_body = route.method == "POST" || route.method == "PATCH";
  if (takes_body && !request.body.empty() && !says_json) {
    return Problem{415, "unsupported_media_type",
                   "send application/json in UTF-8 (for PATCH also application/merge-patch+json)"};
  }
  if (request.headers.has("Content-Encoding")) {
    return Problem{415, "unsupported_media_type", "send the body as it is, without an encoding"};
  }
  const bool says_length =
      request.headers.has("Content-Length") || request.headers.has("Transfer-Encoding");
  const bool needs_body = !route.request_schema.empty() && !route.body_optional;
  if (needs_body && !says_length) {
    return Problem{411, "length_required", "send a JSON body, with its Content-Length"};
  }
  if (needs_body && request.body.empty()) {
    return Problem{400, "invalid", "a JSON body is wanted here", {{"", "required", "no body"}}};
  }
  const bool takes_query =
      std::ranges::any_of(route.parameters, [](const Parameter& one) { return one.in == "query"; });
  if (takes_query) return std::nullopt;
  const std::optional<base::Error> fault = fault_of_bare_query(request.query);
  return fault ? std::optional(problem_of(*fault)) : std::nullopt;
}

}  // namespace

void finish(Exchange& exchange, net::Response& response) {
  const Context& context = *exchange.context;
  net::Headers& headers = response.headers;
  headers.add("X-Request-Id", exchange.request_id);
  if (!headers.has("Cache-Control")) headers.add("Cache-Control", "no-store");
  headers.add("X-Content-Type-Options", "nosniff");
  add_cors(response, context.options.cors_origins, exchange.request.headers.get("Origin"));

  const auto took = context.backend.clock.mono() - exchange.began;
  const std::size_t index = exchange.route == nullptr
                                ? routes().size()
                                : static_cast<std::size_t>(exchange.route - routes().data());
  context.metrics.observe(index, response.status, took);
  if (!context.options.on_answered) return;
  context.options.on_answered(
      {exchange.request.method, exchange.request.path,
       exchange.route == nullptr ? std::string_view("other") : exchange.route->path,
       response.status, took, exchange.request_id, exchange.traceparent, exchange.request.peer,
       exchange.request.body.size(), response.body.size(), exchange.fault});
}

class Api::Impl {
 public:
  Impl(app::Backend& backend, ApiOptions with)
      : options(std::move(with)),
        metrics(metric_labels()),
        context{backend, options, metrics, pages, backend.clock.mono()} {}

  ExchangePtr open(net::Request request, net::Reply reply) {
    auto exchange = std::make_unique<Exchange>();
    exchange->request_id = request_id_of(request, context.backend);
    const std::string_view traceparent = request.headers.get("traceparent");
    if (domain::is_traceparent(traceparent)) exchange->traceparent = traceparent;
    exchange->request = std::move(request);
    exchange->reply = std::move(reply);
    exchange->began = context.backend.clock.mono();
    exchange->context = &context;
    return exchange;
  }

  const ApiOptions options;
  Metrics metrics;
  Pages pages;
  Context context;
};

Api::Api(app::Backend& backend, ApiOptions options)
    : impl_(std::make_unique<Impl>(backend, std::move(options))) {}
Api::~Api() = default;

void Api::handle(net::Request request, net::Reply reply) {
  ExchangePtr exchange = impl_->open(std::move(request), std::move(reply));
  const net::Request& asked = exchange->request;
  Match match = find_route(asked.method, asked.path, impl_->options.offers);
  if (asked.method == "OPTIONS" && asked.path == "*") match.allow = "GET, HEAD, OPTIONS";
  if (match.allow.empty()) {
    return respond_problem(std::move(exchange),
                           {404, "not_found", "there is nothing at this path; see /docs"});
  }
  if (asked.method == "OPTIONS") {
    return respond(std::move(exchange), [allow = match.allow](Exchange& of) {
      const std::string_view origin =
          is_preflight(of.request) ? of.request.headers.get("Origin") : std::string_view();
      return preflight(of.context->options.cors_origins, origin, allow);
    });
  }
  if (match.route == nullptr) {
    return respond(std::move(exchange), [allow = match.allow](Exchange& of) {
      net::Response response =
          respond_problem({405, "method_not_allowed",
                           fmt::format("{} is not for this resource; it takes {}",
                                       base::clip(of.request.method, 32), allow)});
      response.headers.add("Allow", allow);
      return response;
    });
  }
  exchange->route = match.route;
  exchange->id = std::move(match.id);
  exchange->rest = std::move(match.rest);
  if (match.bad_encoding) {
    return respond_problem(std::move(exchange),
                           {400, "invalid", "the path is not percent-encoded UTF-8"});
  }
  if (is_forged(asked, impl_->options.cors_origins)) {
    return respond_problem(std::move(exchange),
                           {403, "cross_site",
                            "a page of another origin may not do this; list its origin in "
                            "cors_origins if it should"});
  }
  if (auto problem = check(asked, *match.route)) {
    return respond_problem(std::move(exchange), std::move(*problem));
  }
  match.route->endpoint(impl_->context, std::move(exchange));
}

std::size_t Api::body_limit(const net::Request& head) const {
  const bool many = head.path == "/tasks/batch" || head.path == "/orders";
  return many ? base::kMaxBatchBodyBytes : base::kMaxBodyBytes;
}

net::Response Api::refuse(const net::WireFault& fault, const net::Request& partial) const {
  net::Request head = partial;
  head.body = {};
  const ExchangePtr exchange = impl_->open(std::move(head), {});
  net::Response response = respond_problem({fault.status, fault.code, fault.detail});
  finish(*exchange, response);
  response.close = true;
  return response;
}

}  // namespace ordo::api
