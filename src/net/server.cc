#include "net/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/loop.h"
#include "net/session.h"

namespace ordo::net {
namespace {

using boost::asio::ip::tcp;

// SO_REUSEPORT would let a second server of the same user share the port without a word: a plain
// bind first finds out whether anybody listens there.
void check_port_is_free(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  tcp::acceptor probe(io);
  probe.open(endpoint.protocol());
  probe.set_option(tcp::acceptor::reuse_address(true));
  probe.bind(endpoint);
  probe.listen(1);
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler) : shared(std::move(options), std::move(handler)) {}

  // Throws boost::system::system_error when it cannot listen.
  void listen() {
    const ServerOptions& options = shared.options;
    tcp::endpoint endpoint(boost::asio::ip::make_address(options.address), options.port);
    if (options.port != 0) check_port_is_free(endpoint);
    const std::size_t threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < threads; ++i) {
      loops.push_back(std::make_unique<Loop>(shared, endpoint));
      loops.back()->listen();
      endpoint.port(loops.front()->port());
    }
    port = endpoint.port();
    for (const auto& loop : loops) loop->start();
  }

  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::uint16_t port = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  ORDO_ASSERT(options.body_limit && options.refuse && handler);
  const std::string where = fmt::format("{}:{}", options.address, options.port);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  try {
    impl->listen();
  } catch (const boost::system::system_error& error) {
    return base::fail(base::ErrorCode::unavailable,
                      fmt::format("cannot listen on {}: {}; choose another address with --listen",
                                  where, error.code().message()));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::drain(base::Millis bound) {
  Shared& shared = impl_->shared;
  shared.draining = true;
  for (const auto& loop : impl_->loops) loop->drain();
  std::unique_lock lock(shared.mutex);
  shared.all_closed.wait_for(lock, bound, [&] { return shared.open == 0; });
}

ServerStats Server::stats() const {
  const Shared& shared = impl_->shared;
  return {shared.open,     shared.total,     shared.refused,
          shared.bytes_in, shared.bytes_out, shared.requests};
}

}  // namespace ordo::net
