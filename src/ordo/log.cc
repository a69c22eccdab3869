#include "ordo/log.h"

#include <fmt/format.h>
#include <unistd.h>

namespace ordo::program {

Log::Log(const ports::Clock& clock, std::string_view format, std::string_view level, int fd)
    : clock_(clock),
      format_(format == "human" || (format == "auto" && isatty(fd) == 1) ? LogFormat::human
                                                                         : LogFormat::json),
      writer_(fd, [this](std::uint64_t dropped) {
        return format_line(format_, clock_.wall(), Level::warning,
                           fmt::format("{} lines were dropped", dropped), {});
      }) {
  least_ = base::level_named(level).value_or(Level::info);
}

void Log::write(Level level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  writer_.write(format_line(format_, clock_.wall(), level, message, fields));
}

bool Log::deliver(Level level, std::string_view message, std::initializer_list<LogField> fields,
                  base::Millis bound) {
  if (!enabled(level)) return true;
  return writer_.deliver(format_line(format_, clock_.wall(), level, message, fields), bound);
}

bool Log::flush(base::Millis bound) {
  return writer_.flush(bound);
}

}  // namespace ordo::program
