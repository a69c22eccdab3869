// One TCP connection to the loopback that sends any bytes and reads what comes. Every wait ends.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace ordo::testing {

class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer != 0) {
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawConnection() { ::close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  [[nodiscard]] bool open() const { return open_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // The next answer with its Content-Length of body; what came, when the connection ends first.
  std::string read_answer(bool head_only = false) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return take(buffer_.size());
    }
    end += 4;
    const std::size_t at = buffer_.find("Content-Length: ");
    if (at < end && !head_only) end += std::strtoul(buffer_.c_str() + at + 16, nullptr, 10);
    while (buffer_.size() < end) {
      if (!fill()) break;
    }
    return take(end);
  }

  // All up to and with `mark`; what came, when the connection ends first.
  std::string read_until(std::string_view mark) {
    std::size_t at = std::string::npos;
    while ((at = buffer_.find(mark)) == std::string::npos) {
      if (!fill()) return take(buffer_.size());
    }
    return take(at + mark.size());
  }

  // At most so many bytes as they come; false at the end.
  bool read_some(std::size_t bytes) {
    std::string into(bytes, '\0');
    return ::recv(socket_, into.data(), bytes, 0) > 0;
  }

  // All until the peer ends the connection; "timeout" when it does not.
  std::string read_to_end() {
    while (fill()) {
    }
    return ended_ ? take(buffer_.size()) : "timeout";
  }

 private:
  bool fill() {
    std::array<char, 16384> bytes{};
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (got <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t bytes) {
    std::string out = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return out;
  }

  int socket_;
  bool open_ = false;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace ordo::testing
