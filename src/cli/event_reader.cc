#include "cli/event_reader.h"

#include <utility>

namespace ordo::cli {

bool EventReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kMaxLineBytes) return false;
    if (end == std::string_view::npos) return true;
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    take_line(std::exchange(line_, {}));
  }
  return true;
}

void EventReader::restart() {
  line_.clear();
  event_ = {};
  has_data_ = false;
  id_ = last_id_;
}

void EventReader::take_line(std::string_view line) {
  if (line.empty()) {
    // An id without data counts: it tells how far the server is.
    last_id_ = id_;
    const ServerEvent event = std::exchange(event_, {});
    if (std::exchange(has_data_, false)) on_event_(event);
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") {
    id_ = value;
  } else if (field == "event") {
    event_.type = value;
  } else if (field == "data") {
    if (std::exchange(has_data_, true)) event_.data.push_back('\n');
    event_.data += value;
  }
}

}  // namespace ordo::cli
