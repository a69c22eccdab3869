// The structured log: a JSON object a line for machines, a short line for people at a terminal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "ports/clock.h"

namespace ordo::program {

enum class Level : std::uint8_t { debug, info, warning, error };

// One named value of a line. Never a secret, never a payload.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;
};

enum class LogFormat : std::uint8_t { json, human };

// Pure: the whole line, without its end. An empty text is left out.
[[nodiscard]] std::string format_line(LogFormat format, base::WallTime time, Level level,
                                      std::string_view message,
                                      std::initializer_list<LogField> fields);

// Any thread. Writes to standard error.
class Log {
 public:
  // `format` is json, human or auto (human on a terminal); `level` is the least that is written.
  Log(const ports::Clock& clock, std::string_view format, std::string_view level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool enabled(Level level) const { return level >= least_; }
  void write(Level level, std::string_view message, std::initializer_list<LogField> fields = {});
  void flush();

 private:
  class Sink;
  const ports::Clock& clock_;
  LogFormat format_ = LogFormat::json;
  Level least_ = Level::info;
  std::unique_ptr<Sink> sink_;
};

}  // namespace ordo::program
