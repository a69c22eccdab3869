#include "states/history.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/json_tree.h"

namespace ordo::states {

EventWriter::EventWriter(std::uint64_t id, std::uint64_t previous, std::string_view type,
                         base::WallTime at) {
  event_.id = id;
  fmt::format_to(std::back_inserter(event_.text),
                 R"({{"id":{},"previousEventId":{},"type":"{}","timestamp":")", id, previous, type);
  base::append_time(event_.text, at);
  event_.text.push_back('"');
}

EventWriter& EventWriter::details(std::string_view member) {
  fmt::format_to(std::back_inserter(event_.text), R"(,"{}":{{)", member);
  in_details_ = true;
  first_ = true;
  return *this;
}

void EventWriter::begin(std::string_view name) {
  if (!std::exchange(first_, false)) event_.text.push_back(',');
  fmt::format_to(std::back_inserter(event_.text), R"("{}":)", name);
}

EventWriter& EventWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  base::append_json_string(event_.text, value);
  return *this;
}

EventWriter& EventWriter::text_if_any(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

EventWriter& EventWriter::number(std::string_view name, std::uint64_t value) {
  begin(name);
  fmt::format_to(std::back_inserter(event_.text), "{}", value);
  return *this;
}

EventWriter& EventWriter::data(std::string_view name, std::string_view json) {
  text(name, json);
  fmt::format_to(std::back_inserter(event_.text), R"(,"{}Details":{{"truncated":false}})", name);
  return *this;
}

EventWriter& EventWriter::values(std::string_view name, const Json& object) {
  begin(name);
  event_.text.push_back('{');
  bool first = true;
  for (const auto& member : object.get_object()) {
    if (!std::exchange(first, false)) event_.text.push_back(',');
    base::append_json_string(event_.text, member.key());
    event_.text.push_back(':');
    base::append_json_string(event_.text, base::json_tree_text(member.value()));
  }
  fmt::format_to(std::back_inserter(event_.text), R"(}},"{}Details":{{"truncated":false}})", name);
  return *this;
}

HistoryEvent EventWriter::finish() && {
  event_.text += in_details_ ? "}}" : "}";
  return std::move(event_);
}

}  // namespace ordo::states
