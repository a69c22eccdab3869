#include "net/field_values.h"

#include <algorithm>
#include <cstddef>

#include "base/http_rules.h"
#include "base/text.h"

namespace ordo::net {
namespace {

// Where the quoted text that starts at `at` has its last quote, or the end.
std::size_t end_of_quoted(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at, text.size());
}

}  // namespace

std::string_view strip(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_part(std::string_view& rest, char mark) noexcept {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != mark) {
    end = rest[end] == '"' ? end_of_quoted(rest, end) : end;
    if (end < rest.size()) ++end;
  }
  const std::string_view part = strip(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

bool weighs_nothing(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    std::string_view value = take_part(parameters, ';');
    const std::string_view name = take_part(value, '=');
    if (!base::equals_ignoring_case(name, "q")) continue;
    value = strip(value);
    return value.starts_with('0') && value.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

bool is_parameter(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !base::is_token(text.substr(0, equals))) return false;
  const std::string_view value = text.substr(equals + 1);
  if (!value.starts_with('"')) return base::is_token(value);
  return value.size() >= 2 && end_of_quoted(value, 0) == value.size() - 1;
}

}  // namespace ordo::net
