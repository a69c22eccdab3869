#include "aws/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/http_rules.h"
#include "base/iso8601.h"
#include "base/text.h"

namespace ordo::aws {
namespace {

// Until it is a call's turn to be sent, at most.
constexpr base::Millis kTurnPatience{10'000};
// AWS takes a signature that is five minutes off.
constexpr base::Millis kTellingSkew{4LL * 60 * 1000};

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

ServiceError not_answered(const net::ExchangeError& error) {
  using enum net::ExchangeFault;
  ServiceError out{.status = 0, .code = std::string(kUnreachable), .message = error.message};
  switch (error.fault) {
    case invalid:
      out.code = kUnsendable;
      break;
    case timeout:
    case broken:
      out.code = kNoAnswer;
      out.perhaps_done = true;
      break;
    case cancelled:
      out.code = kStopped;
      out.perhaps_done = true;
      break;
    case too_large:
      out.code = kAnswerTooLarge;
      out.perhaps_done = true;
      break;
    case busy:
    case address_not_allowed:
    case unreachable:
    case tls:
      break;
  }
  return out;
}

// The host as libcurl sends it: without a port that goes without saying.
std::string sent_host(std::string_view origin) {
  const bool secure = origin.starts_with("https");
  origin.remove_prefix(origin.find("://") + 3);
  std::string host(origin);
  std::ranges::transform(host, host.begin(), base::ascii_lower);
  const std::string_view usual = secure ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  return host;
}

bool is_worth_another_try(const ServiceError& error, const CallLimits& limits) {
  return is_passing(error) && (limits.repeatable || !error.perhaps_done);
}

}  // namespace

base::Millis full_jitter(unsigned failed, ports::Random& random) {
  std::int64_t bound = kPauseBase.count();
  for (unsigned i = 1; i < failed && bound < kPauseCap.count(); ++i) bound *= 2;
  bound = std::min(bound, static_cast<std::int64_t>(kPauseCap.count()));
  return base::Millis(
      static_cast<std::int64_t>(random.next() % (static_cast<std::uint64_t>(bound) + 1)));
}

std::optional<base::WallTime> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto time = base::parse_time(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4),
                                                 month - kMonths.begin() + 1, text.substr(5, 2),
                                                 text.substr(17, 8)));
  return time ? std::optional(*time) : std::nullopt;
}

ServiceClient::ServiceClient(const CallContext& context, Endpoint endpoint)
    : context_(context), endpoint_(std::move(endpoint)) {
  const std::string& url = endpoint_.url;
  const std::size_t path = std::min(url.find('/', url.find("://") + 3), url.size());
  origin_ = url.substr(0, path);
  prefix_ = url.substr(path);
  host_ = sent_host(origin_);
}

base::WallTime ServiceClient::service_time() const {
  return context_.clock.wall() + base::Millis(ahead_ms_);
}

// Whether the service's clock is so far from what was signed with that this explains the refusal.
bool ServiceClient::allow_for_clock(std::string_view date) {
  const auto theirs = parse_http_date(date);
  if (!theirs || std::chrono::abs(*theirs - service_time()) < kTellingSkew) return false;
  ahead_ms_ = (*theirs - context_.clock.wall()).count();
  return true;
}

std::expected<net::Response, ServiceError> ServiceClient::send_once(const net::Request& request,
                                                                    const Credentials& credentials,
                                                                    const CallLimits& limits,
                                                                    base::Millis left) {
  net::Request signed_request = request;
  signed_request.path = prefix_ + request.path;
  signed_request.headers.add("Host", host_);
  sign(signed_request, endpoint_.scope, credentials, service_time());
  net::AsyncRequest sent;
  sent.url = origin_ + signed_request.path;
  if (!signed_request.query.empty()) sent.url += "?" + signed_request.query;
  sent.method = std::move(signed_request.method);
  sent.headers = std::move(signed_request.headers);
  sent.body = std::move(signed_request.body);
  sent.timeout = std::min(limits.one_try, left);
  sent.connect_timeout = limits.connect;
  sent.max_response_bytes = kMaxAnswerBytes;
  // Whoever deployed this chose the address; endpoints of a private network are private.
  sent.allow_private = true;
  net::Exchanged exchanged = net::exchange_and_wait(context_.http, std::move(sent), kTurnPatience);
  if (!exchanged) return std::unexpected(not_answered(exchanged.error()));
  if (base::is_success(exchanged->status)) return std::move(*exchanged);
  ServiceError error = read_service_error(*exchanged, context_.clock.wall());
  if (is_about_time(error) && allow_for_clock(exchanged->headers.get("Date"))) {
    error.retry_after = base::Millis(0);
    error.code = "RequestTimeTooSkewed";
  }
  return std::unexpected(std::move(error));
}

std::expected<net::Response, ServiceError> ServiceClient::call(const net::Request& request,
                                                               const CallLimits& limits) {
  base::MonoTime end = context_.clock.mono() + limits.whole;
  if (context_.end != nullptr) end = std::min(end, context_.end->get());
  const auto left = [&] {
    return std::chrono::duration_cast<base::Millis>(end - context_.clock.mono());
  };
  bool mended = false;  // once: the session or the clock
  bool perhaps_done = false;
  for (unsigned failed = 0;;) {
    const auto credentials = context_.credentials.get();
    if (!credentials) {
      return std::unexpected(ServiceError{.status = 0,
                                          .code = std::string(kNoCredentials),
                                          .message = credentials.error().message,
                                          .call = endpoint_.scope.service});
    }
    if (left() <= base::Millis(0)) {
      return std::unexpected(ServiceError{.status = 0,
                                          .code = std::string(kTimeIsUp),
                                          .message = "there was no time left for it",
                                          .call = endpoint_.scope.service,
                                          .perhaps_done = perhaps_done});
    }
    const std::int64_t ahead = ahead_ms_;
    auto answer = send_once(request, *credentials, limits, left());
    if (answer) return answer;
    ServiceError& error = answer.error();
    error.call = endpoint_.scope.service;
    // By any of the tries, whatever the last one came to.
    perhaps_done = error.perhaps_done = error.perhaps_done || perhaps_done;
    if (is_expired_session(error)) context_.credentials.reject(*credentials);
    const bool may_mend = is_expired_session(error) || ahead != ahead_ms_;
    if (may_mend && !std::exchange(mended, true)) continue;
    ++failed;
    if (failed >= limits.tries || !is_worth_another_try(error, limits)) return answer;
    const base::Millis pause =
        std::max(full_jitter(failed, context_.random), error.retry_after.value_or(base::Millis(0)));
    if (pause >= left()) return answer;
    context_.pause(pause);
  }
}

}  // namespace ordo::aws
