// Lines of the structured log: a JSON object a line for machines, a short line for people at a
// terminal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace ordo::base {

enum class Level : std::uint8_t { debug, info, warning, error };

// One named value of a line. Never a secret, never a payload.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;
};

enum class LogFormat : std::uint8_t { json, human };

// Pure: the whole line, without its end. An empty text is left out. A byte that is not UTF-8
// becomes U+FFFD.
[[nodiscard]] std::string format_line(LogFormat format, WallTime time, Level level,
                                      std::string_view message,
                                      std::initializer_list<LogField> fields);

[[nodiscard]] std::optional<Level> level_named(std::string_view name) noexcept;

}  // namespace ordo::base
