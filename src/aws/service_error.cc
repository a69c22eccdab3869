#include "aws/service_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "net/retry_after.h"

namespace ordo::aws {
namespace {

constexpr std::size_t kMaxToldBytes = 500;

// What AWS's own clients take for a sign of too many calls.
constexpr std::array<std::string_view, 15> kThrottlingCodes = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "KmsThrottled"};

constexpr std::array<std::string_view, 6> kPassingCodes = {
    "RequestTimeout",  "RequestTimeoutException", "InternalError",
    "InternalFailure", "InternalServerError",     "ServiceUnavailable"};

constexpr std::array<std::string_view, 6> kTimeCodes = {
    "RequestTimeTooSkewed",      "RequestExpired", "RequestInTheFuture", "SignatureDoesNotMatch",
    "InvalidSignatureException", "AuthFailure"};

constexpr std::array<std::string_view, 4> kExpiredCodes = {
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "ExpiredTokenFault"};

constexpr std::array<std::string_view, 8> kMissingCodes = {
    "ResourceNotFoundException",
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NotFound",
    "NotFoundException",
    "FunctionNotFound",
    "PermanentRedirect"};

constexpr std::array<std::string_view, 4> kConditionCodes = {
    "ConditionalCheckFailedException", "TransactionCanceledException",
    "TransactionConflictException", "PreconditionFailed"};

bool is_one_of(std::string_view code, std::span<const std::string_view> codes) noexcept {
  return std::ranges::find(codes, code) != codes.end();
}

// "com.amazonaws.sqs#QueueDoesNotExist:http://…" → "QueueDoesNotExist"
std::string bare_code(std::string_view text) {
  text = text.substr(0, text.find(':'));
  return std::string(base::trim(text.substr(text.find('#') + 1)));
}

std::string_view element_of(std::string_view xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + open.size());
  const std::size_t end = xml.find(fmt::format("</{}>", name));
  return end == std::string_view::npos ? std::string_view() : xml.substr(0, end);
}

void read_json_error(const std::vector<base::JsonMember>& members, ServiceError& error) {
  for (const std::string_view name : {"__type", "code", "Code"}) {
    if (error.code.empty()) error.code = bare_code(base::text_of(members, name));
  }
  for (const std::string_view name : {"message", "Message", "errorMessage"}) {
    if (error.message.empty()) error.message = base::text_of(members, name);
  }
}

std::optional<base::Millis> asked_pause(const net::Headers& headers, base::WallTime now) {
  if (const std::string_view ms = headers.get("x-amz-retry-after"); !ms.empty()) {
    std::int64_t count = 0;
    const auto end = std::from_chars(ms.data(), ms.data() + ms.size(), count);
    const bool whole = end.ec == std::errc() && end.ptr == ms.data() + ms.size();
    if (whole && count >= 0) return std::min(base::Millis(count), net::kMaxRetryAfter);
  }
  return net::parse_retry_after(headers.get("Retry-After"), now);
}

// What whoever runs this can do about it; empty: it is about the call itself.
std::string_view remedy_of(const ServiceError& error) {
  if (is_expired_session(error)) {
    return "the session of the credentials is over: give new ones, or a source that renews them";
  }
  if (error.code == "RequestTimeTooSkewed" || error.code == "RequestExpired") {
    return "set this machine's clock";
  }
  const bool refused = error.status == 401 || error.status == 403;
  if (refused || error.code.starts_with("AccessDenied") || error.code == "AuthorizationError" ||
      error.code == "UnrecognizedClientException" || error.code == "InvalidClientTokenId" ||
      error.code == "InvalidSignatureException" ||
      error.code.starts_with("MissingAuthentication") || error.code.starts_with("KMS") ||
      error.code.starts_with("Kms.")) {
    return "check the credentials, and what the role that is used may do";
  }
  if (is_missing(error)) return "check its name and the region, and whether it is deployed";
  return {};
}

}  // namespace

ServiceError read_service_error(const net::Response& response, base::WallTime now) {
  ServiceError error{.status = response.status, .code = {}, .message = {}, .body = response.body};
  error.code = bare_code(response.headers.get("x-amzn-errortype"));
  if (const auto members = base::parse_json_object(response.body)) {
    read_json_error(*members, error);
  } else {
    if (error.code.empty()) error.code = element_of(response.body, "Code");
    error.message = element_of(response.body, "Message");
  }
  if (error.code.empty()) error.code = fmt::format("Http{}", response.status);
  if (error.message.empty() && base::is_valid_utf8(response.body)) {
    error.message = base::clip(response.body, kMaxToldBytes);
  }
  error.retry_after = asked_pause(response.headers, now);
  error.perhaps_done = response.status >= 500 && !is_throttling(error);
  return error;
}

bool is_throttling(const ServiceError& error) noexcept {
  return error.status == 429 || is_one_of(error.code, kThrottlingCodes);
}

bool is_passing(const ServiceError& error) noexcept {
  const bool broken =
      error.status == 500 || error.status == 502 || error.status == 503 || error.status == 504;
  return broken || is_throttling(error) || is_one_of(error.code, kPassingCodes) ||
         (error.status == 0 && (error.code == kUnreachable || error.code == kNoAnswer));
}

bool is_about_time(const ServiceError& error) noexcept {
  return is_one_of(error.code, kTimeCodes);
}

bool is_expired_session(const ServiceError& error) noexcept {
  return is_one_of(error.code, kExpiredCodes);
}

bool is_missing(const ServiceError& error) noexcept {
  return is_one_of(error.code, kMissingCodes);
}

base::Error to_error(const ServiceError& error) {
  using enum base::ErrorCode;
  const std::string_view remedy = remedy_of(error);
  std::string message = error.call;
  message += error.status == 0 ? fmt::format(": {}", error.code)
                               : fmt::format(": {} ({})", error.code, error.status);
  if (!error.message.empty()) {
    message += ": ";
    message += base::clip(error.message, kMaxToldBytes);
  }
  if (!remedy.empty()) message += fmt::format("; {}", remedy);
  base::ErrorCode code = invalid;
  if (error.code == kAnswerTooLarge || error.status == 413) {
    code = too_large;
  } else if (error.code == kBadAnswer || error.code == kUnsendable) {
    code = internal;
  } else if (is_one_of(error.code, kConditionCodes)) {
    code = conflict;
  } else if (!remedy.empty() || error.code == kNoCredentials || error.code == kStopped ||
             error.code == kTimeIsUp || error.status >= 500 || is_passing(error)) {
    code = unavailable;
  }
  return {code, std::move(message), {}};
}

}  // namespace ordo::aws
