#include "api/query.h"

#include <algorithm>
#include <cstddef>

#include "base/percent.h"
#include "base/text.h"

namespace ordo::api {
namespace {

// More than any route of ours knows.
constexpr std::size_t kMaxParameters = 32;

base::Error bad_query(std::string pointer, std::string code, std::string message) {
  return {base::ErrorCode::invalid,
          "the query string is not valid; see errors",
          {{std::move(pointer), std::move(code), std::move(message)}}};
}

}  // namespace

base::Result<QueryParameters> parse_query(std::string_view query) {
  QueryParameters parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    auto name = base::percent_decode(item.substr(0, equals), true);
    auto value = base::percent_decode(
        equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1), true);
    if (!name || !value) {
      const std::string where = "?" + (name ? std::string(base::clip(*name, 64)) : std::string());
      return base::fail(
          bad_query(where, "bad_encoding", "the parameter is not percent-encoded UTF-8"));
    }
    const auto same = [&](const auto& known) { return known.first == *name; };
    if (std::ranges::any_of(parameters, same)) {
      return base::fail(bad_query("?" + std::string(base::clip(*name, 64)), "duplicate",
                                  "the parameter is given more than once"));
    }
    if (parameters.size() >= kMaxParameters) {
      return base::fail(bad_query("?", "too_many", "too many parameters"));
    }
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

}  // namespace ordo::api
