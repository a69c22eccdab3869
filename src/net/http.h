// A request and a response as plain values: what the server hands up, what the API hands down.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ordo::net {

class Stream;

// Header fields in their order; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value);
  // The first value, or "" without one: for fields that are given once.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  // All the values of a field that is a list, as one list; `room` keeps it where there are several.
  [[nodiscard]] std::string_view list(std::string_view name, std::string& room) const;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return count(name) != 0; }
  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }
  [[nodiscard]] auto end() const noexcept { return items_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// The client of a request, while it waits for the answer.
class Caller {
 public:
  // Any thread. Whether it has gone, or shut its side down; known within a second or so.
  [[nodiscard]] bool gone() const noexcept { return gone_; }
  // For who will be long in answering: it is known at once. From within the handler's call only.
  void watch() noexcept { watched_ = true; }

 private:
  friend class Session;
  std::atomic<bool> gone_ = false;
  bool watched_ = false;
};

struct Request {
  std::string method;  // "GET", …: as sent
  std::string path;    // raw, up to '?': still percent-encoded
  std::string query;   // raw, after '?'
  Headers headers;
  std::string body;
  std::string peer;                          // address of the client, for the log
  std::shared_ptr<Caller> caller = nullptr;  // null: nobody can tell
};

struct Response {
  int status = 200;
  Headers headers;  // without Content-Length, Date, Connection: the wire adds those
  std::string body;
  bool close = false;  // the connection ends after this answer
  // The body, instead of `body`, when it goes on after the answer was made. See net/stream.h.
  std::shared_ptr<Stream> stream = nullptr;
};

// Makes the answer; runs on the connection's own thread.
using MakeResponse = std::move_only_function<Response()>;

// Answers one request, exactly once, from any thread.
using Reply = std::move_only_function<void(MakeResponse make)>;

// Called on the connection's thread; must not block.
using Handler = std::function<void(Request request, Reply reply)>;

}  // namespace ordo::net
