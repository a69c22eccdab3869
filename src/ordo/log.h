// The structured log: a JSON object a line for machines, a short line for people at a terminal.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "ordo/log_writer.h"
#include "ports/clock.h"

namespace ordo::program {

enum class Level : std::uint8_t { debug, info, warning, error };

// One named value of a line. Never a secret, never a payload.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;
};

enum class LogFormat : std::uint8_t { json, human };

// Pure: the whole line, without its end. An empty text is left out. A byte that is not UTF-8
// becomes U+FFFD.
[[nodiscard]] std::string format_line(LogFormat format, base::WallTime time, Level level,
                                      std::string_view message,
                                      std::initializer_list<LogField> fields);

// Any thread. Lines wait in a bounded queue for a thread that writes them, so that a reader of the
// log who is slow or stuck holds nobody up. Lines that found no place are counted, and told when
// the log flows again.
class Log {
 public:
  // `format` is json, human or auto (human on a terminal); `level` is the least that is written.
  // `fd` is borrowed.
  Log(const ports::Clock& clock, std::string_view format, std::string_view level,
      int fd = STDERR_FILENO);

  [[nodiscard]] bool enabled(Level level) const { return level >= least_; }
  void write(Level level, std::string_view message, std::initializer_list<LogField> fields = {});
  // Like write(), see LogWriter::deliver().
  bool deliver(Level level, std::string_view message, std::initializer_list<LogField> fields,
               base::Millis bound);
  // Whether all the lines are out within `bound`.
  bool flush(base::Millis bound = LogWriter::kLastBound);

 private:
  const ports::Clock& clock_;
  const LogFormat format_;
  Level least_ = Level::info;
  LogWriter writer_;
};

}  // namespace ordo::program
