#include "net/transfer.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "net/address_rules.h"
#include "net/field_values.h"

namespace ordo::net {
namespace {

bool is_public_peer(const curl_sockaddr& address) {
  if (address.family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address.addr, sizeof four);
    Ipv4 bytes{};
    std::memcpy(bytes.data(), &four.sin_addr, bytes.size());
    return is_public(bytes);
  }
  // Six or nothing: see on_open. A sockaddr_in6 is longer than the field, which is the first part
  // of a longer room.
  sockaddr_in6 six{};
  std::memcpy(&six, static_cast<const void*>(&address.addr),
              std::min<std::size_t>(address.addrlen, sizeof six));
  Ipv6 bytes{};
  std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
  return is_public(bytes);
}

bool breaks_a_header(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// curl takes 0 for "no bound".
long bound_ms(base::Millis time) {
  return static_cast<long>(std::clamp<std::int64_t>(time.count(), 1, 24LL * 3600 * 1000));
}

bool is_of_tls(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return true;
    default:
      return false;
  }
}

}  // namespace

Transfer::Transfer() : curl_(curl_easy_init()) {
  ORDO_ASSERT(curl_ != nullptr);
}

Transfer::~Transfer() {
  curl_slist_free_all(headers_);
  curl_easy_cleanup(curl_);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  std::string& body = transfer.response_.body;
  if (bytes > transfer.request_->max_response_bytes - body.size()) {
    transfer.too_large_ = true;
    return 0;
  }
  body.append(data, bytes);
  return bytes;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  transfer.head_bytes_ += bytes;
  if (transfer.head_bytes_ > kMaxResponseHeadBytes) {
    transfer.too_large_ = true;
    return 0;
  }
  std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) {
    transfer.response_.headers = {};  // the final answer's, not those of "100 Continue"
    return bytes;
  }
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response_.headers.add(std::string(line.substr(0, colon)),
                                   std::string(strip(line.substr(colon + 1))));
  }
  return bytes;
}

// Here the address is known that will really be connected to, whatever a name server says later.
curl_socket_t Transfer::on_open(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool internet = address->family == AF_INET || address->family == AF_INET6;
  if (!internet || (!transfer.request_->allow_private && !is_public_peer(*address))) {
    transfer.refused_ = true;
    return CURL_SOCKET_BAD;
  }
  transfer.tried_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// A connection that is used again was opened for another request, perhaps one that may go further.
int Transfer::on_connected(void* self, char* peer, char* /*own*/, int /*peer_port*/,
                           int /*own_port*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.request_->allow_private && !is_public_address(peer).value_or(false)) {
    transfer.refused_ = true;
    transfer.tried_ = false;
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.connected_ = true;
  return CURL_PREREQFUNC_OK;
}

bool Transfer::prepare(const AsyncRequest& request, const AsyncClientOptions& options,
                       void* owner) {
  curl_easy_reset(curl_);
  response_ = {};
  head_bytes_ = 0;
  too_large_ = refused_ = tried_ = connected_ = false;
  request_ = &request;
  if (!add_headers(request)) return false;
  curl_easy_setopt(curl_, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PRIVATE, owner);
  curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
  if (!request.headers.has("User-Agent")) {
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, options.user_agent.c_str());
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method != "GET") {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, this);
  set_bounds(request, options);
  return true;
}

bool Transfer::add_headers(const AsyncRequest& request) {
  curl_slist_free_all(std::exchange(headers_, nullptr));
  if (request.method.empty() || breaks_a_header(request.method)) return false;
  // Without "Expect: 100-continue", which costs a round trip.
  headers_ = curl_slist_append(headers_, "Expect:");
  if (!request.headers.has("Content-Type")) {
    headers_ = curl_slist_append(headers_, "Content-Type:");
  }
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || breaks_a_header(name) || breaks_a_header(value)) return false;
    // "name:" would tell curl to leave the header out.
    const std::string line =
        value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value);
    headers_ = curl_slist_append(headers_, line.c_str());
  }
  return true;
}

void Transfer::set_bounds(const AsyncRequest& request, const AsyncClientOptions& options) {
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl_, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, bound_ms(request.timeout));
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS,
                   bound_ms(std::min(request.connect_timeout, request.timeout)));
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  // Or the end of one exchange, and with it all others, would wait for a slow name server.
  curl_easy_setopt(curl_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
  curl_easy_setopt(curl_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(curl_, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  curl_easy_setopt(curl_, CURLOPT_PREREQDATA, this);
}

void* Transfer::owner_of(CURL* handle) {
  void* owner = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &owner);
  return owner;
}

Exchanged Transfer::finish(CURLcode code, const std::string& host) {
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  request_ = nullptr;
  if (code == CURLE_OK) return std::move(response_);
  ExchangeError error = error_of(code, host);
  if (error.status != 0) error.headers = std::move(response_.headers);
  return std::unexpected(std::move(error));
}

ExchangeError Transfer::error_of(CURLcode code, const std::string& host) const {
  // Of an interim answer nothing follows.
  const int status = connected_ && response_.status >= 200 ? response_.status : 0;
  if (too_large_) {
    return {ExchangeFault::too_large, fmt::format("the answer of {} is too large", host), status};
  }
  if (refused_ && !tried_) {
    return {ExchangeFault::address_not_allowed,
            fmt::format("{} has no address on the public internet, and private ones are not "
                        "allowed here",
                        host),
            0};
  }
  if (is_of_tls(code)) {
    return {ExchangeFault::tls,
            fmt::format("no secure connection to {}: {}", host, curl_easy_strerror(code)), 0};
  }
  if (!connected_) {
    return {ExchangeFault::unreachable,
            fmt::format("no connection to {}: {}", host, curl_easy_strerror(code)), 0};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {ExchangeFault::timeout, fmt::format("{} did not answer in time", host), status};
  }
  return {ExchangeFault::broken, fmt::format("{}: {}", host, curl_easy_strerror(code)), status};
}

}  // namespace ordo::net
