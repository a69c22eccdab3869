// The HTTP/1.1 server: bytes on sockets in, Request values out, Response values back as bytes.
// One thread and one io_context a core, each with a listening socket of its own on the same port.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "net/held_port.h"
#include "net/http.h"
#include "net/wire_fault.h"

namespace ordo::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;           // 0: any free one
  std::size_t threads = 0;             // 0: one a core
  std::size_t max_connections = 4096;  // over it: 503 and the end of the connection
  std::size_t max_header_bytes = base::kMaxHeaderBytes;
  base::Millis idle_timeout{60'000};     // a connection without a request
  base::Millis request_timeout{15'000};  // from a request's first byte to its last: 408
  // A peer may take this long to read an answer, and as much longer as the answer takes at the
  // slowest rate; then the connection ends.
  base::Millis write_timeout{30'000};
  std::size_t slowest_bytes_per_second = 64UL * 1024;
  // Bytes of requests that are still being read and of answers that their peers have not taken
  // yet, over all connections; beyond: 503.
  std::size_t max_buffered_bytes = 256UL * 1024 * 1024;
  // By the head of a request; called on a connection's thread, as `refuse` is.
  std::function<std::size_t(const Request& head)> body_limit;
  // Makes the answer to what was wrong on the wire; `partial` holds what could be read.
  std::function<Response(const WireFault&, const Request& partial)> refuse;
  // Told once when the server gets into trouble of its own; on a connection's thread. May be empty.
  std::function<void(std::string_view what)> on_trouble;
};

struct ServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t requests = 0;
};

class Server {
 public:
  // Takes the port, and serves it.
  static base::Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  // Serves those who come to a port, and those who wait there already. How it was taken counts, and
  // not the address and the threads of the options. `handler` is called on connections' threads,
  // for one request of a connection at a time.
  static std::unique_ptr<Server> serve(HeldPort port, ServerOptions options, Handler handler);

  // Ends all connections at once, whatever they wait for.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  // Any thread. Stops listening, lets requests that are under way be answered (each connection
  // ends with its answer), then returns; after `bound` at the latest.
  void drain(base::Millis bound);

  [[nodiscard]] ServerStats stats() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordo::net
