// The structured log: see base/log_line.h for its lines.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/log_line.h"
#include "ordo/log_writer.h"
#include "ports/clock.h"

namespace ordo::program {

using base::format_line;
using base::Level;
using base::LogField;
using base::LogFormat;

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
