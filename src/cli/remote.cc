#include "cli/remote.h"

#include <fmt/format.h>

#include "base/http_rules.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"

namespace ordo::cli {

std::string query_text(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    if (!out.empty()) out.push_back('&');
    out += name + "=" + base::percent_encode(value);
  }
  return out;
}

std::string problem_text(std::string_view status, std::string_view body) {
  const auto problem = base::parse_json_object(body);
  if (!problem) {
    return fmt::format("the server answered {}: {}", status, base::clip(body, 200));
  }
  std::string_view detail = text_of(*problem, "detail");
  if (detail.empty()) detail = text_of(*problem, "title");
  const auto errors = base::parse_json_array(text_of(*problem, "errors"));
  std::string faults;
  for (const base::JsonMember& element : errors ? *errors : std::vector<base::JsonMember>()) {
    const auto error = base::parse_json_object(element.text);
    if (!error) continue;
    fmt::format_to(std::back_inserter(faults), "{}{}: {}", faults.empty() ? "" : "; ",
                   text_of(*error, "pointer"), text_of(*error, "message"));
  }
  return fmt::format("{} ({})", faults.empty() ? detail : faults, status);
}

base::Result<std::string> body_of_success(net::Response response) {
  if (base::is_success(response.status)) return std::move(response.body);
  const auto code = response.status == 404 ? base::ErrorCode::not_found : base::ErrorCode::invalid;
  return base::fail(code, problem_text(std::to_string(response.status), response.body));
}

namespace {

net::Request request_of(const Call& call) {
  net::Request request;
  request.method = call.method;
  request.path = call.path;
  request.query = query_text(call.query);
  request.body = call.body;
  if (!call.body.empty()) request.headers.add("Content-Type", call.content_type);
  if (!call.if_match.empty()) request.headers.add("If-Match", call.if_match);
  if (!call.idempotency_key.empty()) request.headers.add("Idempotency-Key", call.idempotency_key);
  if (!call.last_event_id.empty()) request.headers.add("Last-Event-ID", call.last_event_id);
  return request;
}

}  // namespace

base::Result<net::Response> Remote::exchange(const Call& call) {
  return client_.send(request_of(call));
}

base::Result<net::Response> Remote::follow(const Call& call, const net::Client::OnBytes& on_bytes) {
  return client_.send_streaming(request_of(call), on_bytes);
}

base::Result<std::string> Remote::ask(const Call& call) {
  auto response = exchange(call);
  if (!response) return base::fail(std::move(response.error()));
  return body_of_success(std::move(*response));
}

}  // namespace ordo::cli
