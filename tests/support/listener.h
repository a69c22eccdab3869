// A server on the loopback that says the same bytes to everybody, be they HTTP or not.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ordo::testing {

class Listener {
 public:
  enum class After : std::uint8_t { hold, close };  // what becomes of a connection then

  explicit Listener(std::string bytes, After after = After::hold)
      : bytes_(std::move(bytes)),
        after_(after),
        socket_(::socket(AF_INET, SOCK_STREAM, 0)),
        stop_(::eventfd(0, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 16);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { run(); });
  }
  ~Listener() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t woken = ::write(stop_, &one, sizeof one);
    thread_.join();
    for (const int connection : held_) ::close(connection);
    ::close(socket_);
    ::close(stop_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void run() {
    while (comes(socket_)) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      held_.push_back(connection);
      std::array<char, 65536> asked{};
      // The start of a request is enough: none is longer here.
      if (!comes(connection)) return;
      [[maybe_unused]] const ssize_t got = ::recv(connection, asked.data(), asked.size(), 0);
      [[maybe_unused]] const ssize_t sent =
          ::send(connection, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
      if (after_ == After::close) ::shutdown(connection, SHUT_RDWR);
    }
  }
  // False when it is to stop.
  [[nodiscard]] bool comes(int descriptor) const {
    std::array<pollfd, 2> both{pollfd{descriptor, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    return ::poll(both.data(), both.size(), -1) > 0 && both[1].revents == 0;
  }

  const std::string bytes_;
  const After after_;
  int socket_;
  int stop_;
  std::uint16_t port_ = 0;
  std::vector<int> held_;
  std::jthread thread_;
};

}  // namespace ordo::testing
