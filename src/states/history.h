// The history of an execution: events under the service's own type names, with its own details.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "states/scope.h"

namespace ordo::states {

// Events under ids that follow each other.
struct History {
  std::uint64_t first = 0;  // the first one's id
  std::size_t count = 0;
  // JSON objects with commas between them: id, previousEventId, type, timestamp, and the details.
  std::string text;

  // What follows it.
  void append(History&& more);
};

// A History's text taken apart again; `internal` when it is none.
base::Result<std::vector<std::string>> split_history(std::string_view text);

// One event being written at the end of a history.
class EventWriter {
 public:
  EventWriter(History& history, std::uint64_t id, std::uint64_t previous, std::string_view type,
              base::WallTime at);

  // The member that holds the details, as in "stateEnteredEventDetails".
  EventWriter& details(std::string_view member);
  EventWriter& text(std::string_view name, std::string_view value);
  // Nothing when it is empty.
  EventWriter& text_if_any(std::string_view name, std::string_view value);
  EventWriter& number(std::string_view name, std::uint64_t value);
  // An object with one text.
  EventWriter& object(std::string_view name, std::string_view member, std::string_view value);
  // JSON as the service shows it: as a string; `name` + "Details" says whether it is all there.
  EventWriter& data(std::string_view name, std::string_view json);
  // Named values, each as a string.
  EventWriter& values(std::string_view name, const Json& object);
  void finish();

 private:
  void begin(std::string_view name);
  void all_there(std::string_view name);

  std::string& out_;
  bool in_details_ = false;
  bool first_ = false;
};

}  // namespace ordo::states
