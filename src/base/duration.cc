#include "base/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace ordo::base {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  constexpr double kLongestMs = 100.0 * 365 * 86'400'000;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  for (const auto& [name, ms] : kUnits) {
    if (error != std::errc() || unit != name) continue;
    const double total = number * static_cast<double>(ms);
    if (!(total >= 0 && total <= kLongestMs)) break;
    return Millis(std::llround(total));
  }
  return fail(ErrorCode::invalid,
              fmt::format("\"{}\" is not a duration such as 250ms, 2s, 5m, 24h or 7d", text));
}

std::string duration_text(Millis duration) {
  std::string text = "0s";
  for (const auto& [name, ms] : kUnits) {
    const bool whole = duration.count() != 0 && duration.count() % ms == 0;
    if (whole) text = fmt::format("{}{}", duration.count() / ms, name);
  }
  return text;
}

}  // namespace ordo::base
