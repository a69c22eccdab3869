#include "net/header_rules.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace ordo::net {
namespace {

using base::equals_ignoring_case;

std::optional<WireFault> bad_target(const char* detail) {
  return WireFault{400, "bad_target", detail};
}

}  // namespace

std::optional<WireFault> split_target(std::string_view target, Request& request) {
  constexpr std::string_view kHttp = "http://";
  if (target.size() > kHttp.size() && equals_ignoring_case(target.substr(0, 7), kHttp)) {
    target.remove_prefix(kHttp.size());
    const std::size_t end = target.find_first_of("/?");
    const std::string_view authority = target.substr(0, end);
    if (authority.empty() || !is_host(authority))
      return bad_target("the request's target has no host");
    target = end == std::string_view::npos ? std::string_view("/") : target.substr(end);
    if (target.front() == '?') return bad_target("the request's target has no path");
  }
  if (target.empty() || (target.front() != '/' && target != "*")) {
    return bad_target("the request's target must be a path");
  }
  if (target == "*" && request.method != "OPTIONS") {
    return bad_target("the target * goes with OPTIONS only");
  }
  if (target.find('#') != std::string_view::npos) {
    return bad_target("a fragment is not sent to a server");
  }
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::ranges::all_of(target, visible)) {
    return bad_target("the target holds bytes that must be percent-encoded");
  }
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  return std::nullopt;
}

bool is_host(std::string_view text) noexcept {
  const auto hex = [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    const auto of_address = [&](char c) { return hex(c) || c == ':' || c == '.'; };
    if (!std::ranges::all_of(text.substr(1, end - 1), of_address)) return false;
    ++end;
  } else {
    for (; end < text.size() && text[end] != ':'; ++end) {
      const char c = text[end];
      if (base::is_alphanumeric(c) || std::string_view("-._~!$&'()*+,;=").contains(c)) continue;
      const bool escaped =
          c == '%' && end + 2 < text.size() && hex(text[end + 1]) && hex(text[end + 2]);
      if (!escaped) return false;
      end += 2;
    }
  }
  if (end == text.size()) return true;
  return text[end] == ':' && std::ranges::all_of(text.substr(end + 1), base::is_digit);
}

std::optional<WireFault> check_head(const Request& head, bool http_1_0) {
  const std::size_t hosts = head.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && !http_1_0)) {
    return WireFault{400, "bad_host", "a request carries Host exactly once"};
  }
  if (!is_host(head.headers.get("Host"))) {
    return WireFault{400, "bad_host", "Host is a name or an address, and perhaps a port"};
  }
  const std::size_t lengths = head.headers.count("Content-Length");
  const std::size_t encodings = head.headers.count("Transfer-Encoding");
  if (lengths > 1) {
    return WireFault{400, "bad_content_length", "Content-Length is given more than once"};
  }
  // The library takes "13, 13" for 13; others may take it for something else.
  const std::string_view length = head.headers.get("Content-Length");
  if (lengths == 1 && length.find_first_not_of("0123456789") != std::string_view::npos) {
    return WireFault{400, "bad_content_length", "Content-Length is one number"};
  }
  if (encodings == 0) return std::nullopt;
  if (lengths > 0 || encodings > 1 || http_1_0) {
    return WireFault{400, "bad_transfer_encoding",
                     "Transfer-Encoding must be given once, in HTTP/1.1, and without a "
                     "Content-Length"};
  }
  if (!equals_ignoring_case(head.headers.get("Transfer-Encoding"), "chunked")) {
    return WireFault{501, "unknown_transfer_encoding",
                     "the only Transfer-Encoding here is chunked"};
  }
  return std::nullopt;
}

bool names_a_version(std::string_view bytes) noexcept {
  constexpr std::string_view kShape = " HTTP/d.d";
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  if (line.size() < kShape.size() || std::ranges::count(line, ' ') != 2) return false;
  const std::string_view version = line.substr(line.size() - kShape.size());
  return std::ranges::equal(version, kShape, [](char c, char shape) {
    return shape == 'd' ? base::is_digit(c) : c == shape;
  });
}

std::optional<WireFault> find_bare_line_feed(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::string_view head = bytes.substr(0, end);
  for (std::size_t at = head.find('\n'); at != std::string_view::npos;
       at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') {
      return WireFault{400, "bad_line_ending", "a line must end with CR LF"};
    }
    if (at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t')) {
      return WireFault{400, "bad_header", "a header field must not be folded"};
    }
  }
  return std::nullopt;
}

}  // namespace ordo::net
