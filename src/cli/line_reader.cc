#include "cli/line_reader.h"

namespace ordo::cli {

bool LineReader::next(Line& line) {
  line.text.clear();
  line.too_long = false;
  int c = getc_unlocked(file_);
  if (c == EOF) return false;
  for (; c != EOF && c != '\n'; c = getc_unlocked(file_)) {
    ++bytes_;
    if (line.text.size() < max_bytes_) {
      line.text.push_back(static_cast<char>(c));
    } else {
      line.too_long = true;
    }
  }
  if (c == '\n') ++bytes_;
  ++lines_;
  return true;
}

}  // namespace ordo::cli
