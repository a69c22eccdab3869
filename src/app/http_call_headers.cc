#include "app/http_call_headers.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace ordo::app {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 11> kOfTheWire{
    "Connection", "Content-Length",    "Expect",
    "Host",       "HTTP2-Settings",    "Keep-Alive",
    "TE",         "Trailer",           "Proxy-Connection",
    "Upgrade",    "Transfer-Encoding",
};

constexpr std::array<std::string_view, 25> kClosed{
    "A-IM",
    "Accept-Charset",
    "Accept-Datetime",
    "Accept-Encoding",
    "Authorization",
    "Cache-Control",
    "Content-Encoding",
    "Content-MD5",
    "Date",
    "Forwarded",
    "From",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Range",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Proxy-Authenticate",
    "Referer",
    "Proxy-Authorization",
    "Server",
    "Via",
    "Warning",
};

constexpr std::array<std::string_view, 3> kClosedPrefixes{"X-Amz-", "X-Amzn-", "X-Forwarded-"};

bool is_among(std::string_view name, Names names) noexcept {
  return std::ranges::any_of(
      names, [&](std::string_view one) { return base::equals_ignoring_case(name, one); });
}

}  // namespace

bool is_header_value(std::string_view value) noexcept {
  return base::is_valid_utf8(value) && std::ranges::none_of(value, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\t') || byte == 0x7f;
         });
}

bool is_of_the_wire(std::string_view name) noexcept {
  return is_among(name, kOfTheWire);
}

bool is_closed_to_definitions(std::string_view name) noexcept {
  const auto begins_with = [&](std::string_view prefix) {
    return base::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
  };
  return is_of_the_wire(name) || is_among(name, kClosed) ||
         std::ranges::any_of(kClosedPrefixes, begins_with);
}

}  // namespace ordo::app
