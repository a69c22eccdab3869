#include "aws/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/http_rules.h"
#include "base/iso8601.h"
#include "base/json.h"
#include "base/text.h"
#include "net/address_rules.h"

namespace ordo::aws {
namespace {

constexpr std::string_view kContainerHost = "http://169.254.170.2";
// What containers are told to ask: this machine, the agents of ECS and of EKS.
constexpr std::array<std::string_view, 5> kContainerHosts = {
    "localhost", "169.254.170.2", "169.254.170.23", "[::1]", "[fd00:ec2::23]"};
constexpr std::size_t kMaxContainerAnswerBytes = 64UL * 1024;
constexpr base::Millis kContainerPatience{5'000};

std::string setting(const Settings& settings, const std::string& name) {
  const auto at = settings.find(name);
  return at == settings.end() ? "" : at->second;
}

// `where` names the place, not what is in it.
base::Result<std::optional<Credentials>> whole_credentials(Credentials credentials,
                                                           std::string_view where) {
  const bool has_key = !credentials.access_key_id.empty();
  const bool has_secret = !credentials.secret_access_key.empty();
  if (!has_key && !has_secret) return std::nullopt;
  if (has_key && has_secret) return std::optional(std::move(credentials));
  return base::fail(base::ErrorCode::invalid,
                    fmt::format("{} gives {} without {}; give both or neither", where,
                                has_key ? "an access key id" : "a secret access key",
                                has_key ? "its secret access key" : "its access key id"));
}

base::Result<std::optional<Credentials>> in_settings(const Settings& settings,
                                                     std::string_view where) {
  return whole_credentials({.access_key_id = setting(settings, "aws_access_key_id"),
                            .secret_access_key = setting(settings, "aws_secret_access_key"),
                            .session_token = setting(settings, "aws_session_token")},
                           where);
}

base::Result<std::optional<Credentials>> in_shared_files(const Environment& environment) {
  const auto profile = read_shared_profile(environment);
  if (!profile) return base::fail(profile.error());
  for (const auto& [settings, file] : {std::pair(&profile->credentials, &profile->credentials_file),
                                       std::pair(&profile->config, &profile->config_file)}) {
    auto found =
        in_settings(*settings, fmt::format("the profile \"{}\" of \"{}\"", profile->name, *file));
    if (!found || *found) return found;
  }
  for (const char* const way : {"role_arn", "sso_session", "sso_start_url", "credential_process"}) {
    if (!profile->config.contains(way) && !profile->credentials.contains(way)) continue;
    return base::fail(
        base::ErrorCode::invalid,
        fmt::format("the profile \"{}\" asks for {}, which is not done here; let the AWS command "
                    "do it: eval \"$(aws configure export-credentials --profile {} --format env)\"",
                    profile->name, way, profile->name));
  }
  return std::nullopt;
}

bool may_be_asked(const std::string& url) {
  const auto host_and_port = net::host_of_url(url);
  if (!host_and_port) return false;
  if (url.starts_with("https:")) return true;
  const std::string host = host_and_port->substr(0, host_and_port->rfind(':'));
  if (std::ranges::find(kContainerHosts, host) != kContainerHosts.end()) return true;
  return host.starts_with("127.") && net::is_public_address(host).has_value();
}

// Read each time: whoever gives it renews it in its file.
base::Result<std::string> container_token(const Environment& environment) {
  const std::string file = value_in(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  std::string token = value_in(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
      return base::fail(base::ErrorCode::unavailable,
                        fmt::format("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names {}, which cannot "
                                    "be read or is empty",
                                    file));
    }
    token = base::trim(text.view());
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return base::fail(base::ErrorCode::invalid,
                      "the token for the credentials of the container has several lines; see "
                      "AWS_CONTAINER_AUTHORIZATION_TOKEN and its _FILE");
  }
  return token;
}

base::Result<Credentials> read_container_answer(const net::Exchanged& exchanged) {
  const auto failed = [](std::string_view why) {
    return base::fail(
        base::ErrorCode::unavailable,
        fmt::format("the container's credentials (AWS_CONTAINER_CREDENTIALS_*) cannot be had: {}",
                    why));
  };
  if (!exchanged) return failed(exchanged.error().message);
  if (!base::is_success(exchanged->status)) {
    return failed(fmt::format("it answers {}", exchanged->status));
  }
  const auto members = base::parse_json_object(exchanged->body);
  if (!members) return failed("its answer is no JSON object");
  Credentials credentials{
      .access_key_id = std::string(base::text_of(*members, "AccessKeyId")),
      .secret_access_key = std::string(base::text_of(*members, "SecretAccessKey")),
      .session_token = std::string(base::text_of(*members, "Token"))};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return failed("its answer has no AccessKeyId and SecretAccessKey");
  }
  if (const std::string_view end = base::text_of(*members, "Expiration"); !end.empty()) {
    const auto time = base::parse_time(end);
    if (!time) return failed("its answer's Expiration is no time");
    credentials.expires_at = *time;
  }
  return credentials;
}

bool serves(const std::optional<Credentials>& credentials, base::WallTime now) {
  return credentials && (!credentials->expires_at || now < *credentials->expires_at);
}

}  // namespace

AmbientCredentials::AmbientCredentials(Environment environment, net::AsyncClient& http,
                                       const ports::Clock& clock,
                                       std::function<void(base::Millis)> pause)
    : environment_(std::move(environment)), http_(http), clock_(clock), pause_(std::move(pause)) {}

base::Result<Credentials> AmbientCredentials::get() {
  std::unique_lock lock(mutex_);
  while (true) {
    const base::WallTime now = clock_.wall();
    const bool old_serves = serves(current_, now);
    const bool due = renew_at_ && now >= *renew_at_;
    if (old_serves && (finding_ || !due)) return *current_;
    if (!finding_) break;
    found_.wait(lock, [this] { return !finding_; });
    if (failure_ && !serves(current_, clock_.wall())) return base::fail(*failure_);
  }
  finding_ = true;
  lock.unlock();
  base::Result<Credentials> found = find();
  lock.lock();
  finding_ = false;
  keep(found);
  found_.notify_all();
  if (!found && serves(current_, clock_.wall())) return *current_;
  return found;
}

void AmbientCredentials::keep(const base::Result<Credentials>& found) {
  const base::WallTime soon = clock_.wall() + kPauseBetweenRenewals;
  if (!found) {
    failure_ = found.error();
    if (current_) renew_at_ = soon;
    return;
  }
  failure_.reset();
  current_ = *found;
  renew_at_.reset();
  if (found->expires_at) renew_at_ = std::max(*found->expires_at - kRenewBefore, soon);
}

void AmbientCredentials::reject(const Credentials& used) {
  const std::lock_guard lock(mutex_);
  if (current_ && *current_ == used) current_.reset();
}

base::Result<Credentials> AmbientCredentials::find() const {
  auto found = in_environment();
  if (found && !*found) found = in_shared_files(environment_);
  if (found && !*found) found = of_container();
  if (!found) return base::fail(found.error());
  if (*found) return std::move(**found);
  const auto profile = read_shared_profile(environment_);
  return base::fail(
      base::ErrorCode::unavailable,
      fmt::format("no credentials for AWS: AWS_ACCESS_KEY_ID is not set, the profile \"{}\" has "
                  "none in \"{}\" or \"{}\", and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
                  "_FULL_URI are not set; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run "
                  "`aws configure`",
                  profile ? profile->name : "", profile ? profile->credentials_file : "",
                  profile ? profile->config_file : ""));
}

base::Result<std::optional<Credentials>> AmbientCredentials::in_environment() const {
  return whole_credentials({.access_key_id = value_in(environment_, "AWS_ACCESS_KEY_ID"),
                            .secret_access_key = value_in(environment_, "AWS_SECRET_ACCESS_KEY"),
                            .session_token = value_in(environment_, "AWS_SESSION_TOKEN")},
                           "the environment");
}

base::Result<net::AsyncRequest> AmbientCredentials::container_request() const {
  net::AsyncRequest request;
  request.method = "GET";
  request.timeout = kContainerTimeout;
  request.max_response_bytes = kMaxContainerAnswerBytes;
  request.allow_private = true;
  request.headers.add("Accept", "application/json");
  const std::string relative = value_in(environment_, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) {
    request.url = std::string(kContainerHost) + relative;
  } else {
    request.url = value_in(environment_, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (request.url.empty()) return request;
  }
  if ((!relative.empty() && !relative.starts_with('/')) || !may_be_asked(request.url)) {
    return base::fail(base::ErrorCode::invalid,
                      relative.empty()
                          ? "AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL of https, or of "
                            "http and this machine, 169.254.170.2, 169.254.170.23 or "
                            "[fd00:ec2::23]: credentials would go over the net in the clear"
                          : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path, from \"/\" on");
  }
  const auto token = container_token(environment_);
  if (!token) return base::fail(token.error());
  if (!token->empty()) request.headers.add("Authorization", *token);
  return request;
}

base::Result<std::optional<Credentials>> AmbientCredentials::of_container() const {
  const auto request = container_request();
  if (!request) return base::fail(request.error());
  if (request->url.empty()) return std::nullopt;
  for (unsigned tries = 1;; ++tries) {
    const net::Exchanged exchanged = net::exchange_and_wait(http_, *request, kContainerPatience);
    auto found = read_container_answer(exchanged);
    if (found) return std::optional(std::move(*found));
    const bool refused = exchanged && exchanged->status >= 400 && exchanged->status < 500;
    if (refused || tries == kContainerTries) return base::fail(found.error());
    pause_(kContainerPause);
  }
}

}  // namespace ordo::aws
