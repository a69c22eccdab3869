// One exchange of AsyncClient as libcurl sees it. The client's thread only.
#pragma once

#include <curl/curl.h>

#include <string>

#include "net/async_client.h"

namespace ordo::net {

// What the answer's head may take, interim answers included.
inline constexpr std::size_t kMaxResponseHeadBytes = 64UL * 1024;

// Used again for one exchange after another.
class Transfer {
 public:
  Transfer();
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Gets ready for `request`, which must stay as it is until finish(). `owner` comes back from
  // owner_of(). False when a header would break the request.
  bool prepare(const AsyncRequest& request, const AsyncClientOptions& options, void* owner);

  [[nodiscard]] CURL* handle() const noexcept { return curl_; }
  [[nodiscard]] static void* owner_of(CURL* handle);

  // What came of it, given curl's word. `host` is for the message.
  Exchanged finish(CURLcode code, const std::string& host);

 private:
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_connected(void* self, char* peer, char* own, int peer_port, int own_port);
  bool add_headers(const AsyncRequest& request);
  void set_bounds(const AsyncRequest& request, const AsyncClientOptions& options);
  [[nodiscard]] ExchangeError error_of(CURLcode code, const std::string& host) const;

  CURL* curl_ = nullptr;
  curl_slist* headers_ = nullptr;
  const AsyncRequest* request_ = nullptr;
  Response response_;
  std::size_t head_bytes_ = 0;
  bool too_large_ = false;
  bool refused_ = false;  // an address
  bool tried_ = false;    // another address
  bool connected_ = false;
};

}  // namespace ordo::net
