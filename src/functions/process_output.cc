#include "functions/process_output.h"

#include <algorithm>
#include <utility>

namespace ordo::functions {

void LineCutter::feed(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const std::size_t room = kMaxOutputLineBytes - rest_.size();
    const std::size_t newline = bytes.find('\n');
    const bool whole = newline != std::string_view::npos && newline <= room;
    const std::size_t taken = whole ? newline : std::min(room, bytes.size());
    rest_ += bytes.substr(0, taken);
    bytes.remove_prefix(whole ? taken + 1 : taken);
    if (whole || (rest_.size() == kMaxOutputLineBytes && !bytes.empty())) finish(on_line);
  }
}

void LineCutter::finish(const OnLine& on_line) {
  give(std::exchange(rest_, {}), on_line);
}

void LineCutter::give(std::string_view line, const OnLine& on_line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.empty()) on_line(line);
}

}  // namespace ordo::functions
