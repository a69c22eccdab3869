#include "cli/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ordo::cli {
namespace {

constexpr base::Millis kFirstRetry{200};
constexpr base::Millis kLongestRetry{5'000};

bool worth_another_try(const base::Result<net::Response>& response) {
  if (!response) return response.error().code == base::ErrorCode::unavailable;
  return response->status == 429 || response->status == 503;
}

// What the server asks for, or `otherwise`.
base::Millis pause_before_next(const base::Result<net::Response>& response,
                               base::Millis otherwise) {
  if (!response) return otherwise;
  const std::string_view text = response->headers.get("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0) return otherwise;
  return std::clamp(base::Millis(seconds * 1000L), kFirstRetry, kLongestRetry);
}

}  // namespace

base::Result<net::Response> exchange_until_answered(Remote& remote, const Call& call,
                                                    const Environment& environment,
                                                    Progress& progress, base::Millis retry_for) {
  const base::MonoTime until = environment.now() + retry_for;
  base::Millis pause = kFirstRetry;
  while (true) {
    auto response = remote.exchange(call);
    if (!worth_another_try(response)) return response;
    const base::Millis wait = pause_before_next(response, pause);
    if (environment.now() + wait > until) return response;
    if (environment.progress) {
      progress.show(
          fmt::format("the server is {}; trying again", response ? "busy" : "not to be reached"));
    }
    environment.pause(wait);
    pause = std::min(pause * 2, kLongestRetry);
  }
}

}  // namespace ordo::cli
