// Requests that mean harm, or that somebody's broken program sends: each with the exact answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/http_client.h"

namespace ordo::e2e {

struct Hostile {
  std::string name;
  std::string bytes;  // the whole request as it goes over the wire
  int status = 400;
  std::string code;    // the problem's
  std::string errors;  // its fields, in their order: "/title:too_long /lane:empty"
};

// Cursors of a list, for those who bring them to another.
struct Cursors {
  std::string all;   // GET /tasks?limit=1
  std::string high;  // GET /tasks?limit=1&priority=high
};

// Each makes one part of the table. A task "seed" exists, and nothing in the table changes it.
std::vector<Hostile> hostile_json();
std::vector<Hostile> hostile_encodings();
std::vector<Hostile> hostile_fields();
std::vector<Hostile> hostile_dates();
std::vector<Hostile> hostile_changes();
std::vector<Hostile> hostile_batches();
std::vector<Hostile> hostile_lists(const Cursors& cursors);
std::vector<Hostile> hostile_commands();
std::vector<Hostile> hostile_orders();
std::vector<Hostile> hostile_heads();
std::vector<Hostile> hostile_lengths();
std::vector<Hostile> hostile_sizes();

inline const testing::Fields kAsJson{{"Content-Type", "application/json"}};

inline std::string creation_of(std::string_view body) {
  return testing::request_text("POST", "/tasks", kAsJson, body);
}
inline std::string batch_of(std::string_view body) {
  return testing::request_text("POST", "/tasks/batch", kAsJson, body);
}
inline std::string change_of(std::string_view body, testing::Fields headers = {}) {
  headers.emplace_back("Content-Type", "application/merge-patch+json");
  return testing::request_text("PATCH", "/tasks/seed", headers, body);
}
inline std::string get_of(std::string_view target, const testing::Fields& headers = {}) {
  return testing::request_text("GET", target, headers);
}
inline std::string times(std::size_t count, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

}  // namespace ordo::e2e
