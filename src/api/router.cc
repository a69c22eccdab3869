#include "api/router.h"

#include "api/query.h"

namespace ordo::api {
namespace {

// Whether `path` has the shape of `pattern`; `id` is its variable part, still encoded.
bool matches(std::string_view pattern, std::string_view path, std::string_view& id) {
  constexpr std::string_view kVariable = "{id}";
  const std::size_t at = pattern.find(kVariable);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kVariable.size());
  if (path.size() <= before.size() + after.size()) return false;
  if (!path.starts_with(before) || !path.ends_with(after)) return false;
  id = path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos;
}

void allow(std::string& list, std::string_view method) {
  if (!list.empty()) list += ", ";
  list += method;
}

}  // namespace

Match find_route(std::string_view method, std::string_view path) {
  Match match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string_view raw_id;
  const Route* with_variable = nullptr;
  for (const Route& route : routes()) {
    std::string_view id;
    if (!matches(route.path, path, id)) continue;
    const bool variable = !id.empty();
    // A fixed path ("/tasks/batch") stands before one with a variable ("/tasks/{id}").
    if (variable && !match.allow.empty() && with_variable == nullptr) continue;
    if (variable) with_variable = &route;
    allow(match.allow, route.method);
    if (route.method == "GET") allow(match.allow, "HEAD");
    if (route.method == wanted && match.route == nullptr) {
      match.route = &route;
      raw_id = id;
    }
  }
  if (!match.allow.empty()) allow(match.allow, "OPTIONS");
  if (!raw_id.empty()) {
    auto id = percent_decode(raw_id, false);
    match.bad_encoding = !id;
    if (id) match.id = std::move(*id);
  }
  return match;
}

}  // namespace ordo::api
