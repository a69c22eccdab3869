#include "net/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "base/assert.h"
#include "base/http_rules.h"

namespace ordo::net {
namespace {

// What curl's callbacks fill.
struct Receiving {
  Response response;
  std::size_t limit = 0;
  bool too_large = false;
  // For an answer that goes on; null for one that does not.
  const Client::OnBytes* on_bytes = nullptr;
  CURL* curl = nullptr;
  bool stopped = false;
  base::Millis silence{};
  std::chrono::steady_clock::time_point heard;
};

bool is_piecewise(const Receiving& receiving) {
  if (receiving.on_bytes == nullptr) return false;
  long status = 0;
  curl_easy_getinfo(receiving.curl, CURLINFO_RESPONSE_CODE, &status);
  return base::is_success(static_cast<int>(status));
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  const std::size_t bytes = size * count;
  receiving.heard = std::chrono::steady_clock::now();
  if (is_piecewise(receiving)) {
    receiving.stopped = !(*receiving.on_bytes)({data, bytes});
    return receiving.stopped ? 0 : bytes;
  }
  if (receiving.response.body.size() + bytes > receiving.limit) {
    receiving.too_large = true;
    return 0;
  }
  receiving.response.body.append(data, bytes);
  return bytes;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    receiving.response.headers = {};  // the final answer's, not those of "100 Continue"
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
      value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) {
      value.remove_suffix(1);
    }
    receiving.response.headers.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return line.size();
}

// Called about once a second. Not 0 ends the exchange.
int on_pause(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& receiving = *static_cast<Receiving*>(user);
  if (receiving.stopped) return 1;
  if (std::chrono::steady_clock::now() - receiving.heard > receiving.silence) return 1;
  receiving.stopped = !(*receiving.on_bytes)({});
  return receiving.stopped ? 1 : 0;
}

void init_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

class Client::Impl {
 public:
  Impl(std::string base_url, ClientOptions options)
      : base_url_(std::move(base_url)), options_(std::move(options)) {
    init_curl_once();
    curl_ = curl_easy_init();
    ORDO_ASSERT(curl_ != nullptr);
    while (base_url_.ends_with('/')) base_url_.pop_back();
  }
  ~Impl() { curl_easy_cleanup(curl_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // `on_bytes` may be null.
  base::Result<Response> send(const Request& request, const OnBytes* on_bytes) {
    Receiving receiving;
    receiving.limit = options_.max_response_bytes;
    receiving.on_bytes = on_bytes;
    receiving.curl = curl_;
    receiving.silence = options_.silence;
    receiving.heard = std::chrono::steady_clock::now();
    std::string url = base_url_ + request.path;
    if (!request.query.empty()) url += "?" + request.query;
    curl_slist* headers = nullptr;
    for (const auto& [name, value] : request.headers) {
      headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
    }
    // No "Expect: 100-continue": the server reads at once, a round trip would be lost.
    headers = curl_slist_append(headers, "Expect:");
    prepare(url, request, headers, receiving);
    if (on_bytes != nullptr) prepare_streaming(receiving);
    const CURLcode code = curl_easy_perform(curl_);
    curl_slist_free_all(headers);
    if (receiving.too_large) {
      return base::fail(base::ErrorCode::too_large,
                        fmt::format("the answer of {} is over {} bytes", url, receiving.limit));
    }
    if (code != CURLE_OK && !receiving.stopped) {
      return base::fail(base::ErrorCode::unavailable,
                        fmt::format("cannot reach {}: {}; is `ordo serve` running there?",
                                    base_url_, curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    receiving.response.status = static_cast<int>(status);
    return std::move(receiving.response);
  }

 private:
  void prepare(const std::string& url, const Request& request, curl_slist* headers,
               Receiving& receiving) {
    curl_easy_reset(curl_);  // options only: the connection stays
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_PROXY, "");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl_, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &receiving);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &receiving);
    if (request.method == "HEAD") curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    if (!request.body.empty() || request.method == "POST" || request.method == "PATCH") {
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    }
  }

  void prepare_streaming(Receiving& receiving) {
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl_, CURLOPT_ACCEPT_ENCODING, nullptr);
    curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_, CURLOPT_XFERINFOFUNCTION, on_pause);
    curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, &receiving);
  }

  std::string base_url_;
  const ClientOptions options_;
  CURL* curl_ = nullptr;
};

Client::Client(std::string base_url, ClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(base_url), std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

base::Result<Response> Client::send(const Request& request) {
  return impl_->send(request, nullptr);
}

base::Result<Response> Client::send_streaming(const Request& request, const OnBytes& on_bytes) {
  return impl_->send(request, &on_bytes);
}

}  // namespace ordo::net
