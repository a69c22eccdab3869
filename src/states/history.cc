#include "states/history.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/json_split.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "states/execution.h"

namespace ordo::states {
namespace {

// What a task leaves: entered, scheduled, started, succeeded, exited.
constexpr std::size_t kUsualEventsBytes = 1280;

}  // namespace

void History::append(History&& more) {
  if (more.count == 0) return;
  if (count == 0) {
    *this = std::move(more);
    return;
  }
  text.push_back(',');
  text += more.text;
  count += more.count;
}

base::Result<std::vector<std::string>> split_history(std::string_view text) {
  const std::string list = fmt::format("[{}]", text);
  const auto events = base::split_json_array(list, kMaxHistoryEvents);
  if (!events) return base::fail(base::ErrorCode::internal, "a history cannot be read");
  return std::vector<std::string>(events->begin(), events->end());
}

EventWriter::EventWriter(History& history, std::uint64_t id, std::uint64_t previous,
                         std::string_view type, base::WallTime at)
    : out_(history.text) {
  if (history.count++ == 0) {
    history.first = id;
    out_.reserve(kUsualEventsBytes);
  } else {
    out_.push_back(',');
  }
  out_ += R"({"id":)";
  base::append_integer(out_, id);
  out_ += R"(,"previousEventId":)";
  base::append_integer(out_, previous);
  out_ += R"(,"type":")";
  out_ += type;
  out_ += R"(","timestamp":")";
  base::append_time(out_, at);
  out_.push_back('"');
}

EventWriter& EventWriter::details(std::string_view member) {
  out_ += ",\"";
  out_ += member;
  out_ += "\":{";
  in_details_ = true;
  first_ = true;
  return *this;
}

void EventWriter::begin(std::string_view name) {
  if (!std::exchange(first_, false)) out_.push_back(',');
  out_.push_back('"');
  out_ += name;
  out_ += "\":";
}

EventWriter& EventWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  base::append_json_string(out_, value);
  return *this;
}

EventWriter& EventWriter::text_if_any(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

EventWriter& EventWriter::number(std::string_view name, std::uint64_t value) {
  begin(name);
  base::append_integer(out_, value);
  return *this;
}

EventWriter& EventWriter::object(std::string_view name, std::string_view member,
                                 std::string_view value) {
  begin(name);
  out_ += "{\"";
  out_ += member;
  out_ += "\":";
  base::append_json_string(out_, value);
  out_.push_back('}');
  return *this;
}

EventWriter& EventWriter::data(std::string_view name, std::string_view json) {
  text(name, json);
  out_.push_back(',');
  all_there(name);
  return *this;
}

EventWriter& EventWriter::values(std::string_view name, const Json& object) {
  begin(name);
  out_.push_back('{');
  bool first = true;
  for (const auto& member : object.get_object()) {
    if (!std::exchange(first, false)) out_.push_back(',');
    base::append_json_string(out_, member.key());
    out_.push_back(':');
    base::append_json_string(out_, base::json_tree_text(member.value()));
  }
  out_ += "},";
  all_there(name);
  return *this;
}

void EventWriter::all_there(std::string_view name) {
  out_.push_back('"');
  out_ += name;
  out_ += R"(Details":{"truncated":false})";
}

void EventWriter::finish() {
  out_ += in_details_ ? "}}" : "}";
}

}  // namespace ordo::states
