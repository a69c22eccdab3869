#include "net/server.h"

#include <mutex>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/loop.h"
#include "net/session.h"

namespace ordo::net {

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler) : shared(std::move(options), std::move(handler)) {}

  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::uint16_t port = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto port = HeldPort::take(options.address, options.port, options.threads);
  if (!port) return base::fail(std::move(port.error()));
  return serve(std::move(*port), std::move(options), std::move(handler));
}

std::unique_ptr<Server> Server::serve(HeldPort port, ServerOptions options, Handler handler) {
  ORDO_ASSERT(options.body_limit && options.refuse && handler);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  impl->port = port.number();
  for (auto& socket : port.sockets_) {
    impl->loops.push_back(std::make_unique<Loop>(impl->shared, std::move(socket)));
  }
  for (const auto& loop : impl->loops) loop->start();
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
