// HTTP for tests: a connection that sends any bytes and reads whole answers, and a caller on top
// of it that speaks properly. Every wait has a deadline.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/server_process.h"

namespace ordo::testing {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
  int status = 0;
  Fields headers;
  std::string body;

  // The first value, or "" without one; names compare without case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  // The body as JSON; throws when it is none.
  [[nodiscard]] boost::json::value json() const;
};

// One TCP connection to the loopback.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  ~HttpConnection();
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection& operator=(HttpConnection&& other) noexcept;

  // False when the connection could not be made or broke.
  [[nodiscard]] bool open() const noexcept { return socket_ >= 0; }
  bool send(std::string_view bytes);
  void end_sending();  // half-close: our side says no more

  // One whole answer, interim ones (100) included; nothing when the connection ends, breaks or
  // stays silent first. `head`: the answer to a HEAD, which has no body.
  std::optional<HttpAnswer> read(bool head = false, std::chrono::milliseconds patience = kPatience);

  // Whether the peer closes in time, without another byte.
  bool closes(std::chrono::milliseconds patience = kPatience);
  // Whether there is something to read (or the end) now.
  [[nodiscard]] bool readable(std::chrono::milliseconds patience) const;
  // Bytes that follow the last answer that was read.
  [[nodiscard]] const std::string& unread() const noexcept { return buffer_; }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  std::string buffer_;
};

// Makes the bytes of a request, Host and Content-Length added where they miss.
std::string request_text(std::string_view method, std::string_view target,
                         const Fields& headers = {}, std::string_view body = {});

// A well-behaved client with one kept-alive connection. One thread.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : port_(port) {}

  // Throws when there is no answer.
  HttpAnswer call(std::string_view method, std::string_view target, const Fields& headers = {},
                  std::string_view body = {});
  // Nothing when there is no answer.
  std::optional<HttpAnswer> try_call(std::string_view method, std::string_view target,
                                     const Fields& headers = {}, std::string_view body = {});

  HttpAnswer get(std::string_view target, const Fields& headers = {}) {
    return call("GET", target, headers);
  }
  // With Content-Type: application/json unless `headers` says otherwise.
  HttpAnswer post(std::string_view target, std::string_view body, Fields headers = {});
  HttpAnswer patch(std::string_view target, std::string_view body, Fields headers = {});

 private:
  std::uint16_t port_;
  std::optional<HttpConnection> connection_;
};

// What gzip made of it, undone; throws when it is not gzip.
std::string gunzip(std::string_view bytes);

}  // namespace ordo::testing
