// What one thread of a server listens with.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace ordo::net {

struct ListeningSocket {
  boost::asio::io_context io{1};
  boost::asio::ip::tcp::acceptor acceptor{io};
};

}  // namespace ordo::net
