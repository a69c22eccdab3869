// A plain HTTP client for one server: blocking, with one connection that is used again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::net {

struct ClientOptions {
  base::Millis connect_timeout{5'000};
  base::Millis timeout{60'000};  // of a whole exchange
  base::Millis silence{45'000};  // without a byte of an answer that goes on: it has broken off
  std::string user_agent = "ordo";
  std::size_t max_response_bytes = 256UL * 1024 * 1024;
};

// One thread.
class Client {
 public:
  // "http://127.0.0.1:8080", without a path.
  explicit Client(std::string base_url, ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Sends `request` (method, path, query, headers, body) and returns whatever the server answered,
  // redirects included. `unavailable` when there is no answer.
  base::Result<Response> send(const Request& request);

  // For an answer that goes on: the body of a 2xx is handed to `on_bytes` as it comes, for as long
  // as it does. It is asked with nothing about once a second while nothing comes; false ends the
  // exchange, which is no error. `unavailable` also when the answer breaks off.
  using OnBytes = std::function<bool(std::string_view bytes)>;
  base::Result<Response> send_streaming(const Request& request, const OnBytes& on_bytes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordo::net
