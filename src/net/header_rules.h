// What a request's head must look like beyond its grammar. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "net/http.h"
#include "net/wire_fault.h"

namespace ordo::net {

// Origin form ("/a?b"), absolute form ("http://host/a?b", read as its path) or "*" into path and
// query. Anything else is a fault.
[[nodiscard]] std::optional<WireFault> split_target(std::string_view target, Request& request);

// Whether this is what Host may hold: a name or an address, and perhaps a port; or nothing.
[[nodiscard]] bool is_host(std::string_view text) noexcept;

// Host, Transfer-Encoding and Content-Length by RFC 9112, strictly.
[[nodiscard]] std::optional<WireFault> check_head(const Request& head, bool http_1_0);

// Whether the first line of `bytes` ends in a well-formed version, be it one that we do not speak.
[[nodiscard]] bool names_a_version(std::string_view bytes) noexcept;

// A line feed without its carriage return, or a folded line, in the head that starts `bytes`.
[[nodiscard]] std::optional<WireFault> find_bare_line_feed(std::string_view bytes);

}  // namespace ordo::net
