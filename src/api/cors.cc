#include "api/cors.h"

#include <algorithm>

namespace ordo::api {

bool is_allowed_origin(const std::vector<std::string>& allowed, std::string_view origin) {
  return !origin.empty() && std::ranges::any_of(allowed, [&](const std::string& one) {
    return one == "*" || one == origin;
  });
}

void add_cors(net::Response& response, const std::vector<std::string>& allowed,
              std::string_view origin) {
  if (allowed.empty()) return;
  response.headers.add("Vary", "Origin");
  if (!is_allowed_origin(allowed, origin)) return;
  response.headers.add("Access-Control-Allow-Origin", std::string(origin));
  response.headers.add("Access-Control-Expose-Headers",
                       "ETag, Idempotent-Replay, Link, Location, Retry-After, X-Request-Id");
}

net::Response preflight(const std::vector<std::string>& allowed, std::string_view origin,
                        std::string_view methods) {
  net::Response response;
  response.status = 204;
  response.headers.add("Allow", std::string(methods));
  if (!is_allowed_origin(allowed, origin)) return response;
  response.headers.add("Access-Control-Allow-Methods", std::string(methods));
  response.headers.add(
      "Access-Control-Allow-Headers",
      "Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, X-Request-Id");
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace ordo::api
