#include "base/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/text.h"

namespace ordo::base {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};

std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

// Handlers write any bytes, and a line must be one that its readers can read.
void append_text(std::string& out, std::string_view text) {
  while (const auto bad = find_invalid_utf8(text)) {
    out += text.substr(0, *bad);
    out += "\xef\xbf\xbd";  // U+FFFD
    text.remove_prefix(*bad + 1);
  }
  out += text;
}

void append_quoted(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) return append_json_string(out, text);
  std::string readable;
  append_text(readable, text);
  append_json_string(out, readable);
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

std::string json_line(WallTime time, Level level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string out = R"({"time":")";
  append_time(out, time);
  fmt::format_to(std::back_inserter(out), R"(","level":"{}","message":)", name_of(level));
  append_quoted(out, message);
  for (const LogField& field : fields) {
    if (says_nothing(field)) continue;
    out.push_back(',');
    append_json_string(out, field.name);
    out.push_back(':');
    append_value(out, field);
  }
  out.push_back('}');
  return out;
}

std::string human_line(WallTime time, Level level, std::string_view message,
                       std::initializer_list<LogField> fields) {
  std::string out = format_time(time).substr(11, 12);
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

std::string format_line(LogFormat format, WallTime time, Level level, std::string_view message,
                        std::initializer_list<LogField> fields) {
  return format == LogFormat::json ? json_line(time, level, message, fields)
                                   : human_line(time, level, message, fields);
}

std::optional<Level> level_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kLevels, name);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<Level>(found - kLevels.begin());
}

}  // namespace ordo::base
