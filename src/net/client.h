// A plain HTTP client for one server: blocking, with one connection that is used again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::net {

struct ClientOptions {
  base::Millis connect_timeout{5'000};
  base::Millis timeout{60'000};  // of a whole exchange
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

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordo::net
