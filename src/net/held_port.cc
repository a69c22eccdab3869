#include "net/held_port.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>
#include <utility>

#include "net/listening_socket.h"

namespace ordo::net {
namespace {

using boost::asio::ip::tcp;

// Connections of one socket that nobody has accepted yet.
constexpr int kMaxUnaccepted = 4096;

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

HeldPort::HeldPort() = default;
HeldPort::~HeldPort() = default;
HeldPort::HeldPort(HeldPort&&) noexcept = default;
HeldPort& HeldPort::operator=(HeldPort&&) noexcept = default;

// Throws boost::system::system_error when it cannot.
void HeldPort::listen(const std::string& address, std::uint16_t port, std::size_t threads) {
  tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
  if (port != 0) check_port_is_free(endpoint);
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < threads; ++i) {
    sockets_.push_back(std::make_unique<ListeningSocket>());
    tcp::acceptor& acceptor = sockets_.back()->acceptor;
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    const int one = 1;
    setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    acceptor.bind(endpoint);
    acceptor.listen(kMaxUnaccepted);
    acceptor.non_blocking(true);
    endpoint.port(acceptor.local_endpoint().port());
  }
  number_ = endpoint.port();
}

base::Result<HeldPort> HeldPort::take(const std::string& address, std::uint16_t port,
                                      std::size_t threads) {
  HeldPort held;
  try {
    held.listen(address, port, threads);
  } catch (const boost::system::system_error& error) {
    return base::fail(
        base::ErrorCode::unavailable,
        fmt::format("cannot listen on {}:{}: {}; choose another address with --listen", address,
                    port, error.code().message()));
  }
  return held;
}

}  // namespace ordo::net
