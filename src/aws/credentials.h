// Who calls AWS, and where that is found out.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "aws/shared_file.h"
#include "aws/sigv4.h"
#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"
#include "ports/clock.h"

namespace ordo::aws {

// Any thread. Asked before each try of a call. No error and no message ever holds a secret.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;

  virtual base::Result<Credentials> get() = 0;
  // A service says that the session is over: the next get() finds out anew.
  virtual void reject(const Credentials& used) = 0;
};

// Always the same.
class FixedCredentials : public CredentialsSource {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  base::Result<Credentials> get() override { return credentials_; }
  void reject(const Credentials& /*used*/) override {}

 private:
  const Credentials credentials_;
};

// Before the end of a session new credentials are looked for; while that fails, the old ones serve
// to their end.
inline constexpr base::Millis kRenewBefore{5LL * 60 * 1000};
inline constexpr base::Millis kPauseBetweenRenewals{10'000};
inline constexpr base::Millis kContainerTimeout{2'000};
inline constexpr unsigned kContainerTries = 3;
inline constexpr base::Millis kContainerPause{500};

// What the surroundings of the process offer, the first of:
//   the environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   the shared files  see shared_file.h
//   the container     AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, the latter by https, or
//                     of this machine or the addresses that AWS has for it, with
//                     AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN
// One thread at a time looks; the others wait only when there is nothing that still serves.
class AmbientCredentials : public CredentialsSource {
 public:
  // All borrowed; `pause` blocks for so long.
  AmbientCredentials(Environment environment, net::AsyncClient& http, const ports::Clock& clock,
                     std::function<void(base::Millis)> pause);

  // `unavailable`: there are none, or they cannot be had just now; it says what was looked at and
  // what to set. `invalid`: what was found cannot be used.
  base::Result<Credentials> get() override;
  void reject(const Credentials& used) override;

 private:
  base::Result<Credentials> find() const;
  base::Result<std::optional<Credentials>> in_environment() const;
  base::Result<std::optional<Credentials>> of_container() const;
  base::Result<net::AsyncRequest> container_request() const;
  void keep(const base::Result<Credentials>& found);

  const Environment environment_;
  net::AsyncClient& http_;
  const ports::Clock& clock_;
  const std::function<void(base::Millis)> pause_;

  std::mutex mutex_;
  std::condition_variable found_;
  bool finding_ = false;
  std::optional<Credentials> current_;
  std::optional<base::Error> failure_;      // of the last look, for those who waited for it
  std::optional<base::WallTime> renew_at_;  // nothing: never
};

}  // namespace ordo::aws
