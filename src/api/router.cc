#include "api/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/percent.h"

namespace ordo::api {
namespace {

// "/objects/{bucket}/{key}": the second variable is all that is left.
bool matches_with_rest(std::string_view before, std::string_view path, std::string_view& id,
                       std::string_view& rest) {
  if (!path.starts_with(before)) return false;
  const std::size_t slash = path.find('/', before.size());
  if (slash == std::string_view::npos || slash == before.size()) return false;
  id = path.substr(before.size(), slash - before.size());
  rest = path.substr(slash + 1);
  return !rest.empty();
}

// Whether `path` has the shape of `pattern`; `id` and `rest` are its variable parts, still encoded.
bool matches(std::string_view pattern, std::string_view path, std::string_view& id,
             std::string_view& rest) {
  const std::string_view variable = variable_of(pattern);
  if (variable.empty()) return pattern == path;
  const std::string_view before = pattern.substr(0, pattern.find(variable));
  const std::string_view after = pattern.substr(before.size() + variable.size());
  if (!variable_of(after).empty()) return matches_with_rest(before, path, id, rest);
  if (path.size() <= before.size() + after.size()) return false;
  if (!path.starts_with(before) || !path.ends_with(after)) return false;
  id = path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos;
}

void allow(std::vector<std::string_view>& methods, std::string_view method) {
  if (std::ranges::find(methods, method) == methods.end()) methods.push_back(method);
}

}  // namespace

std::string_view variable_of(std::string_view path) {
  const std::size_t from = path.find('{');
  if (from == std::string_view::npos) return {};
  return path.substr(from, path.find('}', from) + 1 - from);
}

std::string_view second_variable_of(std::string_view path) {
  const std::size_t from = path.find('}');
  return from == std::string_view::npos ? std::string_view() : variable_of(path.substr(from + 1));
}

Match find_route(std::string_view method, std::string_view path, Offers offers) {
  Match match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string_view raw_id;
  std::string_view raw_rest;
  std::vector<std::string_view> methods;
  for (const Route& route : routes()) {
    std::string_view id;
    std::string_view rest;
    if (offers != nullptr && !offers(route)) continue;
    if (!matches(route.path, path, id, rest)) continue;
    allow(methods, route.method);
    if (route.method == "GET") allow(methods, "HEAD");
    if (route.method != wanted) continue;
    // A fixed path ("/tasks/batch") stands before one with a variable ("/tasks/{id}"), but hides
    // only the methods that it has: a task may be called batch.
    if (match.route == nullptr || id.empty()) {
      match.route = &route;
      raw_id = id;
      raw_rest = rest;
    }
  }
  if (!methods.empty()) allow(methods, "OPTIONS");
  match.allow = fmt::format("{}", fmt::join(methods, ", "));
  if (!raw_id.empty()) {
    auto id = base::percent_decode(raw_id, false);
    match.bad_encoding = !id;
    if (id) match.id = std::move(*id);
  }
  if (!raw_rest.empty()) {
    auto rest = base::percent_decode(raw_rest, false);
    match.bad_encoding = match.bad_encoding || !rest;
    if (rest) match.rest = std::move(*rest);
  }
  return match;
}

}  // namespace ordo::api
