#include "http/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace ordo::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  std::string in;
  const std::string* out = nullptr;  // what is being sent
  std::size_t sent = 0;
  Clock::time_point began;
};

struct Answer {
  std::size_t bytes = 0;  // 0: not whole yet
  int status = 0;
};

// One answer with a Content-Length at the start of `text`.
Answer scan_answer(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return {};
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = text.substr(0, head).find(kLength);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    std::from_chars(text.data() + at + kLength.size(), text.data() + head, length);
  }
  if (text.size() < head + 4 + length) return {};
  int status = 0;
  std::from_chars(text.data() + 9, text.data() + 12, status);
  return {head + 4 + length, status};
}

class Driver {
 public:
  explicit Driver(const LoadOptions& options) : options_(options), epoll_(epoll_create1(0)) {
    for (std::size_t i = 0; i < options.connections; ++i) connections_.push_back(connect_one());
  }
  ~Driver() {
    for (const Connection& connection : connections_) {
      if (connection.fd >= 0) close(connection.fd);
    }
    close(epoll_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  LoadResult run() {
    for (std::size_t i = 0; i < connections_.size(); ++i) watch(i);
    measure_from_ = Clock::now() + options_.warm_up;
    const Clock::time_point end = measure_from_ + options_.measure;
    for (Connection& connection : connections_) send_next(connection);
    std::array<epoll_event, 256> events;
    while (Clock::now() < end && result_.broken < connections_.size()) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < ready; ++i) {
        on_ready(connections_[events[static_cast<std::size_t>(i)].data.u64]);
      }
    }
    result_.seconds = std::chrono::duration<double>(options_.measure).count();
    return std::move(result_);
  }

 private:
  Connection connect_one() const {
    Connection connection;
    connection.fd = connect_to(options_.port);
    const int one = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(connection.fd, F_SETFL, fcntl(connection.fd, F_GETFL) | O_NONBLOCK);
    return connection;
  }
  void watch(std::size_t index) const {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[index].fd, &event);
  }
  void send_next(Connection& connection) {
    connection.out = &options_.request(number_++);
    connection.sent = 0;
    connection.began = Clock::now();
    flush(connection);
  }
  static void flush(Connection& connection) {
    while (connection.out != nullptr && connection.sent < connection.out->size()) {
      const ssize_t n = send(connection.fd, connection.out->data() + connection.sent,
                             connection.out->size() - connection.sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      connection.sent += static_cast<std::size_t>(n);
    }
  }
  void on_ready(Connection& connection) {
    if (connection.fd < 0) return;
    flush(connection);
    std::array<char, 64 * 1024> buffer;
    while (true) {
      const ssize_t n = recv(connection.fd, buffer.data(), buffer.size(), 0);
      if (n > 0) {
        connection.in.append(buffer.data(), static_cast<std::size_t>(n));
        if (static_cast<std::size_t>(n) < buffer.size()) break;
        continue;
      }
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      ++result_.broken;
      close(connection.fd);
      connection.fd = -1;
      return;
    }
    const Answer answer = scan_answer(connection.in);
    if (answer.bytes == 0) return;
    connection.in.erase(0, answer.bytes);
    record(connection, answer.status);
    send_next(connection);
  }
  void record(const Connection& connection, int status) {
    const Clock::time_point now = Clock::now();
    if (now < measure_from_) return;
    if (status / 100 != 2) {
      ++result_.refused;
      return;
    }
    ++result_.answers;
    result_.latencies_us.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - connection.began).count()));
  }

  const LoadOptions& options_;
  int epoll_;
  std::vector<Connection> connections_;
  std::uint64_t number_ = 0;
  Clock::time_point measure_from_;
  LoadResult result_;
};

}  // namespace

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(fd);
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(error));
  }
  return fd;
}

double LoadResult::latency_ms(double quantile) {
  if (latencies_us.empty()) return std::nan("");
  const auto at = static_cast<std::size_t>(quantile * static_cast<double>(latencies_us.size() - 1));
  std::ranges::nth_element(latencies_us, latencies_us.begin() + static_cast<std::ptrdiff_t>(at));
  return latencies_us[at] / 1000.0;
}

LoadResult drive(const LoadOptions& options) {
  return Driver(options).run();
}

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ordo-bench\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace ordo::bench
