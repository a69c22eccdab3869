// Signed calls of one AWS service.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/endpoints.h"
#include "aws/service_error.h"
#include "base/time.h"
#include "net/async_client.h"
#include "net/http.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace ordo::aws {

// When whoever waits for what calls come to is gone. Any thread. In a process that serves one after
// the other: a call that is still under way when the next one is served goes by that one's end.
class WorkEnd {
 public:
  void set(base::MonoTime end) noexcept { ns_ = end.ns(); }
  [[nodiscard]] base::MonoTime get() const noexcept { return base::MonoTime::from_ns(ns_); }

 private:
  std::atomic<std::int64_t> ns_ = std::numeric_limits<std::int64_t>::max();
};

// What all calls are made with. Borrowed: everything outlives those that have it.
struct CallContext {
  net::AsyncClient& http;
  CredentialsSource& credentials;
  const ports::Clock& clock;
  ports::Random& random;
  std::function<void(base::Millis)> pause;  // blocks for so long; any thread
  const WorkEnd* end = nullptr;             // no call goes on after it; null: there is none
};

inline constexpr unsigned kMaxTries = 5;
inline constexpr base::Millis kPauseBase{100};
inline constexpr base::Millis kPauseCap{5'000};
inline constexpr std::size_t kMaxAnswerBytes = 32UL * 1024 * 1024;

struct CallLimits {
  base::Millis one_try{10'000};
  base::Millis connect{3'000};  // of which so much for the connection
  base::Millis whole{25'000};   // all tries and the pauses between them
  unsigned tries = kMaxTries;
  // False: what the service may have done already is not asked for again.
  bool repeatable = true;
};

// How long to wait after so many failed tries (from 1 on): anything up to a bound that doubles.
[[nodiscard]] base::Millis full_jitter(unsigned failed, ports::Random& random);

// When a message was written, by its field Date ("Sun, 06 Nov 1994 08:49:37 GMT").
[[nodiscard]] std::optional<base::WallTime> parse_http_date(std::string_view text);

// Any thread. Connections are used again.
class ServiceClient {
 public:
  ServiceClient(const CallContext& context, Endpoint endpoint);

  // Signs and sends `request` (method, path under the endpoint, query, headers, body; percent-
  // encoded) and returns a success (2xx). Anything else is an error. Each try is signed anew;
  // throttling and passing faults are tried again after a pause, which is at least what the service
  // asks for, while there is time: `limits`, and the context's end. A session that has expired is
  // renewed once, and a clock that is wrong is allowed for.
  std::expected<net::Response, ServiceError> call(const net::Request& request,
                                                  const CallLimits& limits = {});

  [[nodiscard]] const CallContext& context() const noexcept { return context_; }
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  std::expected<net::Response, ServiceError> send_once(const net::Request& request,
                                                       const Credentials& credentials,
                                                       const CallLimits& limits, base::Millis left);
  bool allow_for_clock(std::string_view date);
  [[nodiscard]] base::WallTime service_time() const;

  const CallContext context_;
  const Endpoint endpoint_;
  std::string origin_;                      // of the endpoint's URL: "https://host:port"
  std::string prefix_;                      // its path, or nothing
  std::string host_;                        // as it is sent
  std::atomic<std::int64_t> ahead_ms_ = 0;  // the service's clock, of ours
};

}  // namespace ordo::aws
