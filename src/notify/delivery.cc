#include "notify/delivery.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/http_rules.h"
#include "base/text.h"

namespace ordo::notify {
namespace {

constexpr std::size_t kMaxQuotedBytes = 200;

// The receiver does not understand this very notice. Any other answer may be another one tomorrow:
// somebody mends a token, a path or the receiver.
bool is_for_good(int status) {
  return status == 400 || status == 413 || status == 415 || status == 422;
}

}  // namespace

base::Result<void> read_delivery(const net::Exchanged& exchanged, const std::string& channel) {
  if (!exchanged) {
    const net::ExchangeError& error = exchanged.error();
    const bool too_long = error.fault == net::ExchangeFault::too_large;
    if (too_long && base::is_success(error.status)) return {};
    return base::fail(
        is_for_good(error.status) ? base::ErrorCode::invalid : base::ErrorCode::unavailable,
        fmt::format("channel \"{}\": {}", channel, error.message));
  }
  const int status = exchanged->status;
  if (base::is_success(status)) return {};
  std::string message = fmt::format("channel \"{}\": the receiver answered {}", channel, status);
  if (base::is_valid_utf8(exchanged->body) && !exchanged->body.empty()) {
    message += ": ";
    message += base::clip(exchanged->body, kMaxQuotedBytes);
  }
  return base::fail(is_for_good(status) ? base::ErrorCode::invalid : base::ErrorCode::unavailable,
                    std::move(message));
}

base::Result<void> deliver(net::AsyncClient& client, net::AsyncRequest request,
                           const std::string& channel) {
  return read_delivery(net::exchange_and_wait(client, std::move(request), kPatience), channel);
}

}  // namespace ordo::notify
