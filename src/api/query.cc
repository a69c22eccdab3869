#include "api/query.h"

#include <algorithm>
#include <cstddef>

#include "base/percent.h"
#include "base/text.h"

namespace ordo::api {
namespace {

// More than any route of ours knows.
constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxPointerBytes = 64;

}  // namespace

base::Result<QueryParameters> parse_query(std::string_view query) {
  QueryParameters parameters;
  std::vector<base::FieldError> errors;
  std::size_t items = 0;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (item.empty()) continue;
    if (++items > kMaxParameters) {
      errors.push_back({"?", "too_many", "too many parameters"});
      break;
    }
    const std::size_t equals = item.find('=');
    auto name = base::percent_decode(item.substr(0, equals), true);
    auto value = base::percent_decode(
        equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1), true);
    if (!name || !value) {
      errors.push_back({pointer_to_parameter(name ? *name : std::string()), "bad_encoding",
                        "the parameter is not percent-encoded UTF-8"});
      continue;
    }
    const auto same = [&](const auto& known) { return known.first == *name; };
    if (std::ranges::any_of(parameters, same)) {
      errors.push_back(
          {pointer_to_parameter(*name), "duplicate", "the parameter is given more than once"});
      continue;
    }
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  if (errors.empty()) return parameters;
  return base::fail(bad_query(std::move(errors)));
}

std::string pointer_to_parameter(std::string_view name) {
  std::string pointer = "?";
  pointer += base::clip(name, kMaxPointerBytes);
  return pointer;
}

base::Error bad_query(std::vector<base::FieldError> errors) {
  return {base::ErrorCode::invalid, "the query string is not valid; see errors", std::move(errors)};
}

}  // namespace ordo::api
