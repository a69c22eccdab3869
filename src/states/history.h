// The history of an execution: events under the service's own type names, with its own details.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "states/scope.h"

namespace ordo::states {

struct HistoryEvent {
  std::uint64_t id = 0;
  std::string text;  // a JSON object: id, previousEventId, type, timestamp, and its details
};

// One event being written.
class EventWriter {
 public:
  EventWriter(std::uint64_t id, std::uint64_t previous, std::string_view type, base::WallTime at);

  // The member that holds the details, as in "stateEnteredEventDetails".
  EventWriter& details(std::string_view member);
  EventWriter& text(std::string_view name, std::string_view value);
  // Nothing when it is empty.
  EventWriter& text_if_any(std::string_view name, std::string_view value);
  EventWriter& number(std::string_view name, std::uint64_t value);
  // JSON as the service shows it: as a string; `name` + "Details" says whether it is all there.
  EventWriter& data(std::string_view name, std::string_view json);
  // Named values, each as a string.
  EventWriter& values(std::string_view name, const Json& object);
  [[nodiscard]] HistoryEvent finish() &&;

 private:
  void begin(std::string_view name);

  HistoryEvent event_;
  bool in_details_ = false;
  bool first_ = false;
};

}  // namespace ordo::states
