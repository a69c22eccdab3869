#include "accept/bare_epoll.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "net/request_parser.h"

namespace ordo::bench {
namespace {

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  if (listen(fd, 4096) != 0) std::abort();
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Bytes of the whole request at the start of `text`; 0 when it is not whole yet.
std::size_t request_size(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  std::size_t length = 0;
  if (const auto at = text.substr(0, head).find(kLength); at != std::string_view::npos) {
    std::from_chars(text.data() + at + kLength.size(), text.data() + head, length);
  }
  const std::size_t size = head + 4 + length;
  return text.size() < size ? 0 : size;
}

class EndFinder {
 public:
  // Takes the whole requests from the front of `in`; how many.
  std::size_t take(std::string& in) {
    std::size_t requests = 0;
    while (const std::size_t size = request_size(in)) {
      in.erase(0, size);
      ++requests;
    }
    return requests;
  }
};

class Parser {
 public:
  std::size_t take(std::string& in) {
    std::size_t requests = 0;
    while (!in.empty()) {
      const std::size_t taken = parser_.feed(in);
      in.erase(0, taken);
      if (parser_.fault()) std::abort();
      if (!parser_.done()) {
        if (taken == 0) break;
        continue;
      }
      const net::Request request = parser_.take();
      if (!base::parse_json_object(request.body)) std::abort();
      parser_.reset();
      ++requests;
    }
    return requests;
  }

 private:
  std::function<std::size_t(const net::Request&)> body_limit_ = [](const net::Request&) {
    return base::kMaxBodyBytes;
  };
  net::RequestParser parser_{{base::kMaxHeaderBytes, body_limit_}};
};

template <class Reader>
struct Connection {
  std::string in;
  Reader reader;
};

// Answers what is whole. False when the peer is gone.
template <class Reader>
bool serve_ready(int fd, Connection<Reader>& connection, const std::string& answer) {
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (n < 0) break;
    connection.in.append(buffer.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < buffer.size()) break;
  }
  for (std::size_t left = connection.reader.take(connection.in); left > 0; --left) {
    if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

template <class Reader>
void loop(int listener, const std::string& answer) {
  const int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, std::unique_ptr<Connection<Reader>>> connections;
  std::array<epoll_event, 256> events;
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        while (true) {
          const int accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
          if (accepted < 0) break;
          const int one = 1;
          setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.data.fd = accepted;
          epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event);
          connections[accepted] = std::make_unique<Connection<Reader>>();
        }
      } else if (!serve_ready(fd, *connections[fd], answer)) {
        close(fd);
        connections.erase(fd);
      }
    }
  }
}

}  // namespace

void serve_bare_epoll(Reading reading, std::size_t threads, const std::string& answer,
                      int port_fd) {
  std::vector<int> listeners{listen_on(0)};
  const std::uint16_t port = port_of(listeners.front());
  while (listeners.size() < threads) listeners.push_back(listen_on(port));
  if (write(port_fd, &port, sizeof port) != sizeof port) std::abort();
  std::vector<std::jthread> running;
  for (const int listener : listeners) {
    running.emplace_back([listener, reading, &answer] {
      reading == Reading::parses ? loop<Parser>(listener, answer)
                                 : loop<EndFinder>(listener, answer);
    });
  }
  running.front().join();
  std::abort();  // the loops never end
}

}  // namespace ordo::bench
