#include "functions/runtime_api.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/json.h"

namespace ordo::functions {
namespace {

using Kind = RuntimeCall::Kind;

constexpr std::string_view kRoot = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";
// A child and its helpers; more is a leak of theirs.
constexpr std::size_t kMaxConnections = 64;
// A function's pause, and as much again for a machine that is busy.
constexpr base::Millis kMargin{60'000};

struct Route {
  Kind kind = Kind::next;
  std::string_view request_id;
};

std::optional<Route> route_of(std::string_view path) {
  if (!path.starts_with(kRoot)) return std::nullopt;
  path.remove_prefix(kRoot.size());
  if (path == "init/error") return Route{Kind::init_error, {}};
  if (!path.starts_with(kInvocation)) return std::nullopt;
  path.remove_prefix(kInvocation.size());
  if (path == "next") return Route{Kind::next, {}};
  const std::size_t slash = path.find('/');
  const std::string_view id = path.substr(0, slash);
  if (slash == std::string_view::npos || id.empty()) return std::nullopt;
  const std::string_view verb = path.substr(slash + 1);
  if (verb == "response") return Route{Kind::response, id};
  if (verb == "error") return Route{Kind::error, id};
  return std::nullopt;
}

net::Response json_response(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

net::Response error_response(int status, std::string_view type, std::string_view message) {
  std::string body = R"({"errorMessage":)";
  base::append_json_string(body, message);
  body += R"(,"errorType":)";
  base::append_json_string(body, type);
  body += "}";
  return json_response(status, std::move(body));
}

void send(net::Reply& reply, net::Response response) {
  reply([response = std::move(response)]() mutable { return std::move(response); });
}

void handle(net::Request request, net::Reply reply, const OnRuntimeCall& on_call) {
  const auto route = route_of(request.path);
  if (!route) return answer_error(std::move(reply), 404, "NotFound", "there is no such path");
  const std::string_view allowed = route->kind == Kind::next ? "GET" : "POST";
  if (request.method != allowed) {
    net::Response response = error_response(405, "MethodNotAllowed", "another method is meant");
    response.headers.add("Allow", std::string(allowed));
    return send(reply, std::move(response));
  }
  // One that waits long may give up, and what it is given then would be lost.
  if (route->kind == Kind::next) request.caller->watch();
  on_call({route->kind, std::string(route->request_id), std::move(request.body), std::move(reply),
           std::move(request.caller)});
}

net::Response refuse(const net::WireFault& fault, const net::Request& partial,
                     const OnRuntimeCall& on_call) {
  if (fault.status != 413) return error_response(fault.status, fault.code, fault.detail);
  const auto route = route_of(partial.path);
  if (route && (route->kind == Kind::response || route->kind == Kind::error)) {
    on_call({Kind::too_large, std::string(route->request_id), {}, {}});
  }
  return error_response(413, "RequestEntityTooLarge", fault.detail);
}

}  // namespace

base::Result<std::unique_ptr<RuntimeApi>> RuntimeApi::start(base::Millis longest_work,
                                                            OnRuntimeCall on_call) {
  net::ServerOptions options;
  options.port = 0;
  options.threads = 1;
  options.max_connections = kMaxConnections;
  options.idle_timeout = longest_work + kMargin;
  options.body_limit = [](const net::Request&) { return kMaxLambdaAnswerBytes; };
  options.refuse = [on_call](const net::WireFault& fault, const net::Request& partial) {
    return refuse(fault, partial, on_call);
  };
  auto server = net::Server::start(
      std::move(options), [on_call = std::move(on_call)](net::Request request, net::Reply reply) {
        handle(std::move(request), std::move(reply), on_call);
      });
  if (!server) return base::fail(server.error());
  return std::unique_ptr<RuntimeApi>(new RuntimeApi(std::move(*server)));
}

std::string RuntimeApi::authority() const {
  return fmt::format("127.0.0.1:{}", server_->port());
}

void answer_ok(net::Reply reply) {
  send(reply, json_response(202, R"({"status":"OK"})"));
}

void answer_error(net::Reply reply, int status, std::string_view type, std::string_view message) {
  send(reply, error_response(status, type, message));
}

void answer_bad_id(net::Reply reply) {
  answer_error(std::move(reply), 400, "InvalidRequestID",
               "this is not the request that was handed out last");
}

void answer_bad_state(net::Reply reply) {
  answer_error(std::move(reply), 403, "InvalidStateTransition",
               "this call is not due in the state that the process is in");
}

}  // namespace ordo::functions
