// Reads one HTTP/1.x request from bytes, strictly: whatever two parties could read in two ways
// (both lengths, bare line feeds, folded headers, …) is a fault, never a guess.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "net/http.h"
#include "net/wire_fault.h"

namespace ordo::net {

struct ParserLimits {
  std::size_t max_header_bytes;
  // By the head of a request, before its body is read.
  const std::function<std::size_t(const Request& head)>& body_limit;
};

// One thread. Reusable: reset() makes it ready for the next request.
class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  void reset();

  // Takes what it can from the front of `bytes` and returns how much. What it leaves must be
  // offered again with more behind it. After a fault it takes nothing more.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] bool started() const;  // has seen a byte of the request
  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] const std::optional<WireFault>& fault() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http_1_0() const;
  [[nodiscard]] bool expects_continue() const;

  [[nodiscard]] const Request& request() const;  // as far as it was read
  [[nodiscard]] Request take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  ParserLimits limits_;
};

}  // namespace ordo::net
