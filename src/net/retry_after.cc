#include "net/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "net/field_values.h"

namespace ordo::net {
namespace {

// "Sunday, 06-Nov-94 08:49:37 GMT" and as much again.
constexpr std::size_t kMaxDateBytes = 64;

}  // namespace

std::optional<base::Millis> parse_retry_after(std::string_view text, base::WallTime now) {
  text = strip(text);
  if (text.empty() || text.size() > kMaxDateBytes) return std::nullopt;
  if (std::ranges::all_of(text, base::is_digit)) {
    std::uint64_t seconds = 0;
    const auto fault = std::from_chars(text.data(), text.data() + text.size(), seconds).ec;
    const auto most = static_cast<std::uint64_t>(kMaxRetryAfter.count() / 1000);
    if (fault != std::errc() || seconds > most) return kMaxRetryAfter;
    return base::Millis(static_cast<std::int64_t>(seconds) * 1000);
  }
  // curl reads much more than HTTP's forms; all of those start with the name of a day and have a
  // time.
  if (base::is_digit(text.front()) || text.find(':') == std::string_view::npos) return std::nullopt;
  const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  const base::Millis pause = base::WallTime::from_ms(std::int64_t{date} * 1000) - now;
  return std::clamp(pause, base::Millis(0), kMaxRetryAfter);
}

}  // namespace ordo::net
