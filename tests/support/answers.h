// What an answer of the API says, in a few words.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "net/http.h"

namespace ordo::testing {

inline boost::json::value json_of(const net::Response& response) {
  return boost::json::parse(response.body);
}

// "pointer code" of each error of a problem.
inline std::string errors_in(const net::Response& response) {
  std::string out;
  const boost::json::value json = json_of(response);
  const auto* const errors = json.as_object().if_contains("errors");
  if (errors == nullptr) return "";
  for (const auto& error : errors->as_array()) {
    out += (out.empty() ? "" : ", ") + std::string(error.at("pointer").as_string()) + " " +
           std::string(error.at("code").as_string());
  }
  return out;
}

// The ids of a list's tasks.
inline std::vector<std::string> ids_in(const net::Response& response,
                                       const char* member = "items") {
  std::vector<std::string> ids;
  const boost::json::value json = json_of(response);
  const auto* const items = json.as_object().if_contains(member);
  if (items == nullptr) return ids;
  for (const auto& item : items->as_array()) ids.emplace_back(item.at("task_id").as_string());
  return ids;
}

}  // namespace ordo::testing
