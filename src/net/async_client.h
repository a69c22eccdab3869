// An HTTP client for many servers at once: one thread, connections that are used again. For
// requests to addresses that other people chose: nothing but http and https, redirects not
// followed, no proxy, no addresses off the public internet unless asked for, certificates always
// checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "net/http.h"

namespace ordo::net {

// Never used again by the same client.
using ExchangeId = base::Strong<struct ExchangeIdTag, std::uint64_t>;

struct AsyncRequest {
  std::string url;
  std::string method = "POST";
  Headers headers;
  std::string body;
  base::Millis timeout{30'000};         // of the whole exchange, from when its turn comes
  base::Millis connect_timeout{5'000};  // of which so much for the connection
  std::size_t max_response_bytes = 256UL * 1024;
  bool allow_private = false;  // see address_rules.h
};

enum class ExchangeFault : std::uint8_t {
  invalid,              // no URL of http or https, or a header that breaks the request
  busy,                 // too many wait
  address_not_allowed,  // nothing was sent
  unreachable,          // no such name, no connection: nothing was sent
  tls,                  // no secure connection, e.g. a bad certificate: nothing was sent
  timeout,              // sent, perhaps
  broken,               // sent, perhaps: the connection was lost, or the answer is not HTTP
  too_large,            // the answer
  cancelled,            // sent, perhaps
};

struct ExchangeError {
  ExchangeFault fault = ExchangeFault::broken;
  std::string message;   // names the host, never the rest of the URL, which may be secret
  int status = 0;        // of the answer, as far as it came: 0 without any
  Headers headers = {};  // its own, as far as they came
};

using Exchanged = std::expected<Response, ExchangeError>;

// On the client's thread, under no lock. Must be quick. May send and cancel.
using OnExchanged = std::move_only_function<void(Exchanged)>;

struct AsyncClientOptions {
  std::size_t max_connections = 256;  // open ones, idle ones included
  std::size_t max_host_connections = 64;
  std::size_t max_waiting = 16 * 1024;  // exchanges that wait for their turn; more are `busy`
  std::string user_agent = "ordo";      // unless a request brings its own
  std::string ca_file = {};             // trusted instead of the system's
};

class AsyncClient {
 public:
  explicit AsyncClient(AsyncClientOptions options = {});
  // Ends what is under way or waits with `cancelled`; returns after the last callback.
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  // Any thread; returns at once. Ends exactly once, by the callback, never from within the call.
  // Every status is an answer, redirects included. Hosts take turns.
  ExchangeId send(AsyncRequest request, OnExchanged done);

  // Any thread; returns at once. One that has ended is no fault.
  void cancel(ExchangeId id);

  // Any thread; returns at once. All that is under way or waits, or comes later, ends with
  // `cancelled`.
  void stop();

  // Any thread; returns at once. Calls it on the client's thread, soon.
  void post(std::move_only_function<void()> call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Sends and waits for the end; gives up when its turn does not come within `patience`. Any thread
// but the client's own.
Exchanged exchange_and_wait(AsyncClient& client, AsyncRequest request, base::Millis patience);

// "example.org:443" of a URL with http or https, in small letters; `invalid` for any other, without
// quoting it.
base::Result<std::string> host_of_url(std::string_view url);

}  // namespace ordo::net
