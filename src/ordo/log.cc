#include "ordo/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <iterator>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/text.h"

namespace ordo::program {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};

std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

// Handlers write any bytes, and a line must be one that its readers can read.
void append_text(std::string& out, std::string_view text) {
  while (const auto bad = base::find_invalid_utf8(text)) {
    out += text.substr(0, *bad);
    out += "\xef\xbf\xbd";  // U+FFFD
    text.remove_prefix(*bad + 1);
  }
  out += text;
}

void append_quoted(std::string& out, std::string_view text) {
  if (base::is_valid_utf8(text)) return base::append_json_string(out, text);
  std::string readable;
  append_text(readable, text);
  base::append_json_string(out, readable);
}

void append_value(std::string& out, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_quoted(out, *text);
  } else if (const auto* whole = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *whole);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", std::get<double>(field.value));
  }
}

bool says_nothing(const LogField& field) {
  const auto* const text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && text->empty();
}

std::string json_line(base::WallTime time, Level level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string out = R"({"time":")";
  base::append_time(out, time);
  fmt::format_to(std::back_inserter(out), R"(","level":"{}","message":)", name_of(level));
  append_quoted(out, message);
  for (const LogField& field : fields) {
    if (says_nothing(field)) continue;
    out.push_back(',');
    base::append_json_string(out, field.name);
    out.push_back(':');
    append_value(out, field);
  }
  out.push_back('}');
  return out;
}

std::string human_line(base::WallTime time, Level level, std::string_view message,
                       std::initializer_list<LogField> fields) {
  std::string out = base::format_time(time).substr(11, 12);
  fmt::format_to(std::back_inserter(out), " {:<7} ", name_of(level));
  append_text(out, message);
  for (const LogField& field : fields) {
    if (says_nothing(field)) continue;
    fmt::format_to(std::back_inserter(out), "  {}=", field.name);
    append_value(out, field);
  }
  return out;
}

}  // namespace

std::string format_line(LogFormat format, base::WallTime time, Level level,
                        std::string_view message, std::initializer_list<LogField> fields) {
  return format == LogFormat::json ? json_line(time, level, message, fields)
                                   : human_line(time, level, message, fields);
}

Log::Log(const ports::Clock& clock, std::string_view format, std::string_view level, int fd)
    : clock_(clock),
      format_(format == "human" || (format == "auto" && isatty(fd) == 1) ? LogFormat::human
                                                                         : LogFormat::json),
      writer_(fd, [this](std::uint64_t dropped) {
        return format_line(format_, clock_.wall(), Level::warning,
                           fmt::format("{} lines were dropped", dropped), {});
      }) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == level) least_ = static_cast<Level>(i);
  }
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
