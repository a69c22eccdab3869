#include "api/cors.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace ordo::api {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_lower(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_host(std::string_view text) {
  const bool v6 = text.size() > 2 && text.starts_with('[') && text.ends_with(']');
  if (v6) {
    return std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
      return base::is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
    });
  }
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

// With the scheme's own port a browser leaves it out.
bool is_port(std::string_view text, std::string_view scheme) {
  const char* const end = text.data() + text.size();
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || text.front() == '0') return false;
  return !(scheme == "http" && port == 80) && !(scheme == "https" && port == 443);
}

}  // namespace

bool is_origin(std::string_view text) {
  constexpr std::string_view kMark = "://";
  const std::size_t mark = text.find(kMark);
  if (mark == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, mark);
  const std::string_view rest = text.substr(mark + kMark.size());
  const std::size_t colon = rest.ends_with(']') ? std::string_view::npos : rest.rfind(':');
  const bool port_is_good =
      colon == std::string_view::npos || is_port(rest.substr(colon + 1), scheme);
  return is_scheme(scheme) && is_host(rest.substr(0, colon)) && port_is_good;
}

bool is_allowed_origin(const std::vector<std::string>& allowed, std::string_view origin) {
  return !origin.empty() && std::ranges::any_of(allowed, [&](const std::string& one) {
    return one == "*" || one == origin;
  });
}

bool is_own_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    return !host.empty() && base::equals_ignoring_case(origin.substr(scheme.size()), host);
  }
  return false;
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
