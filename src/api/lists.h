// What every list that goes page by page shares: its parameters, its cursor, the link to its next
// page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/cursor.h"
#include "api/exchange.h"
#include "api/parameters.h"
#include "base/limits.h"

namespace ordo::api {

// Where in which list a page begins. A list's own request derives from it and adds its filters.
struct ListPosition {
  std::size_t limit = base::kDefaultPageItems;
  std::optional<std::uint64_t> before;
  std::optional<std::string> cursor;
  std::string name;  // of the list, with its filters: what a cursor is bound to
};

// The two parameters that every such list has.
template <class Request>
inline constexpr KnownParameter<Request> kLimitParameter{
    "limit", false,
    [](Request& list, const std::string& value) { return set_page_limit(list.limit, value); }};
template <class Request>
inline constexpr KnownParameter<Request> kCursorParameter{
    "cursor", false,
    [](Request& list, const std::string& value) -> std::optional<domain::Violation> {
      list.cursor = value;
      return std::nullopt;
    }};

// `path` is the list's own, and names it in its cursors.
template <class Request>
base::Result<Request> decode_list(std::string_view path,
                                  std::span<const KnownParameter<Request>> known,
                                  std::string_view query) {
  base::Result<QueryParameters> parameters = parse_query(query);
  if (!parameters) return base::fail(std::move(parameters.error()));
  Request list;
  std::vector<base::FieldError> errors = set_parameters(list, known, *parameters);
  list.name = std::string(path) + "?" + canonical_filters(known, *parameters);
  if (list.cursor) {
    const auto before = decode_cursor(list.name, *list.cursor);
    if (before) {
      list.before = *before;
    } else {
      errors.insert(errors.end(), before.error().fields.begin(), before.error().fields.end());
    }
  }
  if (errors.empty()) return list;
  return base::fail(bad_query(std::move(errors)));
}

// `items` are the page's, joined by commas; `next_before` is where the walk goes on.
[[nodiscard]] net::Response page_response(const std::string& items,
                                          std::optional<std::uint64_t> next_before,
                                          const std::string& name, std::size_t limit);

}  // namespace ordo::api
