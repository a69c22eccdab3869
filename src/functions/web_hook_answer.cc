#include "functions/web_hook_answer.h"

#include <fmt/format.h>

#include <utility>

#include "base/http_rules.h"
#include "base/json.h"
#include "base/text.h"
#include "functions/call_faults.h"
#include "functions/failures.h"
#include "functions/http_quote.h"
#include "net/retry_after.h"

namespace ordo::functions {
namespace {

std::optional<std::string> result_in(const std::string& body) {
  auto text = base::compact_json(body);
  if (!text || !text->starts_with('{')) return std::nullopt;
  return std::move(*text);
}

domain::Failure refused(int status, std::string_view body, std::string_view retry_after,
                        base::WallTime now) {
  std::string message = fmt::format("the web hook answered {}", status);
  if (status >= 300 && status < 400) message += "; redirects are not followed";
  if (const std::string_view quote = quotable(body); !quote.empty()) {
    message += ": ";
    message += quote;
  }
  return {.type = "HttpStatus",
          .message = std::move(message),
          .retry_after = net::parse_retry_after(retry_after, now),
          .permanent = status == 410 || status == 422};
}

domain::Failure unanswered(const net::ExchangeError& error) {
  using enum net::ExchangeFault;
  const auto failure = [&](const char* type, bool permanent = false) {
    return domain::Failure{.type = type, .message = error.message, .permanent = permanent};
  };
  switch (error.fault) {
    case invalid:
      return failure("InvalidRequest", true);
    case busy:
      return failure("Busy");
    case address_not_allowed:
      return failure("AddressNotAllowed", true);
    case unreachable:
      return failure("Unreachable");
    case tls:
      return failure("TlsError");
    case timeout:
      return failure("Timeout");
    case broken:
    case too_large:
      return failure("BrokenAnswer");
    case cancelled:
      break;
  }
  return stopped();
}

}  // namespace

HookOutcome read_hook_answer(const net::Exchanged& exchanged, base::WallTime now) {
  if (exchanged) {
    if (base::is_success(exchanged->status)) return result_in(exchanged->body);
    return std::unexpected(
        refused(exchanged->status, exchanged->body, exchanged->headers.get("Retry-After"), now));
  }
  const net::ExchangeError& error = exchanged.error();
  if (error.status == 0) return std::unexpected(unanswered(error));
  // The status is the outcome; a text that is not whole is no result and no message.
  if (!base::is_success(error.status)) {
    return std::unexpected(refused(error.status, {}, error.headers.get("Retry-After"), now));
  }
  if (error.fault == net::ExchangeFault::too_large) return std::nullopt;
  return std::unexpected(unanswered(error));
}

ports::CallOutcome read_hook_call(const net::Exchanged& exchanged) {
  const auto fault = [](const std::string& error, std::string_view cause) {
    return std::unexpected(ports::CallFault{
        "Http." + error, std::string(base::clip(cause, ports::kMaxCallCauseBytes))});
  };
  const int status = exchanged ? exchanged->status : exchanged.error().status;
  if (status != 0 && !base::is_success(status)) {
    const std::string_view body = exchanged ? std::string_view(exchanged->body) : "";
    return fault(fmt::format("StatusCode.{}", status), quotable(body, ports::kMaxCallCauseBytes));
  }
  if (!exchanged) {
    const net::ExchangeError& error = exchanged.error();
    if (error.fault == net::ExchangeFault::cancelled) return std::unexpected(call_stopped());
    if (error.fault == net::ExchangeFault::too_large) {
      return fault("ResponseTooLarge", error.message);
    }
    return fault(unanswered(error).type, error.message);
  }
  if (base::trim(exchanged->body).empty()) return "null";
  auto text = base::compact_json(exchanged->body);
  if (!text) return fault("MalformedResponse", text.error().message);
  return std::move(*text);
}

}  // namespace ordo::functions
