#include "lambda/log.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace ordo::lambda {

void Log::write(base::Level level, std::string_view message,
                std::initializer_list<base::LogField> fields) {
  if (level < least_) return;
  write_raw(base::format_line(base::LogFormat::json, clock_.wall(), level, message, fields));
}

// Nobody can be told that the log does not take a line.
void Log::write_raw(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  std::string_view left = whole;
  while (!left.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace ordo::lambda
