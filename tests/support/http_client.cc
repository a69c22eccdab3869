#include "support/http_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <stdexcept>

namespace ordo::testing {
namespace {

using Clock = std::chrono::steady_clock;

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool has_field(const Fields& fields, std::string_view name) {
  return std::ranges::any_of(fields, [&](const auto& f) { return same_name(f.first, name); });
}

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "HTTP/1.1 200 OK\r\nName: value\r\n…", without the empty line. Throws when it is not like that:
// what our server sends is always well-formed.
HttpAnswer parse_head(std::string_view head) {
  HttpAnswer answer;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) {
    throw std::runtime_error("not a status line: " + std::string(head.substr(0, 80)));
  }
  answer.status = static_cast<int>(number(head.substr(9, 3), 10).value_or(0));
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const std::size_t end = std::min(head.find("\r\n", at + 2), head.size());
    const std::string_view line = head.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) {
      throw std::runtime_error("not a header field: " + std::string(line));
    }
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = end == head.size() ? std::string_view::npos : end;
  }
  return answer;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

bool HttpAnswer::has(std::string_view name) const {
  return has_field(headers, name);
}

boost::json::value HttpAnswer::json() const {
  return boost::json::parse(body);
}

HttpConnection::HttpConnection(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    socket_ = -1;
    return;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpConnection::~HttpConnection() {
  if (socket_ >= 0) ::close(socket_);
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

HttpConnection& HttpConnection::operator=(HttpConnection&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

bool HttpConnection::send(std::string_view bytes) {
  const auto deadline = Clock::now() + kPatience;
  while (open() && !bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    pollfd wait{socket_, POLLOUT, 0};
    if (Clock::now() >= deadline) return false;
    ::poll(&wait, 1, 100);
  }
  return open();
}

void HttpConnection::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool HttpConnection::readable(std::chrono::milliseconds patience) const {
  pollfd wait{socket_, POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(patience.count())) > 0;
}

bool HttpConnection::fill(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  if (!open() || !readable(std::max(left, std::chrono::milliseconds(0)))) return false;
  char bytes[64 * 1024];
  const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::optional<HttpAnswer> HttpConnection::read(bool head, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(deadline)) return std::nullopt;
  }
  HttpAnswer answer = parse_head(std::string_view(buffer_).substr(0, end + 2));
  buffer_.erase(0, end + 4);
  const bool bodiless = head || answer.status < 200 || answer.status == 204 || answer.status == 304;
  if (bodiless) return answer;
  const std::optional<std::size_t> length = number(answer.header("Content-Length"), 10);
  if (!length) throw std::runtime_error("an answer without Content-Length");
  while (buffer_.size() < *length) {
    if (!fill(deadline)) return std::nullopt;
  }
  answer.body = buffer_.substr(0, *length);
  buffer_.erase(0, *length);
  return answer;
}

bool HttpConnection::closes(std::chrono::milliseconds patience) {
  if (!open() || !buffer_.empty()) return !open();
  if (!readable(patience)) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

std::string request_text(std::string_view method, std::string_view target, const Fields& headers,
                         std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!has_field(headers, "Host")) text += "Host: localhost\r\n";
  for (const auto& [name, value] : headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  const bool wants_length = !body.empty() || method == "POST" || method == "PATCH";
  if (wants_length && !has_field(headers, "Content-Length") &&
      !has_field(headers, "Transfer-Encoding")) {
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  return text.append("\r\n").append(body);
}

std::optional<HttpAnswer> HttpClient::try_call(std::string_view method, std::string_view target,
                                               const Fields& headers, std::string_view body) {
  // The server may have closed a kept-alive connection meanwhile.
  if (connection_ && connection_->readable(std::chrono::milliseconds(0))) connection_.reset();
  if (!connection_) connection_.emplace(port_);
  if (!connection_->send(request_text(method, target, headers, body))) {
    connection_.reset();
    return std::nullopt;
  }
  std::optional<HttpAnswer> answer = connection_->read(method == "HEAD");
  if (!answer || same_name(answer->header("Connection"), "close")) connection_.reset();
  return answer;
}

HttpAnswer HttpClient::call(std::string_view method, std::string_view target, const Fields& headers,
                            std::string_view body) {
  std::optional<HttpAnswer> answer = try_call(method, target, headers, body);
  if (!answer) {
    throw std::runtime_error("no answer to " + std::string(method) + " " + std::string(target));
  }
  return std::move(*answer);
}

HttpAnswer HttpClient::post(std::string_view target, std::string_view body, Fields headers) {
  if (!has_field(headers, "Content-Type")) headers.emplace_back("Content-Type", "application/json");
  return call("POST", target, headers, body);
}

HttpAnswer HttpClient::patch(std::string_view target, std::string_view body, Fields headers) {
  if (!has_field(headers, "Content-Type")) {
    headers.emplace_back("Content-Type", "application/merge-patch+json");
  }
  return call("PATCH", target, headers, body);
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  if (::inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("zlib");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int state = Z_OK;
  while (state == Z_OK) {
    char part[16 * 1024];
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    state = ::inflate(&stream, Z_NO_FLUSH);
    text.append(part, sizeof part - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (state != Z_STREAM_END) throw std::runtime_error("not a whole gzip stream");
  return text;
}

}  // namespace ordo::testing
