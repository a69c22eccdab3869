// Why a call of an AWS service failed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::aws {

struct ServiceError {
  int status = 0;       // of the answer; 0: there was none
  std::string code;     // the service's own ("ThrottlingException"), or one of those below
  std::string message;  // the service's, or ours
  std::string body = {};
  std::string call = {};                         // what was asked: "sqs SendMessage"
  bool perhaps_done = false;                     // the service may have done it all the same
  std::optional<base::Millis> retry_after = {};  // as the service asks for
};

// Codes of ours; the status is 0 but for the last.
inline constexpr std::string_view kNoCredentials = "NoCredentials";    // nothing was sent
inline constexpr std::string_view kTimeIsUp = "TimeIsUp";              // not sent, or not again
inline constexpr std::string_view kUnreachable = "Unreachable";        // nothing was sent
inline constexpr std::string_view kUnsendable = "Unsendable";          // no request can be so
inline constexpr std::string_view kStopped = "Stopped";                // it was sent, perhaps
inline constexpr std::string_view kNoAnswer = "NoAnswer";              // it was sent, perhaps
inline constexpr std::string_view kAnswerTooLarge = "AnswerTooLarge";  // it was done
inline constexpr std::string_view kBadAnswer = "BadAnswer";            // it was done

// Of an answer that is no success: the code and the message from JSON, XML or the headers.
[[nodiscard]] ServiceError read_service_error(const net::Response& response, base::WallTime now);

// The service has no capacity for it just now, and did not do it.
[[nodiscard]] bool is_throttling(const ServiceError& error) noexcept;
// It may work if it is done again: throttled, or the service or the way to it has a fault.
[[nodiscard]] bool is_passing(const ServiceError& error) noexcept;
// The signature's time is wrong, or may be.
[[nodiscard]] bool is_about_time(const ServiceError& error) noexcept;
[[nodiscard]] bool is_expired_session(const ServiceError& error) noexcept;
// The table, queue, topic, bucket or function that was named is not there.
[[nodiscard]] bool is_missing(const ServiceError& error) noexcept;

// `unavailable`: passing faults, and what whoever runs this must put right, which the message says.
// `conflict`: a condition of the call did not hold. `too_large`, `internal`: see the codes.
// `invalid`: anything else that the service refuses.
[[nodiscard]] base::Error to_error(const ServiceError& error);

}  // namespace ordo::aws
