// The whole of a list, page by page along its cursor.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_client.h"

namespace ordo::testing {

// "GET /tasks?<filters>&limit=<limit>" to its end; newest first, as answered.
// `between` is called after each page.
template <class Between>
std::vector<boost::json::value> walk_tasks(HttpClient& client, std::string_view filters,
                                           std::size_t limit, Between between) {
  std::vector<boost::json::value> tasks;
  std::string cursor;
  do {
    std::string target = "/tasks?limit=" + std::to_string(limit);
    if (!filters.empty()) target.append("&").append(filters);
    if (!cursor.empty()) target.append("&cursor=").append(cursor);
    const HttpAnswer answer = client.get(target);
    if (answer.status != 200) throw std::runtime_error(target + " answered " + answer.body);
    boost::json::value page = answer.json();
    for (boost::json::value& task : page.at("items").as_array()) tasks.push_back(std::move(task));
    const boost::json::value& next = page.at("next_cursor");
    cursor = next.is_null() ? std::string() : std::string(next.as_string());
    between();
  } while (!cursor.empty());
  return tasks;
}

inline std::vector<boost::json::value> walk_tasks(HttpClient& client, std::string_view filters = {},
                                                  std::size_t limit = 1000) {
  return walk_tasks(client, filters, limit, [] {});
}

}  // namespace ordo::testing
