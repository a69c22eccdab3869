// Random submissions, good ones and bad members, as JSON.
#pragma once

#include <rapidcheck.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/json_generators.h"
#include "support/pick.h"

namespace ordo::testing {

inline std::string letters(int min, int max, std::string_view of) {
  std::string out;
  const int count = pick(min, max + 1);
  for (int i = 0; i < count; ++i) out += of[pick<std::size_t>(0, of.size())];
  return out;
}

// A body that is to be taken.
inline boost::json::object good_draft() {
  constexpr std::string_view kName = "abcXYZ019._-";
  boost::json::object body;
  if (!one_in(4)) body["title"] = letters(1, 200, "abcdefXYZ");
  if (!body.contains("title") || one_in(2)) {
    body["payload"] = boost::json::parse(RandomJson::object(2).compact);
  }
  if (one_in(2)) body["task_id"] = "t" + letters(0, 127, std::string(kName) + ":");
  if (one_in(2)) body["description"] = letters(0, 300, "abc\n\t \"\\");
  if (one_in(2)) body["priority"] = *rc::gen::element<std::string>("low", "medium", "high");
  if (one_in(2)) {
    body["due_date"] = *rc::gen::element<boost::json::value>(
        nullptr, "2026-12-24T18:00:00+01:00", "1970-01-01T00:00:00Z", "2028-02-29T23:59:59.999Z");
  }
  if (one_in(2)) body["queue"] = letters(1, 64, kName);
  if (one_in(2)) body["lane"] = "l" + letters(0, 120, "abc \"/~") + "l";
  return body;
}

// A member that no submission may have, by its name.
inline std::pair<std::string, boost::json::value> bad_member() {
  const auto text = [](std::size_t length) { return '"' + std::string(length, 'x') + '"'; };
  static const std::vector<std::pair<std::string, std::string>> kBad{
      {"task_id", R"("")"},
      {"task_id", R"("a b")"},
      {"task_id", text(129)},
      {"task_id", "17"},
      {"task_id", "null"},
      {"title", R"("")"},
      {"title", text(201)},
      {"title", "true"},
      {"description", text(10'001)},
      {"description", "[]"},
      {"priority", R"("urgent")"},
      {"priority", "1"},
      {"due_date", R"("soon")"},
      {"due_date", R"("2026-02-29T00:00:00Z")"},
      {"due_date", "0"},
      {"payload", R"("{}")"},
      {"payload", "null"},
      {"payload", "[]"},
      {"queue", R"("")"},
      {"queue", text(65)},
      {"lane", R"("")"},
      {"lane", text(129)},
      {"status", R"("queued")"},
      {"a/b~c", "1"},
  };
  const auto& [name, json] = kBad[pick<std::size_t>(0, kBad.size())];
  return {name, boost::json::parse(json)};
}

}  // namespace ordo::testing
