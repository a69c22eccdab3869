// Cross-origin requests: nothing unless an origin is on the list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace ordo::api {

// Whether `origin` is on the list.
[[nodiscard]] bool is_allowed_origin(const std::vector<std::string>& allowed,
                                     std::string_view origin);

// Whether a browser may send it as an Origin: "https://app.example", "http://[::1]:8080". Lower
// case, without the scheme's own port, a path or an end slash; one that is written otherwise would
// never match. "null" is none: any page can have it.
[[nodiscard]] bool is_origin(std::string_view text);

// Whether `origin` is the one that a page of ours has, asked under the name `host` as the request's
// own Host says it. With a proxy in front ours may be https, which nobody here knows.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

// What a page of `origin` needs to read an answer. Adds Vary: Origin whenever a list exists.
void add_cors(net::Response& response, const std::vector<std::string>& allowed,
              std::string_view origin);

// The answer to a preflight for a path with `methods`, or without the permission when the origin
// is not on the list.
[[nodiscard]] net::Response preflight(const std::vector<std::string>& allowed,
                                      std::string_view origin, std::string_view methods);

}  // namespace ordo::api
